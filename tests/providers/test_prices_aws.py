"""AWS's words for prices: whole components alone, the account's offers, the Price List in both of its forms."""

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.providers.prices import components, offers, price_list
from ccsetup.providers.prices.components import prices_of
from ccsetup.providers.prices.price import Unreadable
from tests.support import price_documents as documents
from tests.support.price_documents import HAIKU, NOW, OPUS, Document, changed

OLD = {
    "InputTokenCount": ("input", False, False, "standard"),
    "OutputTokenCount": ("output", False, False, "standard"),
    "CacheReadInputTokenCount": ("read", False, False, "standard"),
    "CacheWriteInputTokenCount": ("write_5m", False, False, "standard"),
    "CacheWrite1hInputTokenCount": ("write_1h", False, False, "standard"),
    "InputTokenCount_Global": ("input", True, False, "standard"),
    "CacheWrite1hInputTokenCount_LCtx_Global": ("write_1h", True, True, "standard"),
    "OutputTokenCount_LCtx": ("output", False, True, "standard"),
    "InputTokenCount_Batch": ("input", False, False, "batch"),
    "InputTokenCount_LCtx_Global_Batch": ("input", True, True, "batch"),
}
NEW = {
    "input_tokens_standard": ("input", False, False, "standard"),
    "output_tokens_global_standard": ("output", True, False, "standard"),
    "cache_read_tokens_flex": ("read", False, False, "flex"),
    "cache_write_tokens_priority": ("write_5m", False, False, "priority"),
    "cache_write_tokens_1h_standard": ("write_1h", False, False, "standard"),
    "cache_write_tokens_1h_long_ctx_global_batch": ("write_1h", True, True, "batch"),
    "input_tokens_long_ctx_standard": ("input", False, True, "standard"),
}
NEITHER = (
    "", "input_tokens", "InputTokenCount_", "_InputTokenCount", "inputtokencount", "InputTokenCount_global",
    "InputTokenCount_Global_LCtx", "InputTokenCount_Batch_Global", "InputTokenCount_standard", "InputTokenCount-Units",
    "MyInputTokenCount", "InputTokenCountX", "InputTokenCount_LCtx_LCtx", "MillionInputTokens",
    "Reserved_1Month_InputTPM_Geo", "input_tokens_Standard", "input_tokens_standard_global", "input_tokens_global",
    "input_tokens__standard", "input_tokens_global_long_ctx_standard", "1h_input_tokens_standard",
    "xinput_tokens_standard", "cache_write_1h_tokens_standard", "cache_write_tokens_2h_standard",
    "image_input_tokens_standard", "input_tokens_cached_standard", "input_tokens_standard\n", "ınput_tokens_standard",
    "ProvisionedThroughput_ModelUnits", "Customization_input_tokens_standard",
)  # fmt: skip


@pytest.mark.parametrize("name", OLD | NEW)
def test_component_is_read_whole(name: str) -> None:
    assert tuple(components.component(name) or ()) == (OLD | NEW)[name]


@pytest.mark.parametrize("name", NEITHER)
def test_what_is_no_token_on_demand_has_no_price(name: str) -> None:
    assert components.component(name) is None


@given(st.sampled_from(sorted(OLD | NEW)), st.text("_AGlobactINn1hs", min_size=1, max_size=6), st.booleans())
def test_component_with_anything_beside_it_is_another(name: str, more: str, before: bool) -> None:
    found = components.component(f"{more}{name}" if before else f"{name}{more}")
    assert found is None or found != components.component(name)


@pytest.mark.parametrize(
    "name",
    ["USE1-MP:USE2_InputTokenCount-Units", "USE1_InputTokenCount-Units", "USE1-MP:USE1_InputTokenCount",
     "use1-MP:use1_InputTokenCount-Units", "USE1-MP:USE1_InputTokenCount-Units-x", "MP:InputTokenCount-Units"],
)  # fmt: skip
def test_usage_type_of_another_form_has_no_price(name: str) -> None:
    assert components.usage_type(name) is None


def card(document: Document, code: str = "USE1", *, is_global: bool = False, tier: str = "standard") -> dict[str, str]:
    rates = offers.read_offers(document, OPUS)
    prices, _ = prices_of(rates, code, is_global=is_global, tier=tier)
    return {kind: f"{price}" for kind, price in prices.items()}


