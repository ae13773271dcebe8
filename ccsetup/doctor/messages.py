"""Findings as messages of a command that continues, or that ends because of them."""

from collections.abc import Iterable, Sequence

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.profile import Profile
from ccsetup.providers import regions
from ccsetup.providers.access import is_network
from ccsetup.system import console
from ccsetup.system.display import visible
from ccsetup.system.errors import UNAVAILABLE


def print_warnings(findings: Iterable[Finding], home: str) -> None:
    """Print each finding's title, then its remedy, once for findings with the same one. All are warnings: the command
    continues."""
    _print((("warning", finding) for finding in findings), home)


def print_findings(findings: Iterable[Finding], home: str) -> None:
    """Like `print_warnings`, with each finding's own weight."""
    _print(((finding.weight, finding) for finding in findings), home)


def _print(findings: Iterable[tuple[str, Finding]], home: str) -> None:
    heads: dict[tuple[str, ...], list[str]] = {}
    for weight, finding in findings:
        title, remedy = pages.load_page(finding.check).filled(finding.facts)
        heads.setdefault((remedy.text, *remedy.commands), []).append(f"{weight}: {title}")
    for remedy_lines, titles in heads.items():
        for title in titles[:-1]:
            console.print_block(title, (), home)
        console.print_block(titles[-1], remedy_lines, home)


def print_doubts(profile: Profile) -> None:
    """Warn about a region or location that does not exist, in a profile that is saved without a check."""
    console.say(*(f"warning: {doubt}" for doubt in regions.doubts(profile)))


def print_failure(
    finding: Finding, words: str, home: str, *, unsaved: bool = False, profile: Profile | None = None
) -> None:
    """Print a failed request: the page's title, the provider's message, the remedy, and where to read more.

    `unsaved` leaves out commands for the profile in question, which does not exist yet. With the `profile`, a region
    that does not exist is named as the reason why no host could be reached.
    """
    if profile is not None and is_network(finding.check):
        print_doubts(profile)
    page = pages.load_page(finding.check)
    title, remedy = page.filled(finding.facts)
    if page.head.severity == "info":
        console.say(console.redact(f"note: {title}. {remedy.text}", home))
        return
    _print_group((finding,), words, home, unsaved=unsaved)


def answer_failure(finding: Finding) -> None:
    """Print a failed request that ends a run with --json as the document that such a run has."""
    console.answer_error(pages.Explained(finding, UNAVAILABLE), finding.check)


def print_faults(findings: Iterable[Finding], home: str) -> None:
    """Print what prevents saving a profile that does not exist yet: findings of one page together, consequences only
    by title."""
    findings = tuple(findings)
    explained = {other for item in findings for other in pages.load_page(item.check).head.explains}
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    for check, group in groups.items():
        if check in explained:
            for finding in group:
                console.print_block(pages.load_page(check).filled(finding.facts)[0], (), home)
        else:
            _print_group(group, group[0].facts.get("words", ""), home, unsaved=True)


def _print_group(group: Sequence[Finding], words: str, home: str, *, unsaved: bool) -> None:
    filled = [pages.load_page(finding.check).filled(finding.facts) for finding in group]
    titles = list(dict.fromkeys(title for title, _ in filled))
    quote = (f"message: {shown}",) if (shown := visible(words)) and shown not in titles[0] else ()
    commands = dict.fromkeys(line for _, remedy in filled for line in remedy.commands)
    profile = group[0].facts.get("profile", "") if unsaved else ""
    shown_commands = pages.without_profile(commands, profile)
    for title in titles[:-1]:
        console.print_block(title, (), home)
    console.print_block(
        titles[-1], (*quote, filled[0][1].text, *shown_commands, f"more: ccsetup explain {group[0].check}"), home
    )
