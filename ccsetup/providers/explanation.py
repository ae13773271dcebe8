"""Find the pages that explain a pasted text, most likely first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Match, Page
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.providers.excerpts import Excerpt, find_excerpts, joined, plain, telling_lines
from ccsetup.providers.recognise import UNKNOWN, bare_code, weigh_parts

SURE = 4  # the weight from which on a message was recognised, and not a code or a status alone
_FAINT = 2  # a status alone, or a word of a message whose code the text lacks
_SPEAKS = {407, 511, 529}  # statuses that have one cause
_OF_AN_API = re.compile(
    r"API Error|\b[45]\d\d\W{0,3}[{<]|\"(?:code|status\w*)\\*\": ?\\*\"?[45]\d\d\b|\bclaude\b(?!-code)"
    r"|\b([45]\d\d) (?:\1|[a-z]+(?:_[a-z]+)+): ",
    re.IGNORECASE,
)
_REASON = re.compile(r"bad gateway|gateway time-?out", re.IGNORECASE)  # HTTP's words, of any server
_TITLE = SURE - 1
_FEWEST = 10  # characters of a title beside its facts
_SHORTEST_TITLE = 16  # with fewer of them, a title has to be the whole line
_LINE = 600  # characters of what ccsetup printed
_FACT = re.compile(r"\{([a-z_]+)!?(?:\|[^{}]*)?\}")
_SEVERITY = re.compile(r"(?:[^\w{]|(?:ccsetup|error|warning|info|note): )*")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A page that explains a text. `weight` is how specific the match is among the pages of a surface (see
    `recognise`), `known` how much of it this text shows, `absent` how many of its conditions the text leaves out,
    `evidence` what in the text names the page's surface."""

    page: Page
    weight: int
    known: int
    length: int  # of the part that a pattern matches
    facts: Mapping[str, str]
    absent: int = 0
    evidence: int = 0


def explain_text(text: str, knowledge: Knowledge, surface: str | None = None) -> tuple[Explanation, ...]:
    """Return the pages that explain `text`, the most likely first; with `surface`, those of that surface alone.

    On each surface the page that says most wins, as for an error that doctor meets.
    """
    excerpts = find_excerpts(text)
    whole = tuple(dict.fromkeys((*joined(plain(text)), *(excerpt.messages[0] for excerpt in excerpts))))
    slugs = [slug for slug in pages.slugs() if slug != UNKNOWN]
    found = [best for slug in slugs if (best := _best(slug, excerpts, "\n".join(whole)))]
    if not any(item.known >= SURE for item in found):
        lines = tuple(line[:_LINE] for line in (*telling_lines(plain(text)), *joined(plain(text))))
        found += [best for slug in slugs if (best := _by_title(slug, lines))]
    if surface:
        named = knowledge.surface(surface)
        return tuple(_likely(sorted(filter(lambda item: _concerns(item.page, named), found), key=_on_one_surface)))
    chosen: dict[str, Explanation] = {}
    for one in knowledge.surfaces.values():
        evidence = _evidence(one, whole[0])
        here = [item for item in found if _concerns(item.page, one)]
        for item in sorted(here, key=_on_one_surface)[:1]:
            known = chosen.get(item.page.slug)
            if known is None or known.evidence < evidence:
                chosen[item.page.slug] = replace(item, evidence=evidence)
    return tuple(_likely(sorted(chosen.values(), key=_order)))


def is_guess(text: str, ranked: Sequence[Explanation]) -> bool:
    """Whether hardly more than an HTTP status speaks for these pages, in a text that any program may have printed."""
    statuses, codes = read_codes(text)
    if codes or _OF_AN_API.search(plain(text)) or not _SPEAKS.isdisjoint(statuses):
        return False
    return all(item.known <= _FAINT and not item.evidence for item in ranked)


def _concerns(page: Page, surface: Surface) -> bool:
    return bool({surface.name, surface.faults} & {*page.head.surfaces})


def _on_one_surface(item: Explanation) -> tuple[int, str]:
    """Order as `recognise` does."""
    return -item.weight, item.page.slug


