"""The report of `make facts`, in Markdown: what a human has to look at, and what was rewritten without one."""

import datetime
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from ccsetup.knowledge import pages
from tests.facts.logic import Function

ROOT = Path(__file__).parents[2]
TESTS = "tests/knowledge/test_pinned_client.py"
OLDEST = 90  # days of a documentation's date
_REWRITTEN = ("client", "alias", "region", "model")  # lines of a snapshot that need no review
_PROVIDER = re.compile(
    "bedrock|vertex|foundry|mantle|gateway|provider|aws|google cloud|gcp|azure|claude platform|base_url|api key|region"
    "|model id|alias|catalog",
    re.IGNORECASE,
)
_LONGEST = 1500  # characters of a function that are shown


class Section(msgspec.Struct, frozen=True):
    """A list of things; `asks`: a human has to look at them."""

    title: str
    lines: Sequence[str]
    asks: bool = True


def snapshot_sections(before: Collection[str], now: Collection[str], logic: Mapping[str, Function]) -> list[Section]:
    """What two snapshots of a client differ in."""
    new, gone = sorted({*now} - {*before}), sorted({*before} - {*now})

    def judged(lines: list[str]) -> list[str]:
        return [f"`{line}`" for line in lines if line.split()[0] not in (*_REWRITTEN, "unreadable", "logic")]

    def moved(lines: list[str]) -> list[str]:
        return [f"`{line}`" for line in lines if line.split()[0] in _REWRITTEN]

    functions = [logic[line.split()[1]] for line in new if line.startswith("logic ")]
    unreadable = [line.split()[1] for line in now if line.startswith("unreadable ")]
    return [
        Section("New", judged(new)),
        Section("Gone", judged(gone)),
        Section("Unreadable in this client", unreadable),
        Section("Changed logic", [_shown(function) for function in functions]),
        Section(
            "Moved", [*(f"now {line}" for line in moved(new)), *(f"was {line}" for line in moved(gone))], asks=False
        ),
    ]


def failures() -> list[str]:
    """What the tests that hold our data to the client find wrong."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", TESTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [line.partition("::")[2] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return found or (
        [] if done.returncode == 0 else [f"the tests did not run: {done.stdout[-300:]}{done.stderr[-300:]}"]
    )


def changelog_lines(text: str, after: str, until: str) -> list[str]:
    """The lines that name a provider, of the versions after one up to another."""
    found, version = [], ""
    for line in text.splitlines():
        if heading := re.match(r"## +v?(\d[\d.]*)", line):
            version = heading[1]
        elif version and _numbers(after) < _numbers(version) <= _numbers(until) and _PROVIDER.search(line):
            found.append(f"{version}: {line.strip(' -*')}")
    return found


def old_documents(today: datetime.date) -> Iterator[str]:
    """Which dates of documentation are older than 90 days. A surface's own date moves with the client."""
    dated = {f"checks/{slug}.md": pages.load_page(slug).head for slug in pages.slugs()}
    for name, head in dated.items():
        if (age := (today - head.seen).days) > OLDEST:
            yield f"`{name}`: {head.source}, read {age} days ago"
    for path in sorted((ROOT / "profiles").glob("_*.toml")):
        document = tomllib.loads(path.read_text())
        if (age := (today - document["seen"]).days) > OLDEST:
            yield f"`profiles/{path.name}`: {document['source']}, read {age} days ago"


def markdown(title: str, sections: Sequence[Section]) -> str:
    asking = sum(len(section.lines) for section in sections if section.asks)
    verdict = f"{asking} for a human to look at." if asking else "Nothing for a human to look at."
    parts = [f"# {title}", verdict]
    for section in sections:
        if section.lines:
            parts += [f"## {section.title} ({len(section.lines)})", "\n".join(f"- {line}" for line in section.lines)]
    return "\n\n".join(parts) + "\n"


def _shown(function: Function) -> str:
    code = function.code if len(function.code) <= _LONGEST else f"{function.code[:_LONGEST]} …"
    return f"reads {', '.join(function.variables)}:\n\n  ````js\n  {code}\n  ````"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
