"""What was used in a period, by bill, model, day and session."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ccsetup.usage.bills import Bill, Bills
from ccsetup.usage.evidence import Certainty
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.work import Doubt, Work

DAY = 86_400_000  # milliseconds


def moment(at: int) -> str:
    """A time in milliseconds, as documents have it."""
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Key:
    """Of what a cell is the sum. Days are UTC, as on the providers' bills, counted from 1970."""

    profile: str | None
    surface: str | None
    model: str
    requested: str
    day: int
    session: str
    project: str


@dataclass(slots=True)
class Cell:
    requests: int = 0
    tokens: Tokens = NO_TOKENS
    unlogged: Tokens = NO_TOKENS

    def take(self, other: "Cell") -> None:
        self.requests += other.requests
        self.tokens, self.unlogged = add(self.tokens, other.tokens), add(self.unlogged, other.unlogged)

    @property
    def all(self) -> Tokens:
        return add(self.tokens, self.unlogged)


@dataclass(slots=True)
class Part:
    """A session's work on one bill, in the period: the requests by their place in the session's work."""

    work: Work
    requests: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """One profile on one surface, or a surface without a profile."""

    profile: str | None
    surface: str | None
    place: str | None
    certainties: set[Certainty] = field(default_factory=set)
    cells: dict[Key, Cell] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)

    @property
    def sum(self) -> Cell:
        total = Cell()
        for cell in self.cells.values():
            total.take(cell)
        return total


@dataclass(slots=True)
class Summary:
    since: int
    accounts: list[Account]
    lower_bound: bool


def summarize(ledger: Ledger, works: Sequence[Work], bills: Bills, since: int) -> Summary:
    """All that was used from `since` on (milliseconds)."""
    accounts: dict[tuple[str | None, str | None], Account] = {}
    lower_bound = False
    for work in works:
        if max((one.at for one in work.requests[-1:]), default=0) < since and not work.unlogged:
            continue
        touched = _take(work, bills, accounts, ledger.strings, since)
        for account in touched:
            account.doubts += [(work.session.id, doubt) for doubt in work.doubts]
            if work.session.main:
                account.sessions.add(work.session.id)
        lower_bound = lower_bound or (bool(touched) and work.lower_bound)
    ordered = sorted(accounts.values(), key=lambda one: (one.profile is None, one.profile or "", one.surface or "~"))
    return Summary(since, ordered, lower_bound)


def _take(
    work: Work,
    bills: Bills,
    accounts: dict[tuple[str | None, str | None], Account],
    strings: Sequence[str],
    since: int,
) -> list[Account]:
    """Add a session's work; the accounts that it is on."""
    parts: dict[int, Part] = {}
    found: dict[int, Account] = {}
    project = strings[work.session.project]
    sums: dict[tuple[int, int, int, int], Cell] = {}
    for number, bill, model, requested, at, cell in _billed(work, bills, since):
        account = _account(accounts, bill)
        key = (id(account), model, requested, at // DAY)
        if key in sums:
            sums[key].take(cell)
        else:
            sums[key] = cell
        found[id(account)] = account
        account.certainties.add(bill.certainty)
        if number >= 0:
            parts.setdefault(id(account), Part(work)).requests.append(number)
    for (which, model, requested, day), cell in sums.items():
        account = found[which]
        name = Key(account.profile, account.surface, strings[model], strings[requested], day, work.session.id, project)
        account.cells[name] = cell
    for which, part in parts.items():
        found[which].parts.append(part)
    return list(found.values())


def _billed(work: Work, bills: Bills, since: int) -> Iterator[tuple[int, Bill, int, int, int, Cell]]:
    """(place in the work or -1, bill, model, requested, time, figures) of all that is in the period."""
    billed, unlogged = bills.of(work)
    for number, (request, bill) in enumerate(zip(work.requests, billed, strict=True)):
        if request.at >= since:
            yield number, bill, request.model, request.requested, request.at, Cell(1, request.tokens)
    for one, bill in zip(work.unlogged, unlogged, strict=True):
        if one.at >= since:
            yield -1, bill, one.model, 0, one.at, Cell(0, NO_TOKENS, one.tokens)


def _account(accounts: dict[tuple[str | None, str | None], Account], bill: Bill) -> Account:
    key = (bill.profile, bill.surface)
    if key not in accounts:
        accounts[key] = Account(bill.profile, bill.surface, bill.place)
    return accounts[key]
