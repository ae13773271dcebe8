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
    """`titles` are the surfaces' names. `verbose` also tells each check that passed, and unfolds consequences."""
    for one in reports:
        surface = titles.get(one.surface or "", one.surface or "unreadable")
        yield Line(0, f"{one.profile}  {surface}: {_WORD[one.verdict]}", f"bold {STYLE[one.verdict]}")
        if one.pending:
            yield Line(2, f"pending since it was saved with: {' '.join(one.pending)}", "yellow")
        yield from _findings(one, verbose=verbose)
        for broken in one.broken:
            yield Line(2, f"? {broken.check}: could not look: {broken.reason}", "magenta")
        yield from _rest(one, verbose=verbose)
        yield Line(0, "")


def _findings(one: Report, *, verbose: bool) -> Iterator[Line]:
    order = ("error", "warning", "info")
    numbered = sorted(
        enumerate(one.findings), key=lambda pair: (order.index(pair[1].weight), pair[1].check != one.root, pair[0])
    )
    for place, found in numbered:
        because = one.causes.get(place)
        if because is None or verbose:
            yield from finding(found, root=found.check == one.root)
    folded = [(one.findings[place], because) for place, because in one.causes.items()]
    for found, because in folded if not verbose else ():
        title, _ = page.load(found.check).filled(found.facts)
        yield Line(2, f"↳ {title} [{found.check}, because of {because}]", "dim")


def finding(found: Finding, *, root: bool = False) -> Iterator[Line]:
    """One finding: its title, the provider's own words, what to do, and where to read more."""
    title, remedy = page.load(found.check).filled(found.facts)
    words = found.facts.get("words", "")
    first = " ← first cause" if root else ""
    yield Line(2, f"{SIGN[found.weight]} {title}{first}", STYLE[found.weight])
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
