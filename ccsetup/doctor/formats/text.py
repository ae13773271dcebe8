"""The reports for a person: grouped by profile, the first cause on top, consequences folded, nothing said twice."""

import re
from collections.abc import Iterable, Iterator

from ccsetup.doctor.report import Report, Verdict
from ccsetup.doctor.run import LIVE, OFFLINE
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import display
from ccsetup.system.console import Line

STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan", "ok": "green", "unknown": "magenta"}
SIGN = {"error": "✗", "warning": "!", "info": "i"}
_ORDER = ("error", "warning", "info")
_WORD: dict[Verdict, str] = {
    "ok": "all right",
    "warning": "works, with warnings",
    "error": "will not work",
    "unknown": "cannot be told",
}
_UNASKED = "nothing wrong that shows without a request"
_LONG = 160  # letters of a reason that is not shown whole

Group = tuple[Finding, ...]


def lines(reports: Iterable[Report], titles: dict[str, str], *, verbose: bool) -> Iterator[Line]:
    """`titles` are the surfaces' names. `verbose` also tells each check that passed or that does not apply, and
    unfolds consequences.

    What is wrong with every profile alike is said once, before them; what a profile shares with one above is only
    named.
    """
    reports = tuple(reports)
    above: dict[object, str] = {}
    common = _common(reports)
    if common:
        yield Line(0, "every profile", "bold")
        for group in _groups(reports[0], common, reports[0].root):
            yield from findings(group)
        yield Line(0, "")
    for one in reports:
        yield from _profile(one, titles, common, above, verbose=verbose)
        yield Line(0, "")
    if len(reports) > 1:
        yield Line(0, f"{len(reports)} profiles: {_tally(reports)}", "bold")
    if any(skipped.reason == LIVE for one in reports for skipped in one.skipped):
        yield Line(0, "These checks were free. --live also sends one smallest request per pin, which is billed.", "dim")


def _tally(reports: tuple[Report, ...]) -> str:
    verdicts = [one.verdict for one in reports]
    return ", ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in _WORD.items() if verdict in verdicts)


def _profile(
    one: Report, titles: dict[str, str], common: set[object], above: dict[object, str], *, verbose: bool
) -> Iterator[Line]:
    surface = titles.get(one.surface or "", one.surface or "unreadable")
    unasked = one.verdict == "ok" and any(skipped.reason == OFFLINE for skipped in one.skipped)
    word = _UNASKED if unasked else _WORD[one.verdict]
    yield Line(0, f"{one.profile}  {surface}: {word}", f"bold {STYLE[one.verdict]}")
    if one.pending:
        yield Line(2, f"pending: it was saved in spite of {', '.join(dict.fromkeys(one.pending))}", "yellow")
    yield from _told(one, common, above, verbose=verbose)
    reasons: dict[str, list[str]] = {}
    for broken in one.broken:
        reasons.setdefault(broken.reason, []).append(broken.check)
    for reason, checks in reasons.items():
        yield Line(2, f"? {', '.join(checks)}: could not look: {_short(reason, verbose=verbose)}", "magenta", hang=2)
    yield from _rest(one, verbose=verbose)


def _common(reports: tuple[Report, ...]) -> set[object]:
    """What reads the same in each of several reports, as `_reads` has it."""
    if len(reports) < 2:
        return set()
    return set.intersection(*({_reads(found) for found in one.findings} for one in reports))


def _reads(found: Finding) -> object:
    return pages.load_page(found.check).filled(found.facts)


def _alike(group: Group) -> object:
    """Equal for what different profiles have in common: the same words, whichever profile they name."""
    return tuple(pages.load_page(one.check).filled({**one.facts, "profile": "-"}) for one in group)


def _groups(one: Report, wanted: set[object], root: str | None) -> list[Group]:
    """The findings that read as one of `wanted`: the first cause, other errors, warnings, information; those of one
    page and weight together."""
    chosen = [found for found in one.findings if _reads(found) in wanted]
    grouped: dict[tuple[int, bool, str], list[Finding]] = {}
    for found in chosen:
        grouped.setdefault((_ORDER.index(found.weight), found.check != root, found.check), []).append(found)
    return [tuple(grouped[key]) for key in sorted(grouped, key=lambda key: key[:2])]


def told(one: Report) -> Iterator[Line]:
    """What was found, and nothing of what was looked at."""
    return _told(one, set(), {}, verbose=False)


