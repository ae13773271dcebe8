"""Numbers of the document of `cost --json`, as the page shows them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def all_tokens(profile: Mapping[str, Any]) -> Mapping[str, int]:
    """A profile's tokens by kind, those without a row included."""
    return {kind: count + profile["unlogged"][kind] for kind, count in profile["tokens"].items()}


def kinds(tokens: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Read from the cache, written to it, not cached, output."""
    return tokens["read"], tokens["write_5m"] + tokens["write_1h"], tokens["input"], tokens["output"]


def share(part: int, whole: int) -> str:
    if not whole:
        return "-"
    return "<1%" if 0 < part / whole < 0.005 else f"{part / whole:.0%}"


def cents(amount: str | Decimal) -> str:
    return "<0.01" if 0 < (value := Decimal(amount)) < Decimal("0.01") else f"{value:,.2f}"
