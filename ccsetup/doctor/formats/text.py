"""The reports as text: grouped by profile, the root cause first, consequences folded, nothing repeated."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ccsetup.doctor.report import LIVE, PROFILE, Report, Verdict
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.system import display
from ccsetup.system.console import Line

STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan", "ok": "green", "unknown": "magenta"}
SIGN = {"error": "✗", "warning": "!", "info": "i"}
_ORDER = ("error", "warning", "info")
_WORD: dict[Verdict, str] = {
    "ok": "OK",
    "warning": "OK, with warnings",
    "error": "not working",
    "unknown": "unknown",
}
_UNASKED = "unknown: no problem found without a request"
_ANY = "NAME"  # a command's profile, where several have the finding
_LONG = 160  # characters; a longer reason is shortened

Group = tuple[Finding, ...]


def lines(reports: Iterable[Report], titles: dict[str, str], *, verbose: bool) -> Iterator[Line]:
    """Yield the lines of all reports. `titles` are the surfaces' names. `verbose` adds checks that passed or do not
    apply, and unfolds consequences.

    Findings that all profiles share, and warnings that several share, come once, before them; other findings that a
    profile shares with a previous one are only named.
    """
    reports = tuple(reports)
    shown_at: dict[object, str] = {}
    common = {text: len(places) == len(reports) for places, texts in _shared(reports).items() for text in texts}
    for sharing, texts in _shared(reports).items():
        names = ", ".join(reports[place].profile for place in sharing)
        yield Line(0, "every profile" if len(sharing) == len(reports) else names, "bold", hang=2)
        first = reports[sharing[0]]
        for group in _groups(first, texts, first.root):
            one_text = all(_text_of(finding) in _texts(reports[place]) for finding in group for place in sharing)
            yield from findings(group if one_text else tuple(map(_of_any_profile, group)))
        yield Line(0, "")
    for report in reports:
        yield from _profile(report, titles, common, shown_at, verbose=verbose)
        yield Line(0, "")
    if len(reports) > 1:
        yield Line(0, f"{len(reports)} profiles: {_tally(reports)}", "bold")
    if any(skipped.reason == LIVE for report in reports for skipped in report.skipped):
        yield Line(
            0, "These checks were free. --live also sends one minimal request per pinned model, which is billed.", "dim"
        )


def _tally(reports: tuple[Report, ...]) -> str:
    verdicts = [report.verdict for report in reports]
    return " · ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in _WORD.items() if verdict in verdicts)


def _profile(
    report: Report, titles: dict[str, str], common: Mapping[object, bool], above: dict[object, str], *, verbose: bool
) -> Iterator[Line]:
    unread = "" if report.profile == pages.HERE else "unreadable"
    surface = titles.get(report.surface or "", report.surface or unread)
    clean = report.offline and report.verdict == "unknown" and not report.broken
    word = _UNASKED if clean else _WORD[report.verdict]
    yield Line(0, f"{report.profile}  {surface}".rstrip() + f": {word}", f"bold {STYLE[report.verdict]}")
    if report.pending:
        yield Line(2, f"pending: saved with known problems: {', '.join(dict.fromkeys(report.pending))}", "yellow")
    yield from _finding_lines(report, common, above, verbose=verbose)
    reasons: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for broken in report.broken:
        reasons.setdefault((broken.reason, broken.hints), []).append(broken.check)
    for (reason, hints), checks in reasons.items():
        what = "not checked" if checks == [PROFILE] else f"{', '.join(checks)}: could not run"
        yield Line(2, f"? {what}: {_short(reason, verbose=verbose)}", "magenta", hang=2)
        yield from (Line(6, hint) for hint in hints)
    yield from _other_lines(report, verbose=verbose)


@dataclass(slots=True)
class _Shared:
    """A finding of several profiles: where its reports are, their texts as `_text_of` returns them, and its weights."""

    places: list[int]
    texts: set[object]
    weights: set[str]


def _shared(reports: tuple[Report, ...]) -> dict[tuple[int, ...], set[object]]:
    """Return what reads the same in all of several reports, and the warnings that read the same in some except for the
    profile's name: {places of the reports: texts}."""
    found: dict[object, _Shared] = {}
    for place, report in enumerate(reports):
        caused = {_text_of(report.findings[number]) for number in report.causes}
        for finding in report.findings:
            text = _text_of(finding)
            key = _text_of(_of_any_profile(finding)) if finding.weight == "warning" else text
            one = found.setdefault(key, _Shared([], set(), set()))
            one.places += [place] if place not in one.places else []
            one.texts.add(text)
            one.weights.add("folded" if text in caused else finding.weight)
    shared: dict[tuple[int, ...], set[object]] = {}
    for one in found.values():
        if len(reports) > 1 < len(one.places) and (len(one.places) == len(reports) or one.weights == {"warning"}):
            shared.setdefault(tuple(one.places), set()).update(one.texts)
    return dict(sorted(shared.items(), key=lambda item: (-len(item[0]), item[0])))