def read_codes(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the HTTP statuses and the known error codes in `text`."""
    excerpts = find_excerpts(text)
    statuses = {status for excerpt in excerpts for status in excerpt.statuses}
    return tuple(sorted(statuses)), tuple(sorted({code for excerpt in excerpts for code in excerpt.codes}))


def _order(item: Explanation) -> tuple[int, int, int, int, str]:
    return (-item.known, item.absent, -item.evidence, -item.length, item.page.slug)


def _likely(ranked: Sequence[Explanation]) -> Iterator[Explanation]:
    """Yield what is not far less likely than the first; beside a sure one no words of a message without its code."""
    sure = ranked and ranked[0].known >= SURE
    for item in ranked:
        is_near = item.known > ranked[0].known - SURE and not (sure and item.length)
        if item.known >= SURE or is_near:
            yield item


def _evidence(surface: Surface, text: str) -> int:
    """How much in `text` names the surface: its hosts, ids of its models, its name."""
    text = _REASON.sub("", text)
    words = text.split()
    hosts = bool(surface.wire.hosts and re.search(surface.wire.hosts, text, re.IGNORECASE))
    ids = surface.ids.removeprefix("^") not in ("", "claude-") and any(re.search(surface.ids, word) for word in words)
    named = re.search(rf"(?<![\w-]){re.escape(surface.title.split()[-1])}\b", text, re.IGNORECASE)
    return 2 * hosts + ids + bool(named)


def _best(slug: str, excerpts: Sequence[Excerpt], text: str) -> Explanation | None:
    """Return how the page explains one of the excerpts, None if it does not."""
    page = pages.load_page(slug)
    best: Explanation | None = None
    for match in page.head.match:
        if match.pattern is not None and not _is_possible(match.pattern, text):
            continue
        for excerpt in excerpts:
            found = _compare(page, match, excerpt)
            if found is not None and (best is None or (found.known, found.length) > (best.known, best.length)):
                best = replace(found, weight=max(found.weight, best.weight if best else 0))
            elif found is not None and best is not None and found.weight > best.weight:
                best = replace(best, weight=found.weight)
    return best


def _is_possible(pattern: str, text: str) -> bool:
    """Whether an excerpt of `text` may match, which spares comparing most; a pattern that excludes something has to
    hold for all of the text, not for a broken line of it."""
    if re.search(r"[\^$]", pattern) and not pattern.startswith("^(?!"):
        return True
    return re.search(pattern, text, re.IGNORECASE) is not None


def _compare(page: Page, match: Match, excerpt: Excerpt) -> Explanation | None:
    """Return how one match explains an excerpt. Another status or code than the text has rules the match out; one that
    the text leaves out does not, beside a known message, but without the code the message may mean something else."""
    general = match.pattern is None or _is_general(match.pattern)
    search = None if match.pattern is None else _search(match.pattern, excerpt.messages)
    if match.pattern is not None and search is None:
        return None
    weight, absent = 0 if general else 4, 0
    for wanted, there, worth in (
        (match.status, excerpt.statuses, 1),
        (match.code and bare_code(match.code), excerpt.codes, 2),
    ):
        if wanted is not None and wanted in there:
            weight += worth
        elif wanted is not None and (there or general) and not (worth == 2 and str(match.code).isdigit()):
            return None
        elif wanted is not None:
            absent += 1
            weight -= worth + 1 if worth == 2 else 0  # no more than a status alone
    for name, pattern in match.when.items():
        if name not in excerpt.parts or not re.fullmatch(pattern, excerpt.parts[name], re.IGNORECASE):
            return None
    groups = {name: value for name, value in search.groupdict().items() if value} if search else {}
    length = len(search[0]) if search and not general else 0
    known = weight + weigh_parts(match)
    weight = known + 4 * (general and match.pattern is not None)
    return Explanation(page, weight, known, length, {**excerpt.parts, "words": excerpt.messages[0], **groups}, absent)


@cache
def _is_general(pattern: str) -> bool:
    """Whether the pattern only excludes messages, or matches any."""
    return re.search(pattern, "x", re.IGNORECASE) is not None


def _search(pattern: str, messages: Sequence[str]) -> re.Match[str] | None:
    """Search the messages; a general pattern must hold for every one."""
    found = [re.search(pattern, message, re.IGNORECASE) for message in messages]
    if _is_general(pattern):
        return found[0] if all(found) else None
    return next((match for match in found if match), None)


def _by_title(slug: str, lines: Sequence[str]) -> Explanation | None:
    """Recognise what ccsetup itself printed: the page's title with facts filled in."""
    page = pages.load_page(slug)
    pieces = _FACT.split(page.title)  # text and names of facts in turn
    letters = sum(map(len, pieces[::2]))
    found = (_filled(pieces, line, whole=letters < _SHORTEST_TITLE) for line in lines if letters >= _FEWEST)
    facts = next((facts for facts in found if facts is not None), None)
    return None if facts is None else Explanation(page, _TITLE, _TITLE, letters, facts)


def _filled(pieces: Sequence[str], line: str, *, whole: bool) -> dict[str, str] | None:
    """Return the facts between the pieces of a title in `line`; None if it has not all of them in this order. `whole`:
    the line is the title and a severity at most."""
    facts: dict[str, str] = {}
    lower, at = line.lower(), _SEVERITY.match(line).end()  # type: ignore[union-attr]
    name = ""
    for number, piece in enumerate(pieces):
        if number % 2:
            name = piece
            continue
        place = lower.find(piece.lower(), at + bool(name)) if piece else len(line) if name else at
        if place < 0 or (whole and not name and place > at):
            return None
        if name:
            facts.setdefault(name, line[at:place])
        at = place + len(piece)
    return None if whole and at < len(line) else facts
