"""`make facts-tried`: set each variable that the pinned client reads and ccsetup's data does not name, and look whether
`claude -p` then asks another host, model or project, signs as somebody else, or fails.

`tried.txt` keeps what was seen, and `test_tried.py` fails for a client with a variable that is neither named nor tried.
Many variables are set together; a group that changes something is halved until the one is found.
"""

import argparse
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import msgspec

from ccsetup.claude_code import conflicts
from ccsetup.claude_code.facts.client_facts import ClientFacts, read_facts
from ccsetup.claude_code.facts.variables import Registered
from ccsetup.knowledge import decisive_settings
from ccsetup.knowledge.known_broken import version_numbers
from ccsetup.knowledge.surfaces import load_surfaces
from tests.agree import aws, direct, google, record
from tests.agree.lab import AgreeLab
from tests.agree.observe import Observed
from tests.agree.world import Draft, World
from tests.facts import snapshot
from tests.support.client_runner import require_client

FILE = snapshot.FOLDER / "tried.txt"
_GROUP = 30
_TIMES = 3  # a variable alone must change something this often
_URL, _MODEL = "https://other.api.anthropic.com", "claude-haiku-4-5"


class Tried(msgspec.Struct, frozen=True):
    """A variable, the client's version, and what changed, as `surface:value:parts`."""

    name: str
    client: str
    changed: tuple[str, ...] = ()


def lines(rows: Iterable[Tried]) -> Iterator[str]:
    """Under a line with a client's version, the variables that were tried with it, and what each changed."""
    ordered = sorted(rows, key=lambda one: (version_numbers(one.client), one.name))
    for version, group in groupby(ordered, key=lambda one: one.client):
        yield f"client {version}"
        yield from (" ".join((one.name, *one.changed)) for one in group)


def read(path: Path = FILE) -> dict[str, Tried]:
    """What was tried, by variable."""
    found, client = {}, ""
    for line in snapshot.read(path):
        name, *rest = line.split()
        if name == "client":
            client = rest[0]
        else:
            found[name] = Tried(name, client, tuple(rest))
    return found


def unknown(facts: ClientFacts) -> list[str]:
    """The variables that the client reads and our data does not name. A name that ends in `_` is a beginning."""
    knowledge, deciding = load_surfaces(), decisive_settings.load()
    return [
        name
        for name in sorted({*facts.variables, *facts.names})
        if not (name.endswith("_") or conflicts.is_ours(name, knowledge) or deciding.decides_anywhere(name))
    ]


def values(name: str, declared: Registered | None) -> tuple[str, str]:
    """Two values that the client could act on."""
    kind = declared.kind if declared else "str"
    if declared and declared.values:
        return declared.values[-1], declared.values[0]
    if declared and kind == "int":
        return str(max(declared.least or 1, 1)), "1000000"
    if "bool" in kind.lower():
        return "1", "0"
    if "MODEL" in name:
        return _MODEL, "1"
    if any(word in name for word in ("FILE", "DIR", "PATH")):
        return "@HOME/gone", "1"
    return "1", _URL


def set_ups() -> Iterator[World]:
    """A set-up that works, for each way of signing."""
    draft = Draft(random.Random(1), calm=True)
    direct.login(draft)
    login = {name: text for name, text in draft.files.items() if name.startswith(".claude/")}
    good = aws.KEYS["good"]
    keys = f"[default]\naws_access_key_id = {good}\naws_secret_access_key = {aws.secret(good)}\n"
    vertex = {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
        "CLOUD_ML_REGION": "global",
        "GOOGLE_APPLICATION_CREDENTIALS": "@HOME/sa.json",
    }
    bedrock = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"}
    yield World(0, "api-key", "here", {}, {"ANTHROPIC_API_KEY": direct.TOKENS["api-key"]})
    yield World(0, "subscription", "here", login, {})
    yield World(0, "bedrock", "here", {".aws/credentials": keys}, bedrock)
    yield World(0, "vertex", "here", {"sa.json": google.calm_credentials(draft, "sa.json")}, vertex)


def changes(world: World, names: Sequence[str], facts: ClientFacts) -> list[tuple[str, str]]:
    """Each variable that changes something in the set-up, with `surface:value:parts`."""
    found: list[tuple[str, str]] = []
    groups = -(-len(names) // _GROUP)
    with AgreeLab() as lab:
        plain = _seen(world, {}, lab)
        if not plain.worked:
            raise ValueError(f"{world.kind}: the client does not work: {plain.said}")
        for which in (0, 1):
            given = {name: values(name, facts.variables.get(name))[which] for name in names}
            # Neighbours by name are set together with the first values, and apart with the second.
            waiting = [names[at * _GROUP :][:_GROUP] if which == 0 else names[at::groups] for at in range(groups)]
            while waiting:
                group = waiting.pop()
                seen = [_seen(world, {name: given[name] for name in group}, lab)]
                while len(group) == 1 and len(seen) < _TIMES and _difference(plain, seen[-1]):
                    seen.append(_seen(world, {group[0]: given[group[0]]}, lab))
                if not _difference(plain, seen[-1]):
                    continue
                if len(group) == 1:
                    what = f"{world.kind}:{given[group[0]]}:{_difference(plain, seen[-1])}"
                    print(group[0], what, seen[-1].said[:100].strip(), flush=True)
                    found.append((group[0], what))
                else:
                    half = len(group) // 2
                    waiting += [group[:half], group[half:]]
        print(f"{world.kind}: {len(names)} variables with two values each, {len(found)} changes", flush=True)
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make facts-tried")
    parser.add_argument("--all", action="store_true", help="also those that were tried with an earlier client")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    facts = read_facts(Path(os.path.realpath(require_client())))
    names, known = unknown(facts), read()
    due = [name for name in names if given.all or name not in known]
    changed: dict[str, list[str]] = defaultdict(list)
    if due:
        with ThreadPoolExecutor(given.jobs) as pool:
            for found in pool.map(lambda world: changes(world, due, facts), set_ups()):
                for name, what in found:
                    changed[name].append(what)
    version = snapshot.version_of(snapshot.read(snapshot.CLIENT))
    now = {name: Tried(name, version, tuple(changed[name])) for name in due}
    snapshot.write(FILE, lines(now.get(name) or known[name] for name in names))
    print(f"{FILE.name}: {len(names)} variables, {len(due)} of them tried now")
    return 0


def _seen(world: World, variables: Mapping[str, str], lab: AgreeLab) -> Observed:
    found = record.run_world(World(0, world.kind, "here", world.files, {**variables, **world.environment}), lab)
    assert found is not None  # only a profile can be refused
    return found


def _difference(plain: Observed, seen: Observed) -> str:
    """The parts of the request that differ; "" if none does."""
    if not seen.worked:
        return "fails"
    parts = ("provider", "host", "place", "project", "model", "identity")
    return ",".join(part for part in parts if getattr(plain, part) != getattr(seen, part))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