def _told(one: Report, common: set[object], above: dict[object, str], *, verbose: bool) -> Iterator[Line]:
    """A profile's own findings; where its first cause is everybody's, that is named."""
    because = {_reads(one.findings[place]): cause for place, cause in one.causes.items()}
    own = {_reads(found) for found in one.findings} - common
    if one.root and not any(found.check == one.root and _reads(found) in own for found in one.findings):
        yield Line(2, f"{SIGN['error']} {one.root}, as said of every profile ← first cause", STYLE["error"], hang=2)
    groups = _groups(one, own if verbose else own - set(because), one.root)
    folded = () if verbose else _groups(one, own & set(because), None)
    for group in groups:
        if group[0].weight != "error":
            continue
        yield from _once(group, one, above)
    for group in folded:
        title, _ = pages.load_page(group[0].check).filled(group[0].facts)
        more = f", and {len(group) - 1} more like it" if len(group) > 1 else ""
        words = f"↳ {title}{more} [{group[0].check}, because of {because[_reads(group[0])]}]"
        yield Line(2, words, "dim", hang=2)
    for group in groups:
        if group[0].weight == "error" or (group[0].weight == "info" and _alike(group) in above and not verbose):
            continue
        yield from _once(group, one, above)


def _once(group: Group, one: Report, above: dict[object, str]) -> Iterator[Line]:
    """The group in full, or only named where another profile's reads the same."""
    root = group[0].check == one.root and group[0].weight == "error"
    before = above.setdefault(_alike(group), one.profile)
    if before == one.profile:
        yield from findings(group, root=root)
        return
    yield from _titles(group, root=root)
    yield Line(6, f"as for {before}, above", "dim")


def findings(group: Group, *, root: bool = False) -> Iterator[Line]:
    """Findings of one page: their titles, the provider's own words, what to do, and where to read more."""
    yield from _titles(group, root=root)
    filled = [pages.load_page(found.check).filled(found.facts) for found in group]
    said: dict[str, str] = {}  # the first words under each title
    for found, (title, _) in zip(group, filled, strict=True):
        words = display.visible(found.facts.get("words", ""))
        if words and words not in title:
            said.setdefault(title, words)
    for words in dict.fromkeys(said.values()):
        yield Line(6, f"said: {words}", "dim")
    texts = list(dict.fromkeys(remedy.text for _, remedy in filled))
    yield Line(6, texts[0])
    if len(texts) > 1:
        yield Line(6, f"The same goes for the other {len(texts) - 1}.")
    for command in dict.fromkeys(command for _, remedy in filled for command in remedy.commands):
        yield Line(6, f"$ {command}", "bold", paste=True)
    yield Line(6, f"more: ccsetup explain {group[0].check}", "dim", paste=True)


def _titles(group: Group, *, root: bool) -> Iterator[Line]:
    weight = group[0].weight
    titles = dict.fromkeys(pages.load_page(found.check).filled(found.facts)[0] for found in group)
    for place, title in enumerate(titles):
        mark = " ← first cause" if root and place == 0 else ""
        yield Line(2, f"{SIGN[weight]} {title}{mark}", STYLE[weight], hang=2)


def _rest(one: Report, *, verbose: bool) -> Iterator[Line]:
    if verbose:
        for passed in one.passed:
            yield Line(2, f"✓ {passed.check}{f': {passed.detail}' if passed.detail else ''}", "green", hang=2)
    elif one.passed:
        names = ", ".join(dict.fromkeys(passed.check for passed in one.passed))
        yield Line(2, f"✓ {names}", "green", hang=2)
    reasons: dict[str, list[str]] = {}
    for skipped in one.skipped:
        if verbose or skipped.telling:
            reasons.setdefault(skipped.reason, []).append(skipped.check)
    for reason, checks in reasons.items():
        why = _short(reason, verbose=verbose)
        yield Line(2, f"- not looked at: {', '.join(dict.fromkeys(checks))} ({why})", "dim", hang=2)


def _short(reason: str, *, verbose: bool) -> str:
    """A provider's long words to the end of their first sentence."""
    reason = display.visible(" ".join(reason.split()))
    if verbose or len(reason) <= _LONG:
        return reason
    sentence = re.match(r".{30,}?[.;](?=\s)", reason)
    return sentence[0] if sentence and len(sentence[0]) <= 2 * _LONG else f"{reason[:_LONG]}…"
