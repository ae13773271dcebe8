"""What was used in a period, by bill, model, day and session."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from ccsetup.usage.bills import Bill, Bills
from ccsetup.usage.evidence import Certainty
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.models import pinned_as
from ccsetup.usage.money import Quote, Quotes, Tariff, Used, no_quotes
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add, context, total
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
    tariff: Tariff
    requested: str
    day: int
    session: str
    project: str

    @property
    def model(self) -> str:
        return self.tariff.model


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
    quotes: Quotes = no_quotes
    pins: frozenset[str] = frozenset()
    certainties: set[Certainty] = field(default_factory=set)
    cells: dict[Key, Cell] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)
    _quotes: dict[str, Quote] = field(default_factory=dict)
    _models: dict[str, str] = field(default_factory=dict)

    def quote(self, model: str) -> Quote:
        if model not in self._quotes:
            self._quotes[model] = self.quotes(self.profile, self.surface, model)
        return self._quotes[model]

    @property
    def is_flat(self) -> bool:
        """Whether it is a plan, whose tokens are not billed."""
        return any(self.quote(key.model).flat for key in self.cells)

    def tariff(self, model: str, extra: str, prompt: Tokens, tokens: Tokens) -> Tariff:
        """What decides the price of one request: `prompt` is what its length is judged by."""
        if model not in self._models:
            self._models[model] = pinned_as(model, self.pins)
        quote = self.quote(model := self._models[model])
        lacking = bool(quote.lacks) and any(tokens[place] for place in quote.lacks)
        return Tariff(model, extra, quote.limit is not None and context(prompt) > quote.limit, lacking)

    def tariffs(self, model: str, extra: str, requests: list[Tokens]) -> dict[Tariff, list[Tokens]]:
        """Requests by what decides their price."""
        tariff = self.tariff(model, extra, NO_TOKENS, NO_TOKENS)
        quote = self.quote(tariff.model)
        if quote.limit is None and not quote.lacks:
            return {tariff: requests}
        found: dict[Tariff, list[Tokens]] = {}
        for tokens in requests:
            found.setdefault(self.tariff(model, extra, tokens, tokens), []).append(tokens)
        return found

    def used(self, key: Key, cell: Cell) -> Used:
        return key.tariff, cell.all, self.quote(key.model)

    @property
    def sum(self) -> Cell:
        whole = Cell()
        for cell in self.cells.values():
            whole.take(cell)
        return whole


@dataclass(slots=True)
class Summary:
    since: int
    accounts: list[Account]
    lower_bound: bool


def summarize(ledger: Ledger, works: Sequence[Work], bills: Bills, since: int, quotes: Quotes = no_quotes) -> Summary:
    """All that was used from `since` on (milliseconds)."""
    accounts: dict[tuple[str | None, str | None], Account] = {}
    lower_bound = False
    for work in works:
        if max((one.at for one in work.requests[-1:]), default=0) < since and not work.unlogged:
            continue
        touched = _take(work, bills, accounts, ledger.strings, since, quotes)
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
    quotes: Quotes,
) -> list[Account]:
    """Add a session's work; the accounts that it is on."""
    billed, unlogged = bills.of(work)
    found: dict[int, Account] = {}
    parts: dict[int, Part] = {}
    alike: dict[tuple[int, int, int, int, int], list[Tokens]] = {}  # requests on one day that have one price
    bill, which = None, 0
    for number, (request, its) in enumerate(zip(work.requests, billed, strict=True)):
        if (at := request.at) < since:
            continue
        if its is not bill:
            account, bill = _account(accounts, its, quotes), its
            found[which := id(account)] = account
            account.certainties.add(its.certainty)
            numbers = parts.setdefault(which, Part(work)).requests
        numbers.append(number)
        key = (which, request.model, request.extra, request.requested, at // DAY)
        if (same := alike.get(key)) is None:
            alike[key] = [request.tokens]
        else:
            same.append(request.tokens)
    for (which, model, extra, requested, day), requests in alike.items():
        for tariff, tokens in found[which].tariffs(strings[model], strings[extra], requests).items():
            _cell(found[which], work, tariff, requested, day, strings).take(Cell(len(tokens), total(tokens)))
    for one, its in zip(work.unlogged, unlogged, strict=True):
        if one.at >= since:
            account = _account(accounts, its, quotes)
            found[id(account)] = account
            account.certainties.add(its.certainty)
            # What has no row is a sum of calls: it counts as short prompts.
            tariff = account.tariff(strings[one.model], strings[_usual_extra(work, one.model)], NO_TOKENS, one.tokens)
            _cell(account, work, tariff, 0, one.at // DAY, strings).take(Cell(0, NO_TOKENS, one.tokens))
    for which, part in parts.items():
        found[which].parts.append(part)
    return list(found.values())


def _cell(account: Account, work: Work, tariff: Tariff, requested: int, day: int, strings: Sequence[str]) -> Cell:
    project, asked = strings[work.session.project], strings[requested]
    if asked == tariff.model:  # a pin that was answered under a bare name
        asked = ""
    key = Key(account.profile, account.surface, tariff, asked, day, work.session.id, project)
    return account.cells.setdefault(key, Cell())


def _usual_extra(work: Work, model: int) -> int:
    """Tier and geography are the account's: as those of the requests with the model, if all have the same."""
    extras = {request.extra for request in work.requests if request.model == model}
    return extras.pop() if len(extras) == 1 else 0


def _account(accounts: dict[tuple[str | None, str | None], Account], bill: Bill, quotes: Quotes) -> Account:
    key = (bill.profile, bill.surface)
    if key not in accounts:
        accounts[key] = Account(bill.profile, bill.surface, bill.place, quotes, bill.pins)
    return accounts[key]
