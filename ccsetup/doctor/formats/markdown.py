"""The reports as Markdown, for a CI job's summary or an issue."""

from collections.abc import Iterable, Iterator, Mapping

from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import bounds, display
from ccsetup.system.redact import without_secrets

_SIGN = {"error": "❌", "warning": "⚠️", "info": "ℹ️", "ok": "✅", "unknown": "❔"}
_ORDER = ("error", "warning", "info")


def markdown(reports: Iterable[Report]) -> str:
    """A table of verdicts, then each profile's findings with what mends them, the first cause first."""
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
    places = sorted(range(len(one.findings)), key=lambda place: _rank(one, place))
    for place in places:
        yield from _finding(one.findings[place], one.causes.get(place))
    for broken in one.broken:
        reason = bounds.short(without_secrets(" ".join(broken.reason.split())))
        yield f"- {_SIGN['unknown']} {broken.check}: could not look: {_escaped(reason)}"


def _rank(one: Report, place: int) -> tuple[int, bool, bool]:
    found = one.findings[place]
    return _ORDER.index(found.weight), found.check != one.root, place in one.causes


def _finding(found: Finding, cause: str | None) -> Iterator[str]:
    shown = pages.load_page(found.check)
    title, remedy = shown.filled(_tame(found.facts))
    _, exact = shown.filled(found.facts)
    because = f", because of `{cause}`" if cause else ""
    yield f"- {_SIGN[found.weight]} **{_prose(title)}** (`{found.check}`){because}"
    if cause:
        return
    words = bounds.short(display.visible(without_secrets(found.facts.get("words", ""))))
    if words and words not in shown.filled(found.facts)[0]:
        yield f"\n  Said: {_escaped(words)}"
    yield f"\n  {_prose(remedy.text)}"
    if exact.commands:
        yield "\n".join(("", "  ```sh", *(f"  {command}" for command in exact.commands), "  ```"))


def _tame(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts that cannot end a page's own `code`."""
    return {name: fact.replace("`", "'") for name, fact in facts.items()}


def _prose(text: str) -> str:
    """A page's words: its own `code` stays code, all else is text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _escaped(text)
    return "`".join(part if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    """A provider's words are text, never a link or a tag."""
    for letter in "\\`*_[]<>|":
        text = text.replace(letter, f"\\{letter}")
    return text
