"""Which lifetime of cache entries would have cost less, if the difference is worth a change."""

from collections.abc import Mapping
from decimal import Decimal

from ccsetup.usage.money import CURRENCY, amount_text

_WORTH = Decimal("0.05")  # of what was spent
_CENT = Decimal("0.01")
SETTINGS = {"1h": "ENABLE_PROMPT_CACHING_1H=1", "5m": "FORCE_PROMPT_CACHING_5M=1"}


def lifetime_advice(spent: Decimal | None, replayed: Mapping[str, Decimal | None]) -> str | None:
    """The setting that would have saved at least a twentieth of what the requests cost; None if neither would, or not
    all of it has prices."""
    known = {name: amount for name, amount in replayed.items() if amount is not None}
    if not spent or len(known) < len(replayed):
        return None
    best = min(known, key=lambda name: known[name])
    saved = spent - known[best]
    if saved < max(_CENT, spent * _WORTH):
        return None
    cents = saved.quantize(_CENT)
    return f"{SETTINGS[best]} would have cost {amount_text(cents)} {CURRENCY} less ({saved / spent:.0%})"
