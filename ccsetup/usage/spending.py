"""What the money went to: amounts by kind of token, over all profiles that have any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_KINDS = {
    "write_5m": "cache writes (5 min)",
    "write_1h": "cache writes (1 h)",
    "read": "cache reads",
    "input": "input, not cached",
    "output": "output",
    "thinking": "thinking, in output",
    "searches": "web searches",
}
_PART = "thinking"


@dataclass(frozen=True, slots=True)
class Spent:
    """`count` are tokens, or searches; `share` is that of all amounts, in per cent."""

    kind: str
    count: int
    amount: Decimal
    share: float

    @property
    def per_cent(self) -> str:
        return "<1%" if self.share < 0.5 else f"{self.share:.0f}%"


def spending(profiles: Sequence[Mapping[str, Any]]) -> list[Spent]:
    """The kinds that cost anything, the largest amount first; empty without any amount."""
    priced = [profile for profile in profiles if profile["cost"]["amount"] is not None]
    amounts = {kind: sum((Decimal(one["kinds"].get(kind, 0)) for one in priced), Decimal(0)) for kind in _KINDS}
    whole = sum((amount for kind, amount in amounts.items() if kind != _PART), Decimal(0))
    found = [
        Spent(name, sum(_count(one, kind) for one in priced), amounts[kind], float(100 * amounts[kind] / whole))
        for kind, name in _KINDS.items()
        if amounts[kind]
    ]
    return sorted(found, key=lambda one: -one.amount)


def _count(profile: Mapping[str, Any], kind: str) -> int:
    if kind == "searches":
        return int(profile["web_searches"])
    return int(profile["tokens"][kind] + profile["unlogged"][kind])
