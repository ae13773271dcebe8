"""What `ccsetup cost --json` prints."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ccsetup.usage import money
from ccsetup.usage.advice import lifetime_advice
from ccsetup.usage.bills import weakest
from ccsetup.usage.money import Used
from ccsetup.usage.prefixes import Measure, no_prefix
from ccsetup.usage.reasons import Reasons, explain
from ccsetup.usage.summary import Account, Cell, Key, Summary, moment
from ccsetup.usage.tokens import KINDS, Tokens, context, total

GROUPS = ("profile", "surface", "model", "day", "week", "month", "project", "session")
_TIMES = ("day", "week", "month")
_SHOWN = KINDS[:-1]  # searches stand apart


@dataclass(frozen=True, slots=True)
class Setting:
    """What a document says beside the figures. `pins` are the models of each profile."""

    until: datetime.datetime
    by: str
    anonymous: bool
    retention_days: int
    unread: Mapping[str, int]
    pins: Mapping[str, frozenset[str]]
    prefix: Measure = no_prefix


def document(summary: Summary, strings: Sequence[str], setting: Setting) -> dict[str, object]:
    hidden = Hidden() if setting.anonymous else None
    return {
        "schema": 1,
        "since": moment(summary.since),
        "until": until(setting),
        "profiles": [_profile(account, strings, setting, hidden) for account in summary.accounts],
        "by": setting.by,
        "groups": [
            {
                **names,
                "requests": group.cell.requests,
                "tokens": tokens(group.cell.tokens),
                "unlogged": tokens(group.cell.unlogged),
                **money.figures(group.used),
            }
            for names, group in grouped(summary.accounts, setting.by, hidden)
        ],
        "days": [
            {**names, "requests": day.cell.requests, "tokens": tokens(day.cell.all), **money.figures(day.used)}
            for names, day in grouped(summary.accounts, "day", None)
        ],
        "unread": dict(setting.unread),
        "lower_bound": summary.lower_bound,
        "retention_days": setting.retention_days,
    }


def until(setting: Setting) -> str:
    return setting.until.strftime("%Y-%m-%dT%H:%M:%SZ")


class Hidden:
    """Numbers instead of names that reveal a person's work."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def name(self, kind: str, name: str) -> str:
        count = sum(known == kind for known, _ in self._known)
        return self._known.setdefault((kind, name), f"{kind} {count + 1}")


@dataclass(slots=True)
class Group:
    """A sum of cells, and each with its price."""

    cell: Cell = field(default_factory=Cell)
    used: list[Used] = field(default_factory=list)

    def take(self, account: Account, key: Key, cell: Cell) -> None:
        self.cell.take(cell)
        self.used.append(account.used(key, cell))


def grouped(accounts: Sequence[Account], by: str, hidden: Hidden | None) -> list[tuple[dict[str, object], Group]]:
    """The sums by one of GROUPS: days, weeks and months in order, the rest by what was used most."""
    sums: dict[object, Group] = {}
    for account in accounts:
        for key, cell in account.cells.items():
            sums.setdefault(_group(key, by), Group()).take(account, key, cell)
    if by in _TIMES:
        order = sorted(sums.items(), key=lambda item: str(item[0]))
    else:
        order = sorted(sums.items(), key=lambda item: (-_size(item[1].cell.all), str(item[0])))
    hide = hidden is not None and by in ("project", "session")
    return [({by: hidden.name(by, str(name)) if hidden and hide else name}, group) for name, group in order]


def _group(key: Key, by: str) -> str | None:
    if by not in _TIMES:
        return getattr(key, by) or None
    date = _date(key)
    return _week(date) if by == "week" else date.isoformat()[: 7 if by == "month" else 10]


def _date(key: Key) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=key.day)


def _week(day: datetime.date) -> str:
    return "{}-W{:02}".format(*day.isocalendar())


def _size(counts: Tokens) -> int:
    return context(counts) + counts[4]


def tokens(counts: Tokens) -> dict[str, int]:
    return dict(zip(_SHOWN, counts, strict=False))