def test_offer_tells_the_prices_of_every_scope_and_region() -> None:
    document = documents.offers()
    assert card(document) == {"input": "4.4", "output": "22", "read": "0.22", "write_5m": "5.5", "write_1h": "8.8"}
    world = {"input": "4", "output": "20", "read": "0.2", "write_5m": "5", "write_1h": "8"}
    assert card(document, is_global=True) == world
    assert card(document, "UGE1")["input"] == "4.8"
    assert card(document, "EUC1") == {}
    assert card(document, tier="priority") == {}


def entry(document: Document, number: int = 0) -> Document:
    return document["offers"][0]["termDetails"]["usageBasedPricingTerm"]["rateCard"][number]


def entries(document: Document) -> list[Document]:
    found: list[Document] = document["offers"][0]["termDetails"]["usageBasedPricingTerm"]["rateCard"]
    return found


BAD_OFFERS: dict[str, Callable[[Document], object]] = {
    "no offers": lambda one: one.pop("offers"),
    "offers empty": lambda one: one["offers"].clear(),
    "two offers": lambda one: one["offers"].append(one["offers"][0]),
    "offers an object": lambda one: one.update(offers={"0": one["offers"][0]}),
    "another model": lambda one: one.update(modelId="anthropic.claude-opus-5"),
    "no model": lambda one: one.pop("modelId"),
    "model a number": lambda one: one.update(modelId=1),
    "no terms": lambda one: one["offers"][0].pop("termDetails"),
    "no usage term": lambda one: one["offers"][0]["termDetails"].pop("usageBasedPricingTerm"),
    "no card": lambda one: one["offers"][0]["termDetails"]["usageBasedPricingTerm"].pop("rateCard"),
    "card empty": lambda one: entries(one).clear(),
    "nothing but reserved": lambda one: entries(one).__delitem__(slice(0, -1)),
    "price a number": lambda one: entry(one).update(price=4),
    "price null": lambda one: entry(one).update(price=None),
    "price empty": lambda one: entry(one).update(price=""),
    "price negative": lambda one: entry(one).update(price="-4"),
    "price not a number": lambda one: entry(one).update(price="NaN"),
    "price endless": lambda one: entry(one).update(price="Infinity"),
    "price with exponent": lambda one: entry(one).update(price="4e-6"),
    "price with comma": lambda one: entry(one).update(price="4,4"),
    "price with sign": lambda one: entry(one).update(price="$4"),
    "price with blanks": lambda one: entry(one).update(price=" 4"),
    "price of Arabic digits": lambda one: entry(one).update(price="٤"),
    "price of a thousand digits": lambda one: entry(one).update(price="9" * 1000),
    "other unit": lambda one: entry(one).update(unit="1K tokens"),
    "no unit": lambda one: entry(one).pop("unit"),
    "no dimension": lambda one: entry(one).pop("dimension"),
    "dimension a list": lambda one: entry(one).update(dimension=["USE1_input_tokens_standard"]),
}


@pytest.mark.parametrize("name", BAD_OFFERS)
def test_odd_offers_are_refused_whole(name: str) -> None:
    with pytest.raises(Unreadable):
        card(changed(documents.offers(), BAD_OFFERS[name]))


def test_one_dimension_with_two_prices_has_none() -> None:
    twice = changed(documents.offers(), lambda one: entries(one).append({**entry(one, 5), "price": "4.5"}))
    same = changed(documents.offers(), lambda one: entries(one).append({**entry(one, 5)}))
    assert "input" not in card(twice)
    assert card(same) == card(documents.offers())


def test_price_of_zero_is_none() -> None:
    assert "input" not in card(changed(documents.offers(), lambda one: entry(one, 5).update(price="0.0000")))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["modelId", "offers", "termDetails", "rateCard", "x"]), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_document_is_refused_or_read(document: Document) -> None:
    for read in (lambda: offers.read_offers(document, OPUS), lambda: price_list.read_products([str(document)], NOW)):
        with pytest.raises(Unreadable):
            read()


def listed(found: price_list.PriceList, *, is_global: bool = False) -> dict[str, Decimal]:
    prices, _ = prices_of(found.of(HAIKU, "us-east-1"), "USE1", is_global=is_global, tier="standard")
    return dict(prices.items())


