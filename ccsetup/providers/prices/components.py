"""AWS's names for what it bills: which kind of token, in which band, scope and tier. Whole names only.

`CacheWrite1hInputTokenCount` ends in `InputTokenCount`: comparing only the ends confuses the two.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from ccsetup.providers.prices.price import Kind, sole

# Of models up to 4.6, and of later ones.
_KINDS: Mapping[str, Kind] = {
    "InputTokenCount": "input",
    "OutputTokenCount": "output",
    "CacheReadInputTokenCount": "read",
    "CacheWriteInputTokenCount": "write_5m",
    "CacheWrite1hInputTokenCount": "write_1h",
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_tokens": "read",
    "cache_write_tokens": "write_5m",
    "cache_write_tokens_1h": "write_1h",
}
_CODE = r"(?P<code>[A-Z]{2,4}\d?)"
_COMPONENT = re.compile(
    r"(?:(?P<old>[A-Z][A-Za-z0-9]+)(?P<long>_LCtx)?(?P<world>_Global)?(?P<batch>_Batch)?"
    r"|(?P<new>[a-z][a-z_]+?(?:_1h)?)(?P<long_>_long_ctx)?(?P<world_>_global)?_(?P<tier>standard|flex|priority|batch))"
)
_DIMENSION = re.compile(rf"{_CODE}_(?P<component>.+)")
_USAGE = re.compile(rf"{_CODE}-MP:(?P=code)_(?P<component>.+)-Units")


class Component(NamedTuple):
    """What a price is for. `tier` is standard, flex, priority or batch."""

    kind: Kind
    is_global: bool
    is_long: bool
    tier: str


class Rate(NamedTuple):
    """One line of a price list, of the region with this code."""

    code: str
    component: Component
    price: Decimal


def component(name: str) -> Component | None:
    """What a component's whole name says; None if it is not an on-demand token."""
    found = _COMPONENT.fullmatch(name) if name.isascii() else None
    kind = _KINDS.get(found["old"] or found["new"]) if found else None
    if found is None or kind is None:
        return None
    tier = found["tier"] or ("batch" if found["batch"] else "standard")
    return Component(kind, bool(found["world"] or found["world_"]), bool(found["long"] or found["long_"]), tier)


def dimension(name: str) -> tuple[str, Component] | None:
    """Region code and component of a rate card's dimension, `USE1_input_tokens_global_standard`."""
    return _split(_DIMENSION.fullmatch(name))


def usage_type(name: str) -> tuple[str, Component] | None:
    """The same of the Price List's usage type, `USE1-MP:USE1_InputTokenCount-Units`."""
    return _split(_USAGE.fullmatch(name))


def prices_of(
    rates: Iterable[Rate], code: str, *, is_global: bool, tier: str
) -> tuple[dict[Kind, Decimal], dict[Kind, Decimal]]:
    """The prices of one region, scope and tier: of usual prompts, and of long ones."""
    found = sole(
        ((rate.component.kind, rate.component.is_long), rate.price)
        for rate in rates
        if (rate.code, rate.component.is_global, rate.component.tier) == (code, is_global, tier)
    )
    return (
        {kind: price for (kind, is_long), price in found.items() if not is_long},
        {kind: price for (kind, is_long), price in found.items() if is_long},
    )


def _split(found: re.Match[str] | None) -> tuple[str, Component] | None:
    known = component(found["component"]) if found else None
    return (found["code"], known) if found and known else None
