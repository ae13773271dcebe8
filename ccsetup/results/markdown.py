"""The reports as Markdown, for a CI job's summary or an issue."""

from collections.abc import Iterable, Iterator

from ccsetup import page
from ccsetup.examine import Report

_SIGN = {"error": "❌", "warning": "⚠️", "info": "ℹ️", "ok": "✅", "unknown": "❔"}


def markdown(reports: Iterable[Report]) -> str:
    """A table of verdicts, then each profile's findings with what mends them."""
    reports = tuple(reports)
    rows = "".join(
        f"| {one.profile} | {one.surface or '-'} | {_SIGN[one.verdict]} {one.verdict} | {one.root or ''} |\n"
        for one in reports
    )
    told = "\n".join(_profile(one) for one in reports if one.findings or one.broken)
    return f"## ccsetup doctor\n\n| profile | surface | verdict | first cause |\n|---|---|---|---|\n{rows}\n{told}"


def _profile(one: Report) -> str:
    return f"### {one.profile}\n\n" + "\n".join(_lines(one)) + "\n"


def _lines(one: Report) -> Iterator[str]:
    for place, found in enumerate(one.findings):
        title, remedy = page.load(found.check).filled(found.facts)
        because = f" — because of `{one.causes[place]}`" if place in one.causes else ""
        yield f"- {_SIGN[found.weight]} **{_escaped(title)}** (`{found.check}`){because}"
        if place in one.causes:
            continue
        yield f"  {_escaped(remedy.text)}"
        if remedy.commands:
            yield "\n".join(("", "  ```sh", *(f"  {command}" for command in remedy.commands), "  ```"))
    for broken in one.broken:
        yield f"- {_SIGN['unknown']} {broken.check}: could not look: {_escaped(broken.reason)}"


def _escaped(text: str) -> str:
    """A provider's words are text, never a link or a tag."""
    for letter in "\\`*_[]<>|":
        text = text.replace(letter, f"\\{letter}")
    return text
