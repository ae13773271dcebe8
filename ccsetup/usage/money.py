"""From tokens to money: the one place that multiplies."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cached_property
from typing import NamedTuple

from ccsetup.providers.prices.price import Basis, ModelPrice, family_of, load_sources
from ccsetup.usage.tokens import KINDS, Tokens

_UNIT = {"searches": Decimal(1_000)}  # web searches are priced by the thousand
_MILLION = Decimal(1_000_000)
_CENT = Decimal("0.01")
_DIGITS = Context(prec=100)  # enough for any number in a transcript
_NOT_BILLED_APART = "thinking"  # part of output
_SEARCHES = "web_search"
_NAMES = {"searches": _SEARCHES}  # as the sources of prices call it
_USUAL, _FAST = ("", "standard"), "fast"
_WEAKEST: tuple[Basis, ...] = ("published", "list", "contract", "rate-card")
CURRENCY = "USD"


class Tariff(NamedTuple):
    """What decides a request's price: `extra` is "service tier|geography|speed" if not the usual ones, `long` whether
    its prompt is beyond the lower band, `lacking` whether it used a kind that has no price: such requests are kept
    apart, so that the others have an amount."""

    model: str
    extra: str = ""
    long: bool = False
    lacking: bool = False


@dataclass(frozen=True)
class Quote:
    """A model's price for one profile, or the reason why it is unknown. `flat`: the tokens are a plan's and not billed,
    and the price is what an API key would pay. `tier` is the service tier that the price is of."""

    price: ModelPrice | None = None
    reason: str = ""
    flat: bool = False
    tier: str = ""

    @property
    def limit(self) -> int | None:
        """Up to how many tokens a prompt has the lower price."""
        return self.price.above.tokens if self.price and self.price.above else None

    @cached_property
    def lacks(self) -> tuple[int, ...]:
        """The places in KINDS that have no price; of two bands, in either."""
        if self.price is None:
            return ()
        bands = (self.price.prices, self.price.above.prices if self.price.above else self.price.prices)
        names = [_NAMES.get(kind, kind) for kind in KINDS]
        return tuple(
            place
            for place, name in enumerate(names)
            if name != _NOT_BILLED_APART and not all(name in (*band, *_searches(self.price)) for band in bands)
        )


def _searches(price: ModelPrice) -> tuple[str, ...]:
    """A search's price is the same in both bands."""
    return (_SEARCHES,) if _SEARCHES in price.prices else ()


Quotes = Callable[[str | None, str | None, str], Quote]
"""(profile, surface, model) → its price."""
Used = tuple[Tariff, Tokens, Quote]


def no_quotes(_profile: str | None, _surface: str | None, _model: str) -> Quote:
    return Quote(reason="no prices were read")


def unit_prices(tariff: Tariff, quote: Quote) -> Mapping[str, Decimal] | str:
    """The prices by the kinds of `tokens.KINDS`, or why they are unknown."""
    price = quote.price
    if price is None:
        return quote.reason
    tier, geography, speed = tariff.extra.split("|") if tariff.extra else ("", "", "")
    fast = speed == _FAST and price.fast
    if speed not in _USUAL and not fast:
        return f"{speed} mode has a price of its own, which was not read"
    if tier not in (*_USUAL, quote.tier):
        return f"no price of service tier {tier} was read"
    if price.above is not None and price.above.tokens is None:
        return price.lacks
    band = {**price.prices, **price.fast} if fast else price.prices
    if tariff.long and price.above and not fast:
        band = {**{kind: unit for kind, unit in band.items() if kind == _SEARCHES}, **price.above.prices}
    named = {str(kind): unit for kind, unit in band.items()}
    times = _premium(price, geography)
    units = {kind: named[name] for kind in KINDS if (name := _NAMES.get(kind, kind)) in named}
    return {kind: unit if kind == "searches" else unit * times for kind, unit in units.items()}


def _premium(price: ModelPrice, geography: str) -> Decimal:
    """By what the published price is multiplied for inference in one geography."""
    premium, family = load_sources().geography.get(geography), family_of(price.model)
    if premium is None or family is None or price.basis != "published" or family[1] < premium.since:
        return Decimal(1)
    return Decimal(premium.times)


