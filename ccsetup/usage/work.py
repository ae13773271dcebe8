"""The ledger's requests, each once, and what was billed without a row.

A session's own total (`cost-state`) is over all its processes. What one total adds to the one before, less the rows
between them, was billed without a row: compaction, titles, WebFetch's small model, a stream torn off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from ccsetup.usage.ledger import COPY, OWN, Billed, Conversation, Ledger, Total
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add, at_least_nothing, fits, rank, subtract

_PROCESSES = 4  # earlier totals that a process may have begun with
_STEPS = 2_000  # of a search for rows
Doubt = Literal["killed", "running-or-killed", "parent-unknown", "total-restarted"]
DOUBTS: Mapping[str, str] = {  # in words, for people
    "killed": "a process was killed, or several ran at once: what they did without a row is an estimate",
    "running-or-killed": "still running, or killed: what it does without a row is not yet in the figures",
    "parent-unknown": "began as a copy of a session whose total is not known",
    "total-restarted": "its own total began again, or two processes ran at once: what has no row may be missing",
}


@dataclass(slots=True)
class Unlogged:
    """What a segment of a session was billed without a row, of one model; `at` is the segment's end."""

    at: int
    model: int
    tokens: Tokens


@dataclass(slots=True)
class Work:
    """One session's own requests in order of time, and what else it was billed."""

    session: Conversation
    requests: list[Billed]
    unlogged: list[Unlogged] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    lower_bound: bool = False
    parents: set[str] = field(default_factory=set)  # sessions whose rows or compaction it carries


def measure(ledger: Ledger) -> list[Work]:
    """Every session's work. A request that is in several sessions counts in the one that made it, or was first."""
    works = _own_requests(ledger)
    _find_compacted_parents(works)
    by_id = {work.session.id: work for work in works}
    for work in works:
        _segments(work, by_id)
    return works


def _own_requests(ledger: Ledger) -> list[Work]:
    works = [Work(session, []) for session in ledger.sessions]
    works.sort(key=lambda work: (min((one.at for one in work.session.requests), default=0), work.session.id))
    firsts: dict[str, Billed] = {}
    shared: dict[str, list[tuple[Work, Billed]]] = {}
    for work in works:
        for request in work.session.requests:
            if firsts.setdefault(request.id, request) is not request:
                shared[request.id] = []
    for work in works:
        work.requests = [request for request in work.session.requests if request.id not in shared]
        for request in work.session.requests if shared else ():
            if request.id in shared:
                shared[request.id].append((work, request))
    for carried in shared.values():
        work, request = _merged(carried, ledger.strings)
        work.requests.append(request)
    for work in works:
        work.requests.sort(key=lambda one: (one.at, one.id))
    return works


def _find_compacted_parents(works: Sequence[Work]) -> None:
    """Note forks that begin with a compaction, which has no answer in front of it there."""
    found: dict[int, list[Work]] = {}
    for work in works:
        for at in work.session.compactions:
            found.setdefault(at, []).append(work)
    for at, carried in found.items():
        if len(carried) > 1:
            before = {work.session.id for work in carried if any(one.at < at for one in work.session.requests)}
            for work in carried:
                if work.session.id not in before:
                    work.parents |= before


def _merged(carried: Sequence[tuple[Work, Billed]], strings: Sequence[str]) -> tuple[Work, Billed]:
    """The session that made the request, and the request with its highest figures; the others are noted as forks."""
    named = {strings[request.owner] for _, request in carried if request.owner}
    owner = max(
        carried,
        # The works are in order of time, and of equals `max` takes the first.
        key=lambda one: (one[1].own == OWN, one[0].session.id in named, one[1].own != COPY, rank(one[1].tokens)),
    )
    best = max(carried, key=lambda one: rank(one[1].tokens))[1]
    for work, _ in carried:
        if work is not owner[0]:
            work.parents.add(owner[0].session.id)
    if best is owner[1]:
        return owner
    fields = {name: getattr(owner[1], name) for name in Billed.__struct_fields__}
    return owner[0], Billed(**{**fields, "tokens": best.tokens, "model": best.model})


