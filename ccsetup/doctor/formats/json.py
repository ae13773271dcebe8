"""The reports as the contract's JSON has them."""

from collections.abc import Iterable

from ccsetup.doctor.probes.case import Broken, Skipped
from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import bounds, console


def document(reports: Iterable[Report], home: str) -> dict[str, object]:
    """`doctor --json`; paths below the home folder as ~, keys as …f3a9."""
    return {"schema": 1, "profiles": [_profile(one, home) for one in reports]}


def findings(one: Report, home: str) -> list[dict[str, object]]:
    """Each finding with its page's title and remedy, filled, and whose consequence it is."""
    return [_finding(found, home, one.causes.get(place)) for place, found in enumerate(one.findings)]


def _finding(found: Finding, home: str, because_of: str | None) -> dict[str, object]:
    shown = pages.load_page(found.check)
    title, remedy = shown.filled(found.facts)
    return {
        "check": found.check,
        "severity": found.weight,
        "title": console.redact(title, home),
        "facts": {name: bounds.short(console.redact(fact, home)) for name, fact in found.facts.items() if fact},
        "remedy": {
            "text": console.redact(remedy.text, home),
            "commands": [console.redact(command, home) for command in remedy.commands],
        },
        "because_of": because_of,
    }


def _profile(one: Report, home: str) -> dict[str, object]:
    return {
        "profile": one.profile,
        "surface": one.surface,
        "verdict": one.verdict,
        "root": one.root,
        "pending": list(one.pending),
        "findings": findings(one, home),
        "passed": [passed.check for passed in one.passed],
        "skipped": [_unseen(skipped, home) for skipped in one.skipped],
        "broken": [_unseen(broken, home) for broken in one.broken],
    }


def _unseen(one: Skipped | Broken, home: str) -> dict[str, str]:
    return {"check": one.check, "reason": bounds.short(console.redact(one.reason, home))}
