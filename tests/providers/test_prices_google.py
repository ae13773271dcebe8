"""Google's SKUs of Claude and what Cloud Billing says they cost."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from ccsetup.providers.prices import skus
from ccsetup.providers.prices.price import Unreadable
from ccsetup.providers.prices.skus import Priced, Sku
from tests.support import price_documents as documents
from tests.support.price_documents import Document, changed

OPUS = ("opus", (5, 5))
LISTED, SOLD = (
    f"/v1beta/billingAccounts/01AAAA-BBBBBB-CCCCCC/skus/0A0{n}-1B2C-3D4E/price?currencyCode=USD" for n in (0, 1)
)
NAMES = {
    "Claude Opus 5.5 — Input Tokens — us — Context Window Size from 0 to 1000000 Tokens": ("input", "us", 0, 1_000_000),
    "Claude Opus 5.5 – Output Tokens – global": ("output", "global", 0, None),
    "Claude Opus 5.5 - Input Cache Read Tokens - us-east5": ("read", "us-east5", 0, None),
    "Opus 5 5 — Input Cache Write Tokens (TTL 300 seconds) — eu": ("write_5m", "eu", 0, None),
    "Claude Opus 5 5—Input Cache Write Tokens (TTL 3600 seconds)—europe-west1": ("write_1h", "europe-west1", 0, None),
    "  claude   opus 5.5 — input tokens — GLOBAL — context window size from 200001 to 1000000 tokens ": (
        "input", "global", 200_001, 1_000_000,
    ),
}  # fmt: skip
NEITHER = (
    "", "Claude Opus 5.5", "Claude Opus 5.5 — Input Tokens", "Claude Opus 5.5 — Batch Input Tokens — us",
    "Claude Opus 5.5 — Input Tokens — us — Batch", "Claude Opus 5.5 — Input Tokens — Batch — us",
    "Claude Opus 5.5 — Input Tokens — us — Context Window Size from 0 to 1000000 Tokens — Batch",
    "Claude Opus 5.5 — Provisioned Throughput — us", "Claude Opus 5.5 — Input Cache Write Tokens — us",
    "Claude Opus 5.5 — Input Cache Write Tokens (TTL 600 seconds) — us", "Claude Opus 5.5 — Cache Read Tokens — us",
    "Claude Opus 5.5 — Input Cache Write Tokens (TTL 3600 second) — us", "Gemini 5.5 — Input Tokens — us",
    "Claude Opus 5.5 Fast — Input Tokens — us", "Claude Opus 5.5.1 — Input Tokens — us",
    "Claude Opus — Input Tokens — us", "Claude Opus 5.5 — Input Tokens — the moon", "Claude Opus 5.5 — Input Tokens — ",
    "Claude Opus 5.5 — Input Tokens — us — Context Window Size up to 200000 Tokens",
    "Claude Opus 5.5 — Input Tokens — us — Context Window Size from -1 to 200000 Tokens",
    "Claude Opus 5.5-Input Tokens-us", "Claude Opus 5.5 — Output Tokens — us — Context Window Size from 0 to 1M Tokens",
    "Claude Opus 5.5 — Image Input Tokens — us", "Claude Opus 5.5\x1b[2J — Input Tokens — us",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_sku_is_read_in_every_spelling(name: str) -> None:
    kind, place, start, end = NAMES[name]
    assert skus.read_name(name) == Sku(OPUS, kind, place, start, end)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NEITHER)
def test_what_is_no_token_on_demand_is_no_sku_of_ours(name: str) -> None:
    assert skus.read_name(name) is None


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Claude Opus 4 8", ("opus", (4, 8))),
        ("Claude Sonnet 4", ("sonnet", (4,))),
        ("Claude 3.7 Sonnet", ("sonnet", (3, 7))),
        ("Anthropic Claude Opus 5.5", OPUS),
        ("Compute Engine", None),
        ("Claude", None),
        ("Claude Opus 5.5 Batch", None),
    ],
)
def test_service_is_known_by_its_whole_name(name: str, family: object) -> None:
    assert skus.model_of(name) == family


def read(path: str, change: Callable[[Document], object] = lambda _: None) -> Priced:
    document = changed(documents.google()[f"GET {path}"], change)
    return skus.read_price(document, path.removeprefix("/v1beta/").partition("/price")[0])


def test_contract_price_is_shown_with_the_list_price() -> None:
    assert read(LISTED) == Priced(Decimal("4.4"), None)
    assert read(SOLD) == Priced(Decimal(22), Decimal("19.8"))


def tier(one: Document) -> Document:
    return one["rate"]["tiers"][0]


def test_price_is_per_million_for_every_quoted_unit() -> None:
    def thousand(one: Document) -> None:
        one["rate"]["unitInfo"]["unitQuantity"] = {"value": "1000"}
        tier(one)["listPrice"] = {"currencyCode": "USD", "nanos": 4_400_000}

    assert read(LISTED, thousand) == Priced(Decimal("4.4"), None)


def test_zero_that_proto3_leaves_out_is_no_price() -> None:
    assert read(LISTED, lambda one: tier(one).update(listPrice={"currencyCode": "USD"})) == Priced(None, None)
    assert read(LISTED, lambda one: tier(one).pop("listPrice")) == Priced(None, None)


ODD: dict[str, Callable[[Document], object]] = {
    "another SKU": lambda one: one.update(name="billingAccounts/01AAAA-BBBBBB-CCCCCC/skus/0A09-1B2C-3D4E/price"),
    "no name": lambda one: one.pop("name"),
    "another currency": lambda one: one.update(currencyCode="EUR"),
    "another currency in the tier": lambda one: tier(one)["listPrice"].update(currencyCode="EUR"),
    "no currency in the tier": lambda one: tier(one)["listPrice"].pop("currencyCode"),
    "no rate": lambda one: one.pop("rate"),
    "another kind of value": lambda one: one.update(valueType="fixed"),
    "no tier": lambda one: one["rate"]["tiers"].clear(),
    "two tiers": lambda one: one["rate"]["tiers"].append(tier(one)),
    "a tier that begins later": lambda one: tier(one).update(startAmount={"value": "1000"}),
    "units a number": lambda one: tier(one)["listPrice"].update(units=4),
    "units negative": lambda one: tier(one)["listPrice"].update(units="-4"),
    "units with a point": lambda one: tier(one)["listPrice"].update(units="4.4"),
    "units of words": lambda one: tier(one)["listPrice"].update(units="four"),
    "units of Arabic digits": lambda one: tier(one)["listPrice"].update(units="٤"),
    "nanos a text": lambda one: tier(one)["listPrice"].update(nanos="400000000"),
    "nanos negative": lambda one: tier(one)["listPrice"].update(nanos=-1),
    "nanos too many": lambda one: tier(one)["listPrice"].update(nanos=10**9),
    "nanos true": lambda one: tier(one)["listPrice"].update(nanos=True),
    "no unit": lambda one: one["rate"].pop("unitInfo"),
    "hours": lambda one: one["rate"]["unitInfo"].update(unit="h"),
    "characters": lambda one: one["rate"]["unitInfo"].update(unit="{char}"),
    "no quantity": lambda one: one["rate"]["unitInfo"].pop("unitQuantity"),
    "a quantity of zero": lambda one: one["rate"]["unitInfo"].update(unitQuantity={"value": "0"}),
    "a quantity of less than one": lambda one: one["rate"]["unitInfo"].update(unitQuantity={"value": "0.5"}),
    "a negative quantity": lambda one: one["rate"]["unitInfo"].update(unitQuantity={"value": "-1"}),
    "a rate of text": lambda one: one.update(rate="4.4"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_price_is_refused(name: str) -> None:
    with pytest.raises(Unreadable):
        read(LISTED, ODD[name])