def _of_any_profile(finding: Finding) -> Finding:
    """The finding with NAME for its profile in commands; unchanged if its title names the profile."""
    other = replace(finding, facts={**finding.facts, "profile": _ANY})
    titles = (pages.load_page(one.check).filled(one.facts)[0] for one in (finding, other))
    return other if len(set(titles)) == 1 else finding


def _texts(report: Report) -> set[object]:
    return {_text_of(finding) for finding in report.findings}


def _text_of(finding: Finding) -> object:
    return pages.load_page(finding.check).filled(finding.facts)


def _text_without_profile(group: Group) -> object:
    """Return a key that is equal for groups with the same text, whichever profile they name."""
    return tuple(pages.load_page(finding.check).filled({**finding.facts, "profile": "-"}) for finding in group)


def _groups(report: Report, wanted: set[object], root: str | None) -> list[Group]:
    """Return the findings whose text is in `wanted`, grouped by page and weight: the root cause, other errors,
    warnings, information."""
    selected = [finding for finding in report.findings if _text_of(finding) in wanted]
    grouped: dict[tuple[int, bool, str], list[Finding]] = {}
    for finding in selected:
        grouped.setdefault((_ORDER.index(finding.weight), finding.check != root, finding.check), []).append(finding)
    return [tuple(grouped[key]) for key in sorted(grouped, key=lambda key: key[:2])]


def finding_lines(report: Report) -> Iterator[Line]:
    """Yield the findings, without the checks that passed or were skipped."""
    return _finding_lines(report, {}, {}, verbose=False)


def _finding_lines(
    report: Report, common: Mapping[object, bool], above: dict[object, str], *, verbose: bool
) -> Iterator[Line]:
    """Yield a profile's own findings. Of what is in `common`, a root cause and what not all profiles share (False) are
    only named."""
    because = {_text_of(report.findings[number]): cause for number, cause in report.causes.items()}
    own = {_text_of(finding) for finding in report.findings} - common.keys()
    if report.root and not any(
        finding.check == report.root and _text_of(finding) in own for finding in report.findings
    ):
        yield Line(2, f"{SIGN['error']} {report.root}, as for every profile above ← root cause", STYLE["error"], hang=2)
    groups = _groups(report, own if verbose else own - set(because), report.root)
    folded = () if verbose else _groups(report, own & set(because), None)
    for group in groups:
        if group[0].weight != "error":
            continue
        yield from _group_lines(group, report, above)
    for group in folded:
        title, _ = pages.load_page(group[0].check).filled(group[0].facts)
        more = f", and {len(group) - 1} more like it" if len(group) > 1 else ""
        words = f"↳ {title}{more} [{group[0].check}, because of {because[_text_of(group[0])]}]"
        yield Line(2, words, "dim", hang=2)
    if shared := [one.check for one in report.findings if common.get(_text_of(one)) is False]:
        yield Line(2, f"{SIGN['warning']} {', '.join(dict.fromkeys(shared))}: see above", STYLE["warning"], hang=2)
    for group in groups:
        if group[0].weight == "error" or (
            group[0].weight == "info" and _text_without_profile(group) in above and not verbose
        ):
            continue
        yield from _group_lines(group, report, above)