def _segments(work: Work, works: Mapping[str, Work]) -> None:
    """Fill what was billed without a row, and what is doubtful about it."""
    totals = sorted(work.session.totals, key=lambda total: (_sum(total), total.at))  # clocks may jump, sums only grow
    in_order = all(_covers(later.models, one.models) for one, later in pairwise(totals))
    if not in_order:
        totals.sort(key=lambda total: (total.at, _sum(total)))
    first: Mapping[int, Tokens] = {}
    if totals and work.parents:
        first = _inherited(work, totals[0], _split(work.requests, totals[0].at)[0], works)
    if totals and not _covers(totals[0].models, first):
        first = {}
        work.doubts.append("total-restarted")
    if in_order:
        _one_by_one(work, totals, first)
    else:
        _side_by_side(work, totals, first)
    end = max((total.at for total in totals), default=0)
    if totals and any(request.at > end and not request.chain for request in work.requests):
        work.doubts.append("running-or-killed")
    work.doubts = list(dict.fromkeys(work.doubts))


def _one_by_one(work: Work, totals: Sequence[Total], first: Mapping[int, Tokens]) -> None:
    """Each process began with the total of the one before."""
    rest, loose = work.requests, list[Billed]()  # rows that are in no total so far
    began, until = [first], 0
    for total in totals:
        here, rest = _split(rest, total.at)
        if total.at <= until:  # the clock was put back: what was done since seems older
            here, loose = [*loose, *here], []
        added = _difference(total.models, began[-1])
        dropped = _take_rows(added, here)
        found = _beside(total, began, [*loose, *here]) if dropped or loose else None
        added, loose = found or (added, [*loose, *here[:dropped]])
        _without_rows(work, total, added)
        began.append(total.models)
        until = max(until, total.at)
    if loose:
        work.doubts.append("killed")
    work.lower_bound = bool(rest)


def _side_by_side(work: Work, totals: Sequence[Total], first: Mapping[int, Tokens]) -> None:
    """Some processes ran at once, and began with the same total; or the session's total was lost."""
    loose, rest = _split(work.requests, totals[-1].at)
    unexplained: list[int] = []
    began = [first, *(total.models for total in totals)]
    for number, total in enumerate(totals):
        here, later = _split(loose, total.at)
        if found := _beside(total, began[: number + 1], here):
            added, left = found
            _without_rows(work, total, added)
            loose = [*left, *later]
        else:
            unexplained.append(number)
    for number in unexplained:  # at least what no row can be
        total = totals[number]
        before = next((one for one in reversed(began[: number + 1]) if _covers(total.models, one)), {})
        added = _difference(total.models, before)
        for request in _split(loose, total.at)[0]:
            model = _named_in(added, request)
            added[model] = subtract(added.get(model, NO_TOKENS), request.tokens)
        _without_rows(work, total, added)
        work.doubts.append("total-restarted")
    if loose and not unexplained:
        work.doubts.append("killed")
    work.lower_bound = bool(rest or unexplained)


def _without_rows(work: Work, total: Total, added: Mapping[int, Tokens]) -> None:
    for model, tokens in added.items():
        if any(missing := at_least_nothing(tokens)):
            work.unlogged.append(Unlogged(total.at, model, missing))


def _beside(
    total: Total, began: Sequence[Mapping[int, Tokens]], rows: Sequence[Billed]
) -> tuple[dict[int, Tokens], list[Billed]] | None:
    """What a process added that ran beside others, less its rows, and the rows of the others: it began with an earlier
    total, and its rows are those that come to exactly what it added. None if there is no such."""
    by_model: dict[int, list[Billed]] = {}
    for request in rows:
        by_model.setdefault(_named_in(total.models, request), []).append(request)
    for before in reversed(began[-_PROCESSES:]):
        if not _covers(total.models, before):
            continue
        added, left, some = _difference(total.models, before), list[Billed](), False
        for model, tokens in added.items():
            of_model = by_model.get(model, [])
            taken = _exactly(of_model, tokens)
            if of_model and taken is None:
                break
            some = some or bool(taken)
            for request in taken or ():
                added[model] = subtract(added[model], request.tokens)
            names = {request.id for request in taken or ()}
            left += [request for request in of_model if request.id not in names]
        else:
            if not some:
                continue
            left += [request for model, others in by_model.items() if model not in added for request in others]
            return added, sorted(left, key=lambda one: (one.at, one.id))
    return None


