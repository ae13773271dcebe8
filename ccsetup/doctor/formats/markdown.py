"""The reports as Markdown, for a CI job's summary or an issue."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import bounds, display
from ccsetup.system.redact import without_secrets

_SIGN = {"error": "❌", "warning": "⚠️", "info": "ℹ️", "ok": "✅", "unknown": "❔"}
_ORDER = ("error", "warning", "info")


def markdown(reports: Iterable[Report]) -> str:
    """Return a table of verdicts, then each profile's findings with remedies, the root cause first."""
    reports = tuple(reports)
    rows = "".join(map(_row, reports))
    details = "\n".join(_profile(report) for report in reports if report.findings or report.broken)
    return f"## ccsetup doctor\n\n| profile | surface | verdict | root cause |\n|---|---|---|---|\n{rows}\n{details}"


def _row(report: Report) -> str:
    verdict = f"{_SIGN[report.verdict]} {report.verdict}"
    return f"| {' | '.join((escape_markdown(report.profile), report.surface or '-', verdict, report.root or ''))} |\n"


def _profile(report: Report) -> str:
    return f"### {escape_markdown(report.profile)}\n\n" + "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    numbers = sorted(range(len(report.findings)), key=lambda number: _rank(report, number))
    for number in numbers:
        yield from _finding(report.findings[number], report.causes.get(number))
    for broken in report.broken:
        whole = ". ".join((broken.reason, *broken.hints))
        reason = bounds.short(display.visible(without_secrets(" ".join(whole.split()))))
        yield f"- {_SIGN['unknown']} {broken.check}: could not run: {escape_markdown(reason)}"


def _rank(report: Report, number: int) -> tuple[int, bool, bool]:
    finding = report.findings[number]
    return _ORDER.index(finding.weight), finding.check != report.root, number in report.causes


def _finding(finding: Finding, cause: str | None) -> Iterator[str]:
    page = pages.load_page(finding.check)
    title, remedy = page.filled(_without_backquotes(finding.facts))
    _, exact = page.filled(finding.facts)
    because = f", because of `{cause}`" if cause else ""
    yield f"- {_SIGN[finding.weight]} **{_prose(title)}** (`{finding.check}`){because}"
    if cause:
        return
    message = bounds.short(display.visible(without_secrets(finding.facts.get("words", ""))))
    if message and message not in page.filled(finding.facts)[0]:
        yield f"\n  Message: {escape_markdown(message)}"
    yield f"\n  {_prose(remedy.text)}"
    if exact.commands:
        yield "\n".join(("", *(f"  {line}" for line in _fenced(exact.commands))))


def _fenced(commands: Sequence[str]) -> Iterator[str]:
    """A block that nothing in it can close."""
    longest = max((len(ticks) for command in commands for ticks in re.findall("`+", command)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}sh"
    yield from commands
    yield fence


def _without_backquotes(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts without backquotes, which would end a page's `code`."""
    return {name: fact.replace("`", "'") for name, fact in facts.items()}


def _prose(text: str) -> str:
    """Return a page's text with everything escaped but its own `code`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape_markdown(text)
    return "`".join(part if number % 2 else escape_markdown(part) for number, part in enumerate(parts))


def escape_markdown(text: str) -> str:
    """Escape text so that a provider's message cannot form a link or a tag."""
    return re.sub(r"[\\`*_\[\]<>|&~]", r"\\\g<0>", text)
