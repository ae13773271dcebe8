"""Prices made by hand, and what transcripts come to by them."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ccsetup.providers.prices.price import Above, Basis, Kind, ModelPrice
from ccsetup.usage.bills import Bills
from ccsetup.usage.document import Setting, document
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.money import Quote
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from tests.support.transcripts import read

Document = Any
"""A JSON document, which has no type."""
READ_AT = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
KINDS: tuple[Kind, ...] = ("input", "write_5m", "write_1h", "read", "output")
ROWS = {
    "opus": ("4.4", "5.5", "8.8", "0.22", "22"),
    "sonnet": ("2.2", "2.75", "4.4", "0.11", "11"),
    "haiku": ("0.1", "0.125", "0.2", "0.01", "0.5"),
}


def prices(*amounts: str) -> dict[Kind, Decimal]:
    return dict(zip(KINDS, map(Decimal, amounts), strict=True))


def quote(
    model: str,
    amounts: dict[Kind, Decimal] | None = None,
    above: Above | None = None,
    basis: Basis = "list",
    flat: bool = False,
    tier: str = "",
) -> Quote:
    amounts = amounts or prices(*next(row for tier, row in ROWS.items() if tier in model))
    return Quote(
        ModelPrice(model, "us-east-1", "regional", amounts, above, basis, "https://x", READ_AT), "", flat, tier
    )


class FixedQuotes:
    """The same quotes for every profile; models that are not in `given` by their tier."""

    def __init__(self, given: Mapping[str, Quote] = {}) -> None:
        self._given = given

    def __call__(self, _profile: str | None, _surface: str | None, model: str) -> Quote:
        return self._given.get(model) or quote(model)


def costed(folders: Iterable[Path], quotes: FixedQuotes, by: str = "model") -> Document:
    """The document of `cost --json` over these configuration folders."""
    ledger = Ledger()
    read(ledger, *folders)
    summary = summarize(ledger, measure(ledger), Bills(ledger, ()), 0, quotes)
    return document(summary, ledger.strings, Setting(READ_AT, by, False, 30, {"files": 0, "rows": 0}, {}))


def spent(found: Document) -> Decimal:
    return sum((Decimal(one["cost"]["amount"] or "0") for one in found["profiles"]), Decimal(0))


def by_hand(bill: Mapping[str, tuple[int, ...]]) -> Decimal:
    """What a bill in tokens comes to: each kind by its own price."""
    found = Decimal(0)
    for model, tokens in bill.items():
        row = next(row for tier, row in ROWS.items() if tier in model)
        found += sum((count * Decimal(price) for count, price in zip(tokens, row, strict=True)), Decimal(0))
    return found / 1_000_000
