"""`make bench`: the figures to hold, as ratios of interleaved runs, in one JSON file.

Absolute times say more about the machine than about the program, so each command runs in turn with its baseline and
the median of the pairs' ratios is what counts. Memory is the kernel's own peak of the finished process.
"""

import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.bench_cost import measure_cost
from tests.bench_report import measure_report
from tests.support.one_process import run_once

PYTHON = sys.executable
CCSETUP = str(Path(PYTHON).parent / "ccsetup")
BARE = (PYTHON, "-c", "pass")
RUNS = 60
SWITCHES = 300


def ratio(command: Sequence[str], environment: Mapping[str, str], runs: int = RUNS) -> dict[str, float]:
    """`command` against the bare interpreter, run in turn."""
    pairs = [(run_once(command, environment), run_once(BARE, environment)) for _ in range(runs + 2)][2:]
    return {
        "time": round(statistics.median(a.wall / b.wall for a, b in pairs), 3),
        "memory": round(statistics.median(a.peak / b.peak for a, b in pairs), 3),
        "milliseconds": round(statistics.median(a.wall for a, _ in pairs) * 1000, 1),
    }


def ccuse(shell: str, environment: Mapping[str, str]) -> float | None:
    """`ccuse NAME` against sourcing a file of as many exports as it changes variables; one shell, in turn."""
    program = shutil.which(shell)
    if program is None:
        return None
    answer = subprocess.run(
        [CCSETUP, "env", "bench", "--shell", "json"], env=environment, capture_output=True, check=True
    )
    names = json.loads(answer.stdout)["env"]
    exports = Path(environment["HOME"]) / "exports.sh"
    exports.write_text("".join(f"export BENCH_{name}='{value or 'a value'}'\n" for name, value in names.items()))
    script = f"""
        [ -n "${{ZSH_VERSION-}}" ] && zmodload zsh/datetime
        eval "$({CCSETUP} hook {shell})"
        ccuse bench; . {exports}
        for round in 1 2 3 4 5 6 7; do
          a=$EPOCHREALTIME; for i in {{1..{SWITCHES}}}; do ccuse bench; done
          b=$EPOCHREALTIME; for i in {{1..{SWITCHES}}}; do . {exports}; done
          c=$EPOCHREALTIME; echo "$a $b $c"
        done"""
    done = subprocess.run([program, "-c", script], env=environment, capture_output=True, text=True, check=True)
    times = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    return round(statistics.median((b - a) / (c - b) for a, b, c in times), 3)


def all_regions(home: Path) -> dict[str, float]:
    """`models --all-regions` against `models`, over the lab's regions at 100 ms a request with TLS; peak in MB."""
    from ccsetup.lab.lab import Lab

    with Lab(tls=True, latency_ms=100) as lab:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}
        environment |= lab.environment(home)
        flags = ("--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", "region=us-east-1", "--yes")
        subprocess.run(
            [CCSETUP, "init", "lab", *flags, "--no-verify"], env=environment, check=True, capture_output=True
        )
        one, every = (CCSETUP, "models", "lab"), (CCSETUP, "models", "lab", "--all-regions")
        pairs = [(run_once(every, environment), run_once(one, environment)) for _ in range(7)]
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "time": round(statistics.median(a.wall / b.wall for a, b in pairs), 3),
        "seconds": round(statistics.median(a.wall for a, _ in pairs), 2),
        "peak_mb": round(max(a.peak for a, _ in pairs) * unit / 1e6, 1),
    }


def doctor(home: Path) -> dict[str, float]:
    """`doctor` over one profile of each surface against the slowest of them alone, at 150 ms a request; peak in MB."""
    from ccsetup.lab.lab import Lab
    from ccsetup.lab.world import default

    today = datetime.datetime.now(datetime.UTC).date()  # else the lab's clock would be a fault of its own
    with Lab(default().on(today), latency_ms=150) as lab:
        key = next(login.secret for login in lab.world.anthropic.login)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}
        token = next(login.secret for login in lab.world.anthropic.login if login.refresh)
        environment |= {"LAB_KEY": key, "LAB_TOKEN": token, **lab.environment(home)}
        environment["CCSETUP_HOME"] = str(home / "doctor")
        profiles = {
            "bedrock": ("aws_profile=my-prod", "region=us-east-1"),
            "vertex": ("project=acme-ml", "location=global"),
            "api-key": ("key=env:LAB_KEY", f"base_url={lab.base_urls['api-key']}"),
            "subscription": ("oauth_token=env:LAB_TOKEN", f"env.ANTHROPIC_BASE_URL={lab.base_urls['api-key']}"),
        }
        for surface, answers in profiles.items():
            given = [word for answer in answers for word in ("--set", answer)]
            subprocess.run(
                [CCSETUP, "init", surface, "--surface", surface, *given, "--yes", "--force"],
                env=environment, check=True, capture_output=True,
            )  # fmt: skip
        rounds = []
        for _ in range(6):
            alone = [run_once((CCSETUP, "doctor", name), environment) for name in profiles]
            rounds.append((run_once((CCSETUP, "doctor"), environment), max(alone, key=lambda run: run.wall)))
        rounds = rounds[1:]  # the first one reads the installed client's variables
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "time": round(statistics.median(a.wall / b.wall for a, b in rounds), 3),
        "seconds": round(statistics.median(a.wall for a, _ in rounds), 2),
        "peak_mb": round(max(a.peak for a, _ in rounds) * unit / 1e6, 1),
    }