def _group_lines(group: Group, report: Report, above: dict[object, str]) -> Iterator[Line]:
    """Yield the group in full, or only its title if another profile's group has the same text."""
    root = group[0].check == report.root and group[0].weight == "error"
    contradicting = report.contradictions.get(report.findings.index(group[0]), ())
    first_profile = above.setdefault(_text_without_profile(group), report.profile)
    if first_profile == report.profile:
        yield from findings(group, root=root)
        for passed in contradicting:
            words = f"although the check {passed.check} passed{f': {passed.detail}' if passed.detail else ''}"
            yield Line(6, display.visible(words), "dim")
        return
    first, *others = _titles(group, root=root)
    yield first
    more = f", as are {len(others)} more" if others else ""
    yield Line(6, f"same as {first_profile} above{more}", "dim")


def findings(group: Group, *, root: bool = False) -> Iterator[Line]:
    """Yield the findings of one page: titles, the provider's message, the remedy, and where to read more."""
    yield from _titles(group, root=root)
    filled = [pages.load_page(finding.check).filled(finding.facts) for finding in group]
    messages: dict[str, str] = {}  # the first message under each title
    for finding, (title, _) in zip(group, filled, strict=True):
        message = display.visible(finding.facts.get("words", ""))
        if message and message not in title:
            messages.setdefault(title, message)
    for message in dict.fromkeys(messages.values()):
        yield Line(6, f"message: {message}", "dim")
    texts = list(dict.fromkeys(remedy.text for _, remedy in filled))
    yield Line(6, texts[0])
    if len(texts) > 1:
        others = len(texts) - 1
        yield Line(6, f"The same applies to the other {others if others > 1 else 'one'}.")
    for command in dict.fromkeys(command for _, remedy in filled for command in remedy.commands):
        yield Line(6, f"$ {command}", "bold", paste=True)
    yield Line(6, f"more: ccsetup explain {group[0].check}", "dim", paste=True)


def _titles(group: Group, *, root: bool) -> Iterator[Line]:
    weight = group[0].weight
    titles = dict.fromkeys(pages.load_page(finding.check).filled(finding.facts)[0] for finding in group)
    for number, title in enumerate(titles):
        mark = " ← root cause" if root and number == 0 else ""
        yield Line(2, f"{SIGN[weight]} {title}{mark}", STYLE[weight], hang=2)


def _other_lines(report: Report, *, verbose: bool) -> Iterator[Line]:
    if verbose:
        for passed in report.passed:
            yield Line(2, f"✓ {passed.check}{f': {passed.detail}' if passed.detail else ''}", "green", hang=2)
    elif report.passed:
        names = ", ".join(dict.fromkeys(passed.check for passed in report.passed))
        yield Line(2, f"✓ {names}", "green", hang=2)
    reasons: dict[str, list[str]] = {}
    for skipped in report.skipped:
        if verbose or skipped.telling:
            reasons.setdefault(skipped.reason, []).append(skipped.check)
    for reason, checks in reasons.items():
        shown_reason = _short(reason, verbose=verbose)
        yield Line(2, f"- skipped: {', '.join(dict.fromkeys(checks))} ({shown_reason})", "dim", hang=2)


def _short(reason: str, *, verbose: bool) -> str:
    """Shorten a provider's long message to its first sentence."""
    reason = display.visible(" ".join(reason.split()))
    if verbose or len(reason) <= _LONG:
        return reason
    sentence = re.match(r".{30,}?[.;](?=\s)", reason)
    return sentence[0] if sentence and len(sentence[0]) <= 2 * _LONG else f"{reason[:_LONG]}…"
