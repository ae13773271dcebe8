"""What `ccsetup cost --json` prints."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ccsetup.usage import money
from ccsetup.usage.bills import weakest
from ccsetup.usage.days import daily
from ccsetup.usage.money import Prices, UnitPrices
from ccsetup.usage.prefixes import Measure, no_prefix
from ccsetup.usage.reasons import Reasons, explain
from ccsetup.usage.summary import DAY, Account, Cell, Key, Summary, moment
from ccsetup.usage.tokens import KINDS, Tokens, context, total

GROUPS = ("profile", "surface", "model", "day", "week", "project", "session")
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
    prices: Prices = money.no_prices
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
            {**names, "requests": cell.requests, "tokens": tokens(cell.tokens), "unlogged": tokens(cell.unlogged)}
            for names, cell in grouped(summary.accounts, setting.by, hidden)
        ],
        "days": daily(summary.accounts, setting.prices),
        "unread": dict(setting.unread),
        "lower_bound": summary.lower_bound,
        "retention_days": setting.retention_days,
    }


def until(setting: Setting) -> str:
    return setting.until.strftime("%Y-%m-%dT%H:%M:%SZ")


class Hidden:
    """Numbers instead of names that tell about a person's work."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def name(self, kind: str, name: str) -> str:
        count = sum(known == kind for known, _ in self._known)
        return self._known.setdefault((kind, name), f"{kind} {count + 1}")


def grouped(accounts: Sequence[Account], by: str, hidden: Hidden | None) -> list[tuple[dict[str, object], Cell]]:
    """The sums by one of GROUPS: days and weeks in order, the rest by what was used most."""
    sums: dict[object, Cell] = {}
    for account in accounts:
        for key, cell in account.cells.items():
            sums.setdefault(_group(key, by), Cell()).take(cell)
    if by in ("day", "week"):
        order = sorted(sums.items(), key=lambda item: str(item[0]))
    else:
        order = sorted(sums.items(), key=lambda item: (-_size(item[1].all), str(item[0])))
    hide = hidden is not None and by in ("project", "session")
    return [({by: hidden.name(by, str(name)) if hidden and hide else name}, cell) for name, cell in order]


def _group(key: Key, by: str) -> str | None:
    if by not in ("day", "week"):
        return getattr(key, by) or None
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=key.day)
    return day.isoformat() if by == "day" else "{}-W{:02}".format(*day.isocalendar())


def _size(counts: Tokens) -> int:
    return context(counts) + counts[4]


def tokens(counts: Tokens) -> dict[str, int]:
    return dict(zip(_SHOWN, counts, strict=False))


def _profile(account: Account, strings: Sequence[str], setting: Setting, hidden: Hidden | None) -> dict[str, object]:
    whole = account.sum
    models = by_model(account)
    reasons = explain(account, strings)

    def price(model: str) -> UnitPrices | None:
        return setting.prices(account.profile, account.surface, model)

    used = [(model, cell.all, price(model)) for (model, _), cell in models]
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
        "cost": money.cost(used),
        "models": [
            {
                "model": model,
                **({"requested": requested} if requested else {}),
                "pinned": bool({model, requested} & setting.pins.get(account.profile or "", frozenset())),
                "requests": cell.requests,
                "tokens": tokens(cell.all),
                "cost": money.cost([one]),
            }
            for ((model, requested), cell), one in zip(models, used, strict=True)
        ],
        "cache": {
            "hit_rate": hit_rate(whole.tokens),
            "misses": _misses(reasons, price),
            "replay": replay(reasons, price),
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


def _misses(reasons: Reasons, price: Callable[[str], UnitPrices | None]) -> list[dict[str, object]]:
    """By cause, what lost most first; `extra` is what writing instead of reading cost, if all of it has prices."""
    found: list[dict[str, object]] = [
        {
            "cause": cause,
            "times": miss.times,
            "tokens": sum(miss.tokens.values()),
            "extra": money.extra_cost((tokens, price(model)) for model, tokens in miss.tokens.items()),
        }
        for cause, miss in reasons.misses.items()
    ]
    return sorted(found, key=lambda one: (-int(str(one["tokens"])), str(one["cause"])))


def replay(reasons: Reasons, price: Callable[[str], UnitPrices | None]) -> dict[str, object]:
    """What each lifetime would have cost, its tokens, and the setting that is worth a change."""
    costs = {
        name: money.cost((model, tokens_, price(model)) for model, tokens_ in models.items())
        for name, models in reasons.replay.items()
    }
    sums = {name: tokens(total(models.values())) for name, models in reasons.replay.items()}
    amounts = {name: None if cost["unpriced"] else cost["amount"] for name, cost in costs.items()}
    return {**amounts, "advice": None, "tokens": sums}


def by_model(account: Account) -> list[tuple[tuple[str, str], Cell]]:
    """The sums by (model that answered, model asked for, empty if the same), what was used most first."""
    sums: dict[tuple[str, str], Cell] = {}
    for key, cell in account.cells.items():
        sums.setdefault((key.model, key.requested), Cell()).take(cell)
    return sorted(sums.items(), key=lambda item: (-_size(item[1].all), item[0]))


def hit_rate(counts: Tokens) -> float | None:
    """The share of all input that was read from the cache; None without input."""
    return round(counts[3] / context(counts), 4) if context(counts) else None


def midnight(now: datetime.datetime, days: int) -> int:
    """The beginning of the day so many days ago (UTC), in milliseconds."""
    return int(now.timestamp() * 1000) // DAY * DAY - days * DAY
