"""The reports for a person: grouped by profile, the first cause on top, consequences folded."""

from collections.abc import Iterable, Iterator

from ccsetup import page
from ccsetup.examine import Report
from ccsetup.page import Finding
from ccsetup.report import Line

STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan", "ok": "green", "unknown": "magenta"}
SIGN = {"error": "✗", "warning": "!", "info": "i"}
_WORD = {"ok": "all right", "warning": "works, with warnings", "error": "will not work", "unknown": "cannot be told"}


def lines(reports: Iterable[Report], titles: dict[str, str], *, verbose: bool) -> Iterator[Line]:
    """`titles` are the surfaces' names. `verbose` also tells each check that passed, and unfolds consequences.

    What is wrong with every profile alike is said once, before them.
    """
    reports = tuple(reports)
    common = _common(reports)
    if common:
        yield Line(0, "every profile", "bold")
        for found in _in_order(reports[0], common):
            yield from finding(found, root=False)
        yield Line(0, "")
    for one in reports:
        surface = titles.get(one.surface or "", one.surface or "unreadable")
        yield Line(0, f"{one.profile}  {surface}: {_WORD[one.verdict]}", f"bold {STYLE[one.verdict]}")
        if one.pending:
            yield Line(2, f"pending since it was saved with: {' '.join(one.pending)}", "yellow")
        yield from _findings(one, common, verbose=verbose)
        for broken in one.broken:
            yield Line(2, f"? {broken.check}: could not look: {broken.reason}", "magenta")
        yield from _rest(one, verbose=verbose)
        yield Line(0, "")


def _common(reports: tuple[Report, ...]) -> set[object]:
    """What reads the same in each of several reports, as `_reads` has it."""
    if len(reports) < 2:
        return set()
    return set.intersection(*({_reads(found) for found in one.findings} for one in reports))


def _reads(found: Finding) -> object:
    return page.load(found.check).filled(found.facts)


def _in_order(one: Report, wanted: set[object]) -> list[Finding]:
    """The findings that read as one of `wanted`: the first cause, other errors, warnings, information."""
    order = ("error", "warning", "info")
    chosen = [found for found in one.findings if _reads(found) in wanted]
    return sorted(chosen, key=lambda found: (order.index(found.weight), found.check != one.root))


def _findings(one: Report, common: set[object], *, verbose: bool) -> Iterator[Line]:
    because = {_reads(one.findings[place]): cause for place, cause in one.causes.items()}
    own = {_reads(found) for found in one.findings} - common
    first = True
    for found in _in_order(one, own if verbose else own - set(because)):
        yield from finding(found, root=first and found.check == one.root)
        first = False
    for found in () if verbose else _in_order(one, own & set(because)):
        title, _ = page.load(found.check).filled(found.facts)
        yield Line(2, f"↳ {title} [{found.check}, because of {because[_reads(found)]}]", "dim")


def finding(found: Finding, *, root: bool = False) -> Iterator[Line]:
    """One finding: its title, the provider's own words, what to do, and where to read more."""
    title, remedy = page.load(found.check).filled(found.facts)
    words = found.facts.get("words", "")
    mark = " ← first cause" if root else ""
    yield Line(2, f"{SIGN[found.weight]} {title}{mark}", STYLE[found.weight])
    if words and words not in title:
        yield Line(6, f"said: {words}", "dim")
    yield Line(6, remedy.text)
    for command in remedy.commands:
        yield Line(6, f"$ {command}", "bold", paste=True)
    yield Line(6, f"more: ccsetup explain {found.check}", "dim", paste=True)


def _rest(one: Report, *, verbose: bool) -> Iterator[Line]:
    if verbose:
        for passed in one.passed:
            yield Line(2, f"✓ {passed.check}{f': {passed.detail}' if passed.detail else ''}", "green")
    elif one.passed:
        yield Line(2, f"✓ {', '.join(dict.fromkeys(passed.check for passed in one.passed))}", "green")
    reasons: dict[str, list[str]] = {}
    for skipped in one.skipped:
        reasons.setdefault(skipped.reason, []).append(skipped.check)
    for reason, checks in reasons.items():
        yield Line(2, f"- not looked at: {', '.join(checks)} ({reason})", "dim")
