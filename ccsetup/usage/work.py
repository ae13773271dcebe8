"""The ledger's requests, each once, and what was billed without a row.

A session's own total (`cost-state`) is over all its processes. What one total adds to the one before, less the rows
between them, was billed without a row: compaction, titles, WebFetch's small model, a stream torn off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ccsetup.usage.ledger import COPY, OWN, Billed, Conversation, Ledger, Total
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add, at_least_nothing, fits, rank, subtract

Doubt = Literal["killed", "running-or-killed", "parent-unknown", "total-restarted"]
DOUBTS: Mapping[str, str] = {  # in words, for people
    "killed": "a process was killed: what it did without a row is not in the figures",
    "running-or-killed": "still running, or killed: what it does without a row is not yet in the figures",
    "parent-unknown": "began as a copy of a session whose total is not known",
    "total-restarted": "its own total began again",
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
    parents: set[str] = field(default_factory=set)  # sessions whose rows it carries


def measure(ledger: Ledger) -> list[Work]:
    """Every session's work. A request that is in several sessions counts in the one that made it, or was first."""
    works = _own_requests(ledger)
    by_id = {work.session.id: work for work in works}
    for work in works:
        _segments(work, by_id)
    return works


def _own_requests(ledger: Ledger) -> list[Work]:
    works = [Work(session, []) for session in ledger.sessions]
    works.sort(key=lambda work: (min((one.at for one in work.session.requests), default=0), work.session.id))
    owners: dict[str, tuple[Work, Billed]] = {}
    shared: dict[str, list[tuple[Work, Billed]]] = {}
    for work in works:
        for request in work.session.requests:
            first = owners.setdefault(request.id, (work, request))
            if first[1] is not request:
                shared.setdefault(request.id, [first]).append((work, request))
    for key, carried in shared.items():
        owners[key] = _merged(carried, ledger.strings)
    for work, request in owners.values():
        work.requests.append(request)
    for work in works:
        work.requests.sort(key=lambda one: (one.at, one.id))
    return works


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
    totals = sorted(work.session.totals, key=lambda total: (total.at, _sum(total)))
    rest = work.requests
    before: Mapping[int, Tokens] = {}
    for number, total in enumerate(totals):
        here, rest = _split(rest, total.at)
        if number == 0 and work.parents:
            before = _inherited(work, total, here, works)
        if not _covers(total.models, before):
            before = {}
            work.doubts.append("total-restarted")
        added = {model: subtract(tokens, before.get(model, NO_TOKENS)) for model, tokens in total.models.items()}
        dropped = _take_rows(added, here)
        if dropped:
            work.doubts.append("killed")
        for model, tokens in added.items():
            if any(missing := at_least_nothing(tokens)):
                work.unlogged.append(Unlogged(total.at, model, missing))
        before = total.models
    work.lower_bound = bool(rest)
    if rest and totals:
        work.doubts.append("running-or-killed")
    work.doubts = list(dict.fromkeys(work.doubts))


def _split(requests: list[Billed], end: int) -> tuple[list[Billed], list[Billed]]:
    """The requests up to a total, and those after it. A subagent that ends later than the main conversation's last
    answer belongs to the same process: the next one begins with an answer of the main conversation."""
    at = 0
    while at < len(requests) and (requests[at].at <= end or requests[at].chain):
        at += 1
    return requests[:at], requests[at:]


def _take_rows(added: dict[int, Tokens], rows: Sequence[Billed]) -> int:
    """Take the rows off what was added, without the leading ones of a killed process; how many those are."""
    after: list[dict[int, Tokens]] = [{}]  # sums of the last rows: none, one, two …
    for request in reversed(rows):
        sums = dict(after[-1])
        model = _named_in(added, request)
        sums[model] = add(sums.get(model, NO_TOKENS), request.tokens)
        after.append(sums)
    for dropped in range(len(rows) + 1):
        sums = after[len(rows) - dropped]
        if all(fits(tokens, added.get(model, NO_TOKENS)) for model, tokens in sums.items()):
            for model, tokens in sums.items():
                added[model] = subtract(added.get(model, NO_TOKENS), tokens)
            return dropped
    return len(rows)


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
