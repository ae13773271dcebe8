"""Google's names for what it bills of Claude, and the prices of Cloud Billing's v1beta."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ccsetup.providers import catalogue
from ccsetup.providers.prices.price import Family, Kind, Unreadable, family_of
from ccsetup.system import decoding
from ccsetup.system.display import visible

_KINDS: Mapping[str, Kind] = {
    "input tokens": "input",
    "output tokens": "output",
    "input cache read tokens": "read",
    "input cache write tokens (ttl 300 seconds)": "write_5m",
    "input cache write tokens (ttl 3600 seconds)": "write_1h",
}
_BETWEEN = re.compile(r"\s*[\u2013\u2014]\s*|\s+-\s+")  # en and em dash; a hyphen also occurs in us-east5
_MODEL = re.compile(
    r"(?:anthropic )?claude ([a-z]+ [0-9]+(?:[. ][0-9]+)?|[0-9]+(?:[. ][0-9]+)? [a-z]+)|([a-z]+ [0-9]+(?:[. ][0-9]+)?)"
)
_PLACE = re.compile(r"global|us|eu|[a-z]+(?:-[a-z]+)+[0-9]+")
_CONTEXT = re.compile(r"context window size from ([0-9]{1,9}) to ([0-9]{1,9}) tokens")
_CURRENCY = "USD"
_MILLION = 10**6


class Sku(NamedTuple):
    """What a SKU is for. `start` and `end` are the prompts that it is for, in tokens; 0 and None for all."""

    family: Family
    kind: Kind
    place: str
    start: int
    end: int | None


class Priced(NamedTuple):
    """USD per million: what the list says, and what the account's contract says."""

    listed: Decimal | None
    contract: Decimal | None


class _Money(msgspec.Struct, frozen=True):
    currency: str = msgspec.field(name="currencyCode")
    units: str = "0"
    nanos: int = 0


class _Value(msgspec.Struct, frozen=True):
    value: str = "0"


class _Tier(msgspec.Struct, frozen=True):
    listed: _Money | None = msgspec.field(name="listPrice", default=None)
    contract: _Money | None = msgspec.field(name="contractPrice", default=None)
    start: _Value = msgspec.field(name="startAmount", default=_Value())


class _Unit(msgspec.Struct, frozen=True):
    unit: str
    quantity: _Value = msgspec.field(name="unitQuantity")


class _Rate(msgspec.Struct, frozen=True):
    tiers: tuple[_Tier, ...]
    unit: _Unit = msgspec.field(name="unitInfo")


class _Price(msgspec.Struct, frozen=True):
    name: str
    rate: _Rate
    currency: str = msgspec.field(name="currencyCode")
    kind: str = msgspec.field(name="valueType")


def model_of(name: str) -> Family | None:
    """Tier and version of a service's or SKU's model, "Claude Opus 5.5" or "Opus 4 8"; None for no Claude model."""
    words = " ".join(name.lower().split())
    if not (found := _MODEL.fullmatch(words)):
        return None
    spelled = "claude-" + (found[1] or found[2]).replace(" ", "-").replace(".", "-")
    # Without the maker's name only a tier that is known is Claude's.
    return family_of(spelled) if found[1] or catalogue.parse_family(spelled)[0] else None


def read_name(name: str) -> Sku | None:
    """What a SKU's display name says; None for one that is not a token on demand (batch, provisioned …)."""
    parts = [" ".join(part.lower().split()) for part in _BETWEEN.split(name.strip())]
    if not 3 <= len(parts) <= 4:
        return None
    model, kind, place = model_of(parts[0]), _KINDS.get(parts[1]), parts[2]
    context = _CONTEXT.fullmatch(parts[3]) if len(parts) == 4 else None
    if model is None or kind is None or not _PLACE.fullmatch(place) or (len(parts) == 4 and context is None):
        return None
    return Sku(model, kind, place, int(context[1]), int(context[2])) if context else Sku(model, kind, place, 0, None)


def read_price(answer: object, name: str) -> Priced:
    """The price of the SKU of this name; Unreadable for one that depends on how much is used, or is odd."""
    try:
        found = decoding.convert(answer, _Price)
    except (msgspec.ValidationError, RecursionError) as why:
        raise Unreadable(f"the price has another form: {visible(str(why))[:200]}") from why
    unit = found.rate.unit
    if found.name != f"{name}/price" or found.kind != "rate" or found.currency != _CURRENCY:
        told = ", ".join((found.name, found.kind, found.currency))
        raise Unreadable(f"the price is for {visible(told)[:120]}")
    if unit.unit not in ("{count}", "count", "1"):
        raise Unreadable(f"the price counts in {visible(unit.unit)[:40]}")
    if len(found.rate.tiers) != 1 or not re.fullmatch(r"0(\.0+)?", found.rate.tiers[0].start.value):
        raise Unreadable("the price depends on how much is used")
    if not re.fullmatch(r"[1-9][0-9]{0,11}", unit.quantity.value):
        raise Unreadable(f"the price is for {visible(unit.quantity.value)[:40]} units")
    each = Decimal(_MILLION) / int(unit.quantity.value)
    tier = found.rate.tiers[0]
    return Priced(_money(tier.listed, each), _money(tier.contract, each))


def _money(money: _Money | None, each: Decimal) -> Decimal | None:
    """Units and billionths; proto3 leaves out what is zero."""
    if money is None:
        return None
    if money.currency != _CURRENCY or not re.fullmatch(r"[0-9]{1,9}", money.units) or not 0 <= money.nanos < 10**9:
        raise Unreadable("the price is not an amount in USD")
    found = (Decimal(money.units) + Decimal(money.nanos).scaleb(-9)) * each
    return found or None
