"""Public prices, for surfaces without a profile: AWS's list of one region, and Anthropic's page."""

from collections.abc import Iterable

from ccsetup.providers.access import Access, Failed
from ccsetup.providers.prices import bedrock
from ccsetup.providers.prices.components import prices_of
from ccsetup.providers.prices.price import (
    Above,
    ModelPrice,
    Prices,
    Unpriced,
    Unreadable,
    family_of,
    load_sources,
    threshold,
)
from ccsetup.providers.prices.price_list import PriceList


def read_list_prices(access: Access, models: Iterable[str]) -> Prices:
    """AWS's list prices of these models in the region where its Price List is asked, for requests that stay in its
    geography. The file needs no credentials."""
    region, ids = load_sources().aws.region, tuple(models)
    url = bedrock.file_address(region)
    try:
        listed = bedrock.fetch_file(access, region)
    except (Failed, Unreadable) as why:
        words = (why.words or why.finding.check) if isinstance(why, Failed) else str(why)
        unread = tuple(Unpriced(id_, f"AWS's price list could not be read: {words}") for id_ in ids)
        return Prices(region, (), unread, reached=isinstance(why, Unreadable))
    found = {id_: _price(access, listed, region, url, id_) for id_ in ids}
    unknown = tuple(Unpriced(id_, f"{url} has no price for it") for id_, price in found.items() if price is None)
    return Prices(region, tuple(price for price in found.values() if price), unknown, reached=True)


def _price(access: Access, listed: PriceList, region: str, url: str, id_: str) -> ModelPrice | None:
    codes = [code for code, at in listed.codes.items() if at == region]
    rates = listed.of(_product(id_), region)
    if len(codes) != 1 or not rates:
        return None
    prices, long = prices_of(rates, codes[0], is_global=False, tier="standard")
    if not prices:
        return None
    above = Above(threshold(id_), long) if long else None
    return ModelPrice(id_, region, "regional", prices, above, "list", url, access.now, listed.published)


def _product(id_: str) -> str:
    """The name of a model in the Price List, exactly: "Claude Opus 5.5"."""
    tier, version = family_of(id_) or ("", ())
    return f"Claude {tier.capitalize()} {'.'.join(map(str, version))}"