def test_price_list_says_the_same_in_both_forms() -> None:
    asked = price_list.read_products(documents.texts(documents.products()), NOW)
    fetched = price_list.read_file(json.dumps(documents.file()).encode(), NOW)
    assert asked == fetched
    wanted = {"input": "1.1", "output": "5.5", "read": "0.11", "write_5m": "1.375", "write_1h": "2.2"}
    assert listed(asked) == {kind: Decimal(price) for kind, price in wanted.items()}
    assert listed(asked, is_global=True) == {"input": Decimal(1)}
    assert (asked.codes, asked.published) == ({"USE1": "us-east-1"}, "2026-11-20")


def test_model_is_known_by_its_whole_name() -> None:
    found = price_list.read_products(documents.texts(documents.products()), NOW)
    for name in ("Claude Haiku 4", "Claude Haiku 4.5 (Amazon Bedrock Edition)", "Haiku 4.5", "claude haiku 4.5", ""):
        assert found.of(name, "us-east-1") == ()
    assert found.of(HAIKU, "us-east-2") == ()


def term(product: Document) -> Document:
    return next(iter(product["terms"]["OnDemand"].values()))


def dimension(product: Document) -> Document:
    return next(iter(term(product)["priceDimensions"].values()))


BAD_PRODUCTS: dict[str, Callable[[Document], object]] = {
    "service of Claude 2": lambda one: one.update(serviceCode="AmazonBedrock"),
    "no service": lambda one: one.pop("serviceCode"),
    "no product": lambda one: one.pop("product"),
    "no attributes": lambda one: one["product"].pop("attributes"),
    "no terms": lambda one: one.pop("terms"),
    "terms a list": lambda one: one.update(terms=[]),
    "no dimensions": lambda one: term(one).pop("priceDimensions"),
    "no unit": lambda one: dimension(one).pop("unit"),
    "a thousand tokens": lambda one: dimension(one).update(unit="1K tokens"),
    "hours": lambda one: dimension(one).update(unit="Hrs"),
    "no price": lambda one: dimension(one).pop("pricePerUnit"),
    "price a number": lambda one: dimension(one).update(pricePerUnit={"USD": 1.1}),
    "price negative": lambda one: dimension(one).update(pricePerUnit={"USD": "-1.1"}),
    "price with exponent": lambda one: dimension(one).update(pricePerUnit={"USD": "1.1E1"}),
    "price of words": lambda one: dimension(one).update(pricePerUnit={"USD": "free"}),
    "usage type a number": lambda one: one["product"]["attributes"].update(usagetype=1),
}
WITHOUT: dict[str, Callable[[Document], object]] = {
    "other currency": lambda one: dimension(one).update(pricePerUnit={"CNY": "7.9"}),
    "two dimensions": lambda one: term(one)["priceDimensions"].update(more={"unit": "1M tokens", "pricePerUnit": {}}),
    "not yet in force": lambda one: term(one).update(effectiveDate="2027-01-01T00:00:00Z"),
    "no region": lambda one: one["product"]["attributes"].pop("regionCode"),
    "other edition": lambda one: one["product"]["attributes"].update(servicename=HAIKU),
    "no name": lambda one: one["product"]["attributes"].pop("servicename"),
    "other usage type": lambda one: one["product"]["attributes"].update(usagetype="USE1-InputTokenCount"),
    "reserved alone": lambda one: one["terms"].update(Reserved=one["terms"].pop("OnDemand")),
    "zero": lambda one: dimension(one).update(pricePerUnit={"USD": "0.0000000000"}),
}


@pytest.mark.parametrize("name", BAD_PRODUCTS)
def test_odd_price_list_is_refused_whole(name: str) -> None:
    first, *rest = documents.products()
    with pytest.raises(Unreadable):
        price_list.read_products(documents.texts([changed(first, BAD_PRODUCTS[name]), *rest]), NOW)


@pytest.mark.parametrize("name", WITHOUT)
def test_entry_that_does_not_count_leaves_its_kind_without_a_price(name: str) -> None:
    first, *rest = documents.products()
    found = price_list.read_products(documents.texts([changed(first, WITHOUT[name]), *rest]), NOW)
    assert set(listed(found)) == {"output", "read", "write_5m", "write_1h"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"x":' * 100_000]
)  # fmt: skip
def test_odd_file_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        price_list.read_file(content, NOW)


def test_code_that_stands_for_two_regions_stands_for_none() -> None:
    move = changed(documents.products()[0], lambda one: one["product"]["attributes"].update(regionCode="eu-west-1"))
    found = price_list.read_products(documents.texts([move, *documents.products()[1:]]), NOW)
    assert dict(found.codes) == {}