def _profile(account: Account, strings: Sequence[str], setting: Setting, hidden: Hidden | None) -> dict[str, object]:
    whole = account.sum
    models, weeks = by_model(account), _model_weeks(account)
    reasons = explain(account, strings)
    used = [one for _, group in models for one in group.used]
    spent = money.total(used, flat=False)
    return {
        "profile": account.profile,
        "surface": account.surface,
        "surface_certainty": weakest(account.certainties),
        "place": account.place,
        "requests": whole.requests,
        "sessions": len(account.sessions),
        "tokens": tokens(whole.tokens),
        "unlogged": tokens(whole.unlogged),
        "web_searches": whole.all[6],
        **money.figures(used),
        "kinds": {kind: money.amount_text(part) for kind, part in spent.kinds.items()},
        "unlogged_cost": money.optional_text(_unlogged(account).whole),
        "estimates": _estimates(account),
        "models": [
            {
                "model": model,
                **({"requested": requested} if requested else {}),
                "pinned": bool({model, requested} & setting.pins.get(account.profile or "", frozenset())),
                "requests": group.cell.requests,
                "tokens": tokens(group.cell.all),
                **money.figures(group.used),
                "weeks": [
                    {"week": week, "requests": cell.requests, "tokens": tokens(cell.all)}
                    for week, cell in sorted(weeks[model, requested].items())
                ],
            }
            for (model, requested), group in models
        ],
        "cache": {
            "hit_rate": hit_rate(whole.tokens),
            "misses": _misses(reasons, account),
            "replay": replay(reasons, account),
        },
        "tools": [
            {"tool": tool, "calls": use.calls, "tokens_added": use.added, "tokens_carried": use.carried}
            for tool, use in sorted(reasons.tools.items(), key=lambda item: (-item[1].carried - item[1].added, item[0]))
        ],
        "prefix": setting.prefix(account, strings),
        "doubtful": [
            {"session": hidden.name("session", session) if hidden else session, "reason": doubt}
            for session, doubt in account.doubts
        ],
    }


def _unlogged(account: Account) -> money.Sum:
    """What was billed without a row."""
    used = ((key.tariff, cell.unlogged, account.quote(key.model)) for key, cell in account.cells.items())
    return money.total(used, flat=False)


def _estimates(account: Account) -> list[str]:
    """Why an amount may be less than what was billed, although every token has a price."""
    limits = ((account.quote(key.model).limit, cell.unlogged) for key, cell in account.cells.items())
    long = any(limit is not None and context(unlogged) > limit for limit, unlogged in limits)
    return ["calls without a row are priced as short prompts"] if long else []


def _misses(reasons: Reasons, account: Account) -> list[dict[str, object]]:
    """By cause, what lost most first; `extra` is what writing instead of reading cost, if all of it has prices.
    A plan's is an equivalent, as in `money.figures`."""
    found: list[dict[str, object]] = [
        {
            "cause": cause,
            "times": miss.times,
            "tokens": sum(miss.tokens.values()),
            **_either(
                account,
                "extra",
                money.extra_cost(
                    (tariff, hour, lost, account.quote(tariff.model)) for (tariff, hour), lost in miss.tokens.items()
                ),
            ),
        }
        for cause, miss in reasons.misses.items()
    ]
    return sorted(found, key=lambda one: (-int(str(one["tokens"])), str(one["cause"])))


def replay(reasons: Reasons, account: Account) -> dict[str, object]:
    """What each lifetime would have cost, its tokens, and the setting that is worth a change. A plan's requests are not
    billed: no lifetime is cheaper."""

    def amount(sums: Mapping[money.Tariff, Tokens]) -> Decimal | None:
        return money.total((tariff, counts, account.quote(tariff.model)) for tariff, counts in sums.items()).whole

    amounts = {name: amount(sums) for name, sums in reasons.replay.items()}
    found: dict[str, object] = {}
    for name, one in amounts.items():
        found |= _either(account, name, money.optional_text(one))
    return {
        **found,
        "advice": None if account.is_flat else lifetime_advice(amount(reasons.used), amounts),
        "tokens": {name: tokens(total(sums.values())) for name, sums in reasons.replay.items()},
    }


def _either(account: Account, name: str, amount: str | None) -> dict[str, object]:
    """An amount by its name, or by another for a plan's tokens, which are not billed."""
    return {name: None, f"{name}_api_equivalent": amount} if account.is_flat else {name: amount}


def by_model(account: Account) -> list[tuple[tuple[str, str], Group]]:
    """The sums by (model that answered, model asked for, empty if the same), what was used most first."""
    sums: dict[tuple[str, str], Group] = {}
    for key, cell in account.cells.items():
        sums.setdefault((key.model, key.requested), Group()).take(account, key, cell)
    return sorted(sums.items(), key=lambda item: (-_size(item[1].cell.all), item[0]))


def _model_weeks(account: Account) -> dict[tuple[str, str], dict[str, Cell]]:
    """The models of `by_model`, by week."""
    found: dict[tuple[str, str], dict[str, Cell]] = {}
    for key, cell in account.cells.items():
        weeks = found.setdefault((key.model, key.requested), {})
        weeks.setdefault(_week(_date(key)), Cell()).take(cell)
    return found


def hit_rate(counts: Tokens) -> float | None:
    """The share of all input that was read from the cache; None without input."""
    return round(counts[3] / context(counts), 4) if context(counts) else None
