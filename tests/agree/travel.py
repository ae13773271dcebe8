"""Runs the real client, and doctor, in a route, and says who received their requests.

`python -m tests.agree.travel N SEED` compares N routes, and prints the disagreements; with `--record` it appends what
the client did to tests/data/routes.jsonl.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.agree.lab import AgreeLab
from tests.agree.routes import BEGINNING, Route, make_route
from tests.support.client_runner import QUIET, find_client, run_client
from tests.support.warm import Warm

FILE = Path(__file__).parents[1] / "data" / "routes.jsonl"
_NO_PROXIES = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"), "")
_IN_A_TERMINAL = "proxy-invalid"
"""Its root may be what fails in a terminal alone, where these runs have none."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """`by`: which of the labs received a request for the host: host, one, two; `worked`: it was answered."""

    by: Sequence[str]
    worked: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Stations:
    """The labs, by name."""

    labs: Mapping[str, AgreeLab]
    ca: Path

    def filled(self, text: str) -> str:
        """The text with the labs' addresses."""
        host, one, two = (self.labs[name].url for name in ("host", "one", "two"))
        tls, address = self.labs["host"].tls_url, one.removeprefix("http://")
        text = (
            text.replace("@ONE-ADDRESS", address).replace("@ONE", one).replace("@TWO", two).replace("@CA", str(self.ca))
        )
        text = text.replace("@TLS-HOST", tls).replace("@HOST", host).replace("@DEAD", "http://127.0.0.1:9")
        return text.replace("@PORT", host.rpartition(":")[2])

    def forget(self) -> None:
        for lab in self.labs.values():
            lab.seen.clear()

    @property
    def visited(self) -> tuple[str, ...]:
        """The labs that received a request for the host of the base URL."""
        ours = {name for name, lab in self.labs.items() for one in lab.seen if not one.host.endswith("anthropic.com")}
        return tuple(sorted(ours))


@contextmanager
def stations() -> Iterator[Stations]:
    """Start the labs."""
    with ExitStack() as running:
        labs = {name: running.enter_context(AgreeLab()) for name in ("host", "one", "two")}
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="routes-"))
        bundle = Path(folder) / "ca.pem"
        bundle.write_text("".join(lab.ca_file.read_text() for lab in labs.values()))
        yield Stations(labs, bundle)


def furnish(route: Route, home: Path, at: Stations) -> dict[str, str]:
    """Write the route's files; the shell's variables."""
    (home / "work").mkdir(parents=True)
    for name, text in route.files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(at.filled(text))
    client = find_client()
    path = os.pathsep.join((*([str(client.parent)] if client else []), os.defpath))
    own = {name: at.filled(value) for name, value in route.environment.items()}
    return {**QUIET, **_NO_PROXIES, "LANG": "C.UTF-8", "PATH": path, **own, "HOME": str(home)}


def ask_client(home: Path, environment: Mapping[str, str], at: Stations) -> Arrived:
    """Run the client once."""
    at.forget()
    try:
        done = run_client("claude -p hello", home=home, cwd=home / "work", environment=environment)
    except subprocess.TimeoutExpired:
        return Arrived(at.visited, worked=False, said="no end within a minute")
    return Arrived(at.visited, done.exit_code == 0, (done.stdout + done.stderr)[:80])


def differences(route: Route, home: Path, environment: Mapping[str, str], at: Stations, seen: Arrived) -> Iterator[str]:
    """Where doctor, in the same place, says or does something else."""
    at.forget()
    done = Warm(home).run("doctor", "--here", "--json", cwd=home / "work", environment=dict(environment))
    (report,) = json.loads(done.out)["profiles"]
    verdict, root = report["verdict"], report["root"]
    if verdict in ("ok", "warning") and not seen.worked:
        yield f"false OK: {seen.said!r}"
    if verdict == "error" and seen.worked and root != _IN_A_TERMINAL:
        yield f"{root}, and the client works"
    if not route.is_led_by_a_folder and root != _IN_A_TERMINAL and at.visited != tuple(seen.by):
        yield f"doctor went by {at.visited}, the client by {tuple(seen.by)}; {verdict} {root} {seen.said!r}"


def read(path: Path = FILE) -> Iterator[tuple[Route, Arrived]]:
    """Yield the recorded routes."""
    for line in path.read_text().splitlines():
        row = json.loads(line)
        yield Route(**row["route"]), Arrived(**row["arrived"])


def line(route: Route, seen: Arrived) -> str:
    """A route and what was seen in it, as a line of the file."""
    return json.dumps({"route": asdict(route), "arrived": asdict(seen)}, separators=(",", ":")) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agree.travel")
    parser.add_argument("routes", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    agreed = 0
    with stations() as at:
        for seed in range(BEGINNING + options.seed, BEGINNING + options.seed + options.routes):
            route = make_route(seed)
            with tempfile.TemporaryDirectory(prefix="routes-") as folder:
                environment = furnish(route, Path(folder) / "home", at)
                seen = ask_client(Path(folder) / "home", environment, at)
                if options.record:
                    with FILE.open("a") as file:
                        file.write(
                            json.dumps({"route": asdict(route), "arrived": asdict(seen)}, separators=(",", ":")) + "\n"
                        )
                found = list(differences(route, Path(folder) / "home", environment, at, seen))
            agreed += not found
            for difference in found:
                print(seed, difference, dict(route.environment), dict(route.layers), sep="\n  ", flush=True)
    print(f"{agreed} of {options.routes} routes agree")
    return int(agreed < options.routes)


if __name__ == "__main__":
    sys.exit(main())
