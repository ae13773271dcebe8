"""`make facts` and `make facts-check`. Exit 0: nothing for a human; 1: something; 3: it could not be read."""

import argparse
import datetime
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts, read_facts
from ccsetup.claude_code.facts.program_text import UnknownLayoutError, program_texts
from tests.facts import lists, report, snapshot
from tests.facts.logic import Function, functions
from tests.facts.report import Section
from tests.facts.rewrite import rewrite
from tests.support.client_runner import CLIENT_FOLDER, find_client

COULD_NOT = 3


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.facts")
    parser.add_argument(
        "--check", action="store_true", help="compare the snapshot with the pinned client; change nothing"
    )
    parser.add_argument("--client", type=Path, help="read this program instead, and show what differs; change nothing")
    parser.add_argument("--changelog", type=Path, help="Claude Code's CHANGELOG.md")
    parser.add_argument("--lists", type=Path, default=snapshot.FOLDER, help="where the lists' packages are installed")
    parser.add_argument("--report", type=Path, default=Path("facts.md"), help="where the report goes")
    given = parser.parse_args(arguments)
    path = given.client or find_client(CLIENT_FOLDER)
    if path is None:
        print("Claude Code is not installed in tests/client. Run: make client", file=sys.stderr)
        return COULD_NOT
    facts, logic = read_client(Path(os.path.realpath(path)))
    if given.check or given.client:
        problems = differences("" if given.client else pinned_version(), facts, logic)
        print("\n".join(problems) or f"{snapshot.CLIENT.name} is what Claude Code {pinned_version()} says")
        return int(bool(problems))
    if facts.unreadable == FACTS:
        print("nothing can be read in this client; our data stays as it is", file=sys.stderr)
        return COULD_NOT
    sections = update(facts, logic, given.lists, given.changelog)
    given.report.write_text(report.markdown(f"Facts of Claude Code {pinned_version()}", sections))
    print(given.report.read_text())
    return int(any(section.lines for section in sections if section.asks))


def pinned_version() -> str:
    package = json.loads((CLIENT_FOLDER.parent / "package.json").read_text())
    return str(package["devDependencies"]["@anthropic-ai/claude-code"])


def read_client(path: Path) -> tuple[ClientFacts, Mapping[str, Function]]:
    try:
        return read_facts(path), functions(program_texts(path), snapshot.watched_variables())
    except (UnknownLayoutError, OSError):
        return ClientFacts(unreadable=FACTS), {}


def differences(version: str, facts: ClientFacts, logic: Mapping[str, Function]) -> list[str]:
    """What the snapshot has otherwise than the client, and our data otherwise than the packages' lists."""
    before, now = snapshot.read(snapshot.CLIENT), snapshot.client_lines(version, facts, logic)
    found = [
        *(f"- {line}" for line in before if line not in {*now}),
        *(f"+ {line}" for line in now if line not in {*before}),
    ]
    return [*found, *lists.wrong(snapshot.read(snapshot.LISTS))]


def update(facts: ClientFacts, logic: Mapping[str, Function], folder: Path, changelog: Path | None) -> list[Section]:
    """Rewrites our data and both snapshots; what the report says."""
    today = datetime.datetime.now(datetime.UTC).date()
    version, before, listed = pinned_version(), snapshot.read(snapshot.CLIENT), snapshot.read(snapshot.LISTS)
    now = snapshot.client_lines(version, facts, logic)
    known = {line.split()[1] for line in before if line.startswith("model ")}
    rewritten = rewrite(report.ROOT, version, facts, known, today)
    snapshot.write(snapshot.CLIENT, now)
    unread = []
    try:
        lines = lists.read_lists(folder)
        snapshot.write(snapshot.LISTS, lines)
    except (OSError, KeyError, ValueError) as error:
        lines, unread = listed, [f"the packages' lists: {error}"]
    after = snapshot.version_of(before)
    if after != version and (changelog is None or not changelog.is_file()):
        unread.append("Claude Code's changelog: it was not downloaded")
    text = changelog.read_text() if changelog and changelog.is_file() else ""
    sections = report.snapshot_sections(before, now, logic)
    return [
        Section("Wrong in our data", [*report.failures(), *lists.wrong(lines)]),
        *sections[:-1],
        Section("Changelog lines that name a provider", report.changelog_lines(text, after, version)),
        Section("New in the packages' lists", [f"`{line}`" for line in lines if line not in {*listed}]),
        Section("Gone from the packages' lists", [f"`{line}`" for line in listed if line not in {*lines}]),
        Section("Documentation read more than 90 days ago", [*report.old_documents(today)]),
        Section("Not read", unread),
        Section("Rewritten", rewritten, asks=False),
        sections[-1],
        Section("Quotas of ours that no list confirms", lists.unconfirmed(lines), asks=False),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
