"""From tokens to money: the one place that multiplies. Until prices are read, every figure stays in tokens."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ccsetup.usage.tokens import KINDS, Tokens

_UNIT = {"searches": Decimal(1_000)}  # web searches are priced by the thousand
_MILLION = Decimal(1_000_000)
_CENT = Decimal("0.01")
_NOT_BILLED_APART = "thinking"  # part of output


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Prices of one model, by the kinds of `tokens.KINDS`: a million tokens, or a thousand searches."""

    prices: Mapping[str, Decimal]
    currency: str
    basis: str
    source: str
    read_at: str


Prices = Callable[[str | None, str | None, str], UnitPrices | None]
"""(profile, surface, model) → its prices; None if no source has them."""


def no_prices(_profile: str | None, _surface: str | None, _model: str) -> None:
    return None


def amount(tokens: Tokens, unit: UnitPrices) -> Decimal | None:
    """What the tokens cost; None if a kind that was used has no price."""
    total = Decimal(0)
    for kind, count in zip(KINDS, tokens, strict=True):
        if count and kind != _NOT_BILLED_APART:
            if kind not in unit.prices:
                return None
            total += count * unit.prices[kind] / _UNIT.get(kind, _MILLION)
    return total


def cost(used: Iterable[tuple[str, Tokens, UnitPrices | None]]) -> dict[str, object]:
    """The contract's cost of (model, tokens, prices): what is priced, and the models that are not."""
    total, unpriced, found = Decimal(0), [], None
    for model, tokens, unit in used:
        if not any(tokens):
            continue
        part = amount(tokens, unit) if unit else None
        if unit is None or part is None:
            unpriced.append(model)
        else:
            total, found = total + part, found or unit
    return {
        "amount": amount_text(total) if found else None,
        "currency": found.currency if found else None,
        "basis": found.basis if found else "none",
        "source": found.source if found else None,
        "read_at": found.read_at if found else None,
        "unpriced": sorted(set(unpriced)),
    }


def extra_cost(lost: Iterable[tuple[int, UnitPrices | None]]) -> str | None:
    """What it cost to write tokens that could have been read; None if a price is missing."""
    total = Decimal(0)
    for tokens, unit in lost:
        if unit is None or not {"write_5m", "read"} <= unit.prices.keys():
            return None
        total += tokens * (unit.prices["write_5m"] - unit.prices["read"]) / _MILLION
    return amount_text(total)


def amount_text(value: Decimal) -> str:
    """An amount as text, to the cent or finer."""
    return f"{value.quantize(_CENT) if value == value.quantize(_CENT) else value.normalize():f}"
