"""The reports as JSON, as the contract defines it."""

from collections.abc import Iterable

from ccsetup.doctor.probes.result import Broken, Skipped
from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import bounds, console


def document(reports: Iterable[Report], home: str) -> dict[str, object]:
    """Return `doctor --json`; paths below the home folder begin with ~, keys become …f3a9."""
    return {"schema": 1, "profiles": [_profile(report, home) for report in reports]}


def findings(report: Report, home: str) -> list[dict[str, object]]:
    """Return each finding with its page's title and remedy, filled in, and the check that it is a consequence of."""
    return [_finding(finding, home, report.causes.get(number)) for number, finding in enumerate(report.findings)]


def _finding(finding: Finding, home: str, because_of: str | None) -> dict[str, object]:
    page = pages.load_page(finding.check)
    title, remedy = page.filled(finding.facts)
    return {
        "check": finding.check,
        "severity": finding.weight,
        "title": console.redact(title, home),
        "facts": {name: bounds.short(console.redact(fact, home)) for name, fact in finding.facts.items() if fact},
        "remedy": {
            "text": console.redact(remedy.text, home),
            "commands": [console.redact(command, home) for command in remedy.bare],
        },
        "because_of": because_of,
    }


def _profile(report: Report, home: str) -> dict[str, object]:
    return {
        "profile": None if report.profile == pages.HERE else report.profile,
        "surface": report.surface,
        "verdict": report.verdict,
        "root": report.root,
        "pending": list(report.pending),
        "findings": findings(report, home),
        "passed": [passed.check for passed in report.passed],
        "skipped": [_unseen(skipped, home) for skipped in report.skipped],
        "broken": [_broken(broken, home) for broken in report.broken],
    }


def _broken(broken: Broken, home: str) -> dict[str, object]:
    hints = {"hints": [console.redact(hint, home) for hint in broken.hints]} if broken.hints else {}
    return {**_unseen(broken, home), **hints}


def _unseen(result: Skipped | Broken, home: str) -> dict[str, str]:
    return {"check": result.check, "reason": bounds.short(console.redact(result.reason, home))}