@dataclass(slots=True)
class Sum:
    """Amounts by kind, the prices that they are by, and the models that have none, each with the reason."""

    kinds: dict[str, Decimal] = field(default_factory=dict)
    prices: list[ModelPrice] = field(default_factory=list)
    unpriced: dict[str, str] = field(default_factory=dict)

    def take(self, tariff: Tariff, tokens: Tokens, quote: Quote) -> None:
        """Add what the tokens cost, all of it or nothing."""
        if not any(tokens):
            return
        units = unit_prices(tariff, quote)
        if isinstance(units, str):
            self._refuse(tariff.model, units)
            return
        used = {kind: count for kind, count in zip(KINDS, tokens, strict=True) if count and kind != _NOT_BILLED_APART}
        if missing := [_NAMES.get(kind, kind) for kind in used if kind not in units]:
            source = quote.price.source if quote.price else ""
            self._refuse(tariff.model, f"no price for {', '.join(missing)} at {source}")
            return
        for kind, count in used.items():
            self.kinds[kind] = self.kinds.get(kind, Decimal(0)) + count * units[kind] / _UNIT.get(kind, _MILLION)
        if thought := tokens[5]:  # a part of output, for information
            part = thought * units.get("output", Decimal(0)) / _MILLION
            self.kinds[_NOT_BILLED_APART] = self.kinds.get(_NOT_BILLED_APART, Decimal(0)) + part
        if quote.price is not None and quote.price not in self.prices:
            self.prices.append(quote.price)

    def _refuse(self, model: str, reason: str) -> None:
        known = self.unpriced.get(model)
        if known is None:
            self.unpriced[model] = reason
        elif reason not in known.split("; "):
            self.unpriced[model] = f"{known}; {reason}"

    @property
    def amount(self) -> Decimal:
        return sum((part for kind, part in self.kinds.items() if kind != _NOT_BILLED_APART), Decimal(0))

    @property
    def whole(self) -> Decimal | None:
        """The amount; None if something in it has no price."""
        return None if self.unpriced else self.amount

    @property
    def document(self) -> dict[str, object]:
        """The contract's `cost`. Of several bases the weakest counts, and the oldest reading."""
        known = sorted(self.prices, key=lambda one: _WEAKEST.index(one.basis))
        return {
            "amount": amount_text(self.amount) if known else None,
            "currency": CURRENCY if known else None,
            "basis": known[0].basis if known else "none",
            "source": known[0].source if known else None,
            "read_at": min(one.read_at for one in known).isoformat(timespec="seconds") if known else None,
            "unpriced": sorted(self.unpriced),
            "reasons": dict(sorted(self.unpriced.items())),
            "notes": sorted({one.note for one in known if one.note}),
        }


def total(used: Iterable[Used], *, flat: bool | None = None) -> Sum:
    """The sum of what was used; with `flat`, of a plan's tokens alone, or of all others."""
    found = Sum()
    for tariff, tokens, quote in used:
        if flat is None or quote.flat is flat:
            found.take(tariff, tokens, quote)
    return found


def figures(used: Iterable[Used]) -> dict[str, object]:
    """`cost`, and beside it what a plan's tokens would have cost with an API key."""
    used = list(used)
    plan = [one for one in used if one[2].flat]
    found: dict[str, object] = {"cost": total(used, flat=False).document}
    return {**found, "api_equivalent": total(plan).document} if plan else found


def extra_cost(lost: Iterable[tuple[Tariff, bool, int, Quote]]) -> str | None:
    """What it cost to write tokens again, for an hour or not, that could have been read; None if a price is missing."""
    found = Decimal(0)
    for tariff, hour, tokens, quote in lost:
        units, write = unit_prices(tariff, quote), "write_1h" if hour else "write_5m"
        if isinstance(units, str) or not {write, "read"} <= units.keys():
            return None
        found += tokens * (units[write] - units["read"]) / _MILLION
    return amount_text(found)


def amount_text(value: Decimal) -> str:
    """An amount as text, to the cent or finer."""
    cents = value.quantize(_CENT, context=_DIGITS)
    return f"{cents if value == cents else value.normalize(_DIGITS):f}"


def optional_text(value: Decimal | None) -> str | None:
    return None if value is None else amount_text(value)