def fleet(home: Path) -> dict[str, float]:
    """`drift` over 1,000 profiles in 20 places, each with an AWS profile of its own, against 20 profiles in the same
    places; the lab at 50 ms a request. Requests per place, peak in MB."""
    from ccsetup.lab.lab import Lab

    with Lab(latency_ms=50) as lab:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **lab.environment(home)}
        keys = next(one for one in lab.world.aws.identity if one.name == "my-prod")
        regions = [one.name for one in lab.world.aws.region if one.state == "enabled" and "gov" not in one.name][:20]
        with (home / ".aws" / "credentials").open("a") as file:
            for number in range(len(regions)):
                file.write(f"\n[id{number}]\naws_access_key_id = {keys.key}\naws_secret_access_key = {keys.secret}\n")
        homes = {count: home / f"fleet-{count}" for count in (1000, 20)}
        for count, folder in homes.items():
            (folder / "profiles").mkdir(parents=True)
            for number in range(count):
                place = number % len(regions)
                pins = "".join(
                    f'{tier} = "global.anthropic.claude-{tier}-5-5"\n' for tier in ("opus", "sonnet", "haiku")
                )
                answers = f'aws_profile = "id{place}"\nregion = "{regions[place]}"\nprefix = "global"\n'
                text = f'schema = 1\nsurface = "bedrock"\n[set]\n{answers}[models]\n{pins}'
                (folder / "profiles" / f"p{number}.toml").write_text(text)
        pairs = []
        for _ in range(5):
            runs = {
                count: run_once((CCSETUP, "drift"), {**environment, "HOME": str(home), "CCSETUP_HOME": str(folder)})
                for count, folder in homes.items()
            }
            pairs.append((runs[1000], runs[20]))
        looked = len(lab.requests_for("ListFoundationModels")) / len(pairs) / 2
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "time": round(statistics.median(a.wall / b.wall for a, b in pairs), 3),
        "seconds": round(statistics.median(a.wall for a, _ in pairs), 2),
        "look_ups": looked,
        "peak_mb": round(max(a.peak for a, _ in pairs) * unit / 1e6, 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        flags = ("--surface", "bedrock", "--set", "aws_profile=p", "--set", "region=us-east-1", "--yes", "--no-verify")
        subprocess.run([CCSETUP, "init", "bench", *flags], env=environment, check=True, capture_output=True)
        figures: dict[str, object] = {
            "python": sys.version.split()[0],
            "env NAME / python -c pass": ratio((CCSETUP, "env", "bench"), environment),
            "statusline / python -c pass": ratio((CCSETUP, "statusline"), environment),
            "import typer / python -c pass": ratio((PYTHON, "-c", "import typer"), environment, 15),
            "import boto3 / python -c pass": ratio((PYTHON, "-c", "import boto3"), environment, 15),
            "hook --completion / python -c pass": ratio((CCSETUP, "hook", "bash", "--completion"), environment, 15),
            "list / python -c pass": ratio((CCSETUP, "list"), environment, 15),
            "status / python -c pass": ratio((CCSETUP, "status"), environment, 15),
            "ccuse NAME / sourcing as many exports": {shell: ccuse(shell, environment) for shell in ("bash", "zsh")},
        }
        figures["models --all-regions / models, TLS, 100 ms a request"] = all_regions(Path(home))
        figures["doctor, one of each surface / the slowest alone, 150 ms a request"] = doctor(Path(home))
        figures["drift, 1,000 profiles / 20 profiles, 20 places"] = fleet(Path(home))
        figures["cost --json, 1 GB / ccusage"] = measure_cost(CCSETUP, Path(home) / "cost")
        figures["report --html, 200 profiles in 20 regions, live and merged"] = measure_report(
            CCSETUP, Path(home) / "report"
        )
        aws = shutil.which("aws")
        if aws:
            keys = {"AWS_ACCESS_KEY_ID": "AKIABENCH", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}
            command = (aws, "configure", "export-credentials", "--format", "env")
            works = subprocess.run(command, env=environment | keys, capture_output=True, check=False).returncode == 0
            figures["aws configure export-credentials / python -c pass"] = (
                ratio(command, environment | keys, 10)
                if works
                else f"{aws} has no `configure export-credentials` (version 1)"
            )
    text = json.dumps(figures, indent=2)
    Path(sys.argv[1]).write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
