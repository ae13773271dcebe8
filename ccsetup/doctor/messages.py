"""Findings as messages of a command that goes on, or that ends because of them."""

from collections.abc import Iterable, Sequence

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import console
from ccsetup.system.display import visible


def warn(findings: Iterable[Finding], home: str) -> None:
    """The page's title of each finding, then what to do, once for those that the same mends; whatever their weight,
    they do not stop the command."""
    _told((("warning", finding) for finding in findings), home)


def tell(findings: Iterable[Finding], home: str) -> None:
    """The same, each with its own weight."""
    _told(((finding.weight, finding) for finding in findings), home)


def _told(findings: Iterable[tuple[str, Finding]], home: str) -> None:
    heads: dict[tuple[str, ...], list[str]] = {}
    for weight, finding in findings:
        title, remedy = pages.load_page(finding.check).filled(finding.facts)
        heads.setdefault((remedy.text, *remedy.commands), []).append(f"{weight}: {title}")
    for remedy_lines, titles in heads.items():
        for title in titles[:-1]:
            console.print_block(title, (), home)
        console.print_block(titles[-1], remedy_lines, home)


def failed(finding: Finding, words: str, home: str, *, unsaved: bool = False) -> None:
    """A look-up that failed: the page's title, the provider's own words, what to do, and where to read more.

    `unsaved` leaves out commands for the profile in question, which is not there yet.
    """
    found = pages.load_page(finding.check)
    title, remedy = found.filled(finding.facts)
    if found.head.severity == "info":
        console.say(console.redact(f"note: {title}. {remedy.text}", home))
        return
    _failed((finding,), words, home, unsaved=unsaved)


def faults(findings: Iterable[Finding], home: str) -> None:
    """What stands against saving a profile that is not there yet: those of one page together, consequences by their
    titles alone."""
    findings = tuple(findings)
    explained = {other for one in findings for other in pages.load_page(one.check).head.explains}
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    for check, group in groups.items():
        if check in explained:
            for finding in group:
                console.print_block(pages.load_page(check).filled(finding.facts)[0], (), home)
        else:
            _failed(group, group[0].facts.get("words", ""), home, unsaved=True)


def _failed(group: Sequence[Finding], words: str, home: str, *, unsaved: bool) -> None:
    filled = [pages.load_page(finding.check).filled(finding.facts) for finding in group]
    titles = list(dict.fromkeys(title for title, _ in filled))
    said = (f"said: {shown}",) if (shown := visible(words)) and shown not in titles[0] else ()
    own = f" {group[0].facts.get('profile')}"
    commands = dict.fromkeys(line for _, remedy in filled for line in remedy.commands)
    kept = [line for line in commands if not (unsaved and line.startswith("ccsetup ") and own in line)]
    for title in titles[:-1]:
        console.print_block(title, (), home)
    console.print_block(titles[-1], (*said, filled[0][1].text, *kept, f"more: ccsetup explain {group[0].check}"), home)