def _exactly(rows: Sequence[Billed], wanted: Tokens) -> list[Billed] | None:
    """Rows that together have exactly these tokens; None if none are found in a moment."""
    fitting = (request for request in rows if fits(request.tokens, wanted))
    ordered = sorted(fitting, key=lambda one: sum(one.tokens[:5]), reverse=True)
    after = [NO_TOKENS]  # sums of the last rows
    for request in reversed(ordered):
        after.append(add(after[-1], request.tokens))
    waiting: list[tuple[int, Tokens, tuple[Billed, ...]]] = [(0, wanted, ())]
    for _ in range(_STEPS):
        if not waiting:
            return None
        at, lacking, taken = waiting.pop()
        if not any(lacking[:5]):
            return list(taken)
        if at == len(ordered) or not fits(lacking, after[len(ordered) - at]):
            continue
        waiting.append((at + 1, lacking, taken))
        if fits((request := ordered[at]).tokens, lacking):
            waiting.append((at + 1, subtract(lacking, request.tokens), (*taken, request)))
    return None


def _difference(larger: Mapping[int, Tokens], smaller: Mapping[int, Tokens]) -> dict[int, Tokens]:
    return {model: subtract(tokens, smaller.get(model, NO_TOKENS)) for model, tokens in larger.items()}


def _split(requests: list[Billed], end: int) -> tuple[list[Billed], list[Billed]]:
    """The requests up to a total, and those after it. A subagent that ends later than the main conversation's last
    answer belongs to the same process: the next one begins with an answer of the main conversation."""
    at = 0
    while at < len(requests) and (requests[at].at <= end or requests[at].chain):
        at += 1
    return requests[:at], requests[at:]


def _take_rows(added: dict[int, Tokens], rows: Sequence[Billed]) -> int:
    """Take the rows off what was added, without the leading ones of a killed process; how many those are."""
    taken, sums = 0, dict[int, Tokens]()
    for request in reversed(rows):
        model = _named_in(added, request)
        more = add(sums.get(model, NO_TOKENS), request.tokens)
        if not fits(more, added.get(model, NO_TOKENS)):
            break
        taken, sums[model] = taken + 1, more
    for model, tokens in sums.items():
        added[model] = subtract(added.get(model, NO_TOKENS), tokens)
    return len(rows) - taken


def _named_in(total: Mapping[int, Tokens], request: Billed) -> int:
    """The model that a total counts the request as: the answer's, or else the one that was asked for."""
    return request.requested if request.model not in total and request.requested in total else request.model


def _inherited(work: Work, first: Total, rows: Sequence[Billed], works: Mapping[str, Work]) -> Mapping[int, Tokens]:
    """The parent's total that a fork began with: one that fits exactly, else the latest that leaves room."""
    start = min((one.at for one in work.requests), default=first.at)
    totals = [
        total
        for name in work.parents
        for total in (works[name].session.totals if name in works else ())
        if total.at <= start
    ]
    room = dict(first.models)
    for request in rows:
        model = _named_in(room, request)
        room[model] = subtract(room.get(model, NO_TOKENS), request.tokens)
    totals.sort(key=lambda total: (total.at, _sum(total)), reverse=True)
    fitting = [total.models for total in totals if _covers(room, total.models)]
    exact = [models for models in fitting if _covers(models, room)]
    if not fitting:
        work.doubts.append("parent-unknown")
    return (exact or fitting or [{}])[0]


def _covers(larger: Mapping[int, Tokens], smaller: Mapping[int, Tokens]) -> bool:
    return all(fits(tokens, larger.get(model, NO_TOKENS)) for model, tokens in smaller.items())


def _sum(total: Total) -> int:
    return sum(sum(tokens) for tokens in total.models.values())
