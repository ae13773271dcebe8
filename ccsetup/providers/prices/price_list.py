"""AWS's public Price List: as GetProducts gives it, and as the file of a region that needs no credentials."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import msgspec

from ccsetup.providers.prices.components import Rate, usage_type
from ccsetup.providers.prices.price import Unreadable, amount, load_sources
from ccsetup.system import decoding
from ccsetup.system.display import visible

_UNITS = ("1M tokens", "Units")  # both are a million tokens
_CURRENCY = "USD"


class _Attributes(msgspec.Struct, frozen=True):
    servicename: str = ""
    usagetype: str = ""
    region: str = msgspec.field(name="regionCode", default="")


class _Product(msgspec.Struct, frozen=True):
    attributes: _Attributes


class _Dimension(msgspec.Struct, frozen=True):
    unit: str
    prices: dict[str, str] = msgspec.field(name="pricePerUnit")


class _Term(msgspec.Struct, frozen=True):
    dimensions: dict[str, _Dimension] = msgspec.field(name="priceDimensions")
    effective: str = msgspec.field(name="effectiveDate", default="")


_Document = TypeVar("_Document")
_Terms = dict[str, dict[str, _Term]]  # {"OnDemand": {code: term}}


class _Item(msgspec.Struct, frozen=True):
    """One entry of GetProducts."""

    product: _Product
    terms: _Terms
    service: str = msgspec.field(name="serviceCode")
    published: str = msgspec.field(name="publicationDate", default="")


class _File(msgspec.Struct, frozen=True):
    """The file of a region."""

    products: dict[str, _Product]
    terms: dict[str, dict[str, dict[str, _Term]]]
    service: str = msgspec.field(name="offerCode")
    published: str = msgspec.field(name="publicationDate", default="")


@dataclass(frozen=True, slots=True)
class PriceList:
    """The rates of the models, by their name and region, and which region each code stands for."""

    rates: Mapping[tuple[str, str], tuple[Rate, ...]]
    codes: Mapping[str, str]
    published: str | None

    def of(self, name: str, region: str) -> tuple[Rate, ...]:
        return self.rates.get((name, region), ())


def read_products(texts: Iterable[str], now: datetime.datetime) -> PriceList:
    """The PriceList of GetProducts, whose entries are JSON texts; Unreadable if one of them is odd."""
    rows: list[tuple[_Attributes, Mapping[str, _Term]]] = []
    published = ""
    for text in texts:
        item = _decoded(text, _Item)
        _check(item.service)
        published = max(published, item.published)
        rows.append((item.product.attributes, item.terms.get("OnDemand", {})))
    return _made(rows, published, now)


def read_file(content: bytes, now: datetime.datetime) -> PriceList:
    """The same of the file of a region."""
    found = _decoded(content, _File)
    _check(found.service)
    terms = found.terms.get("OnDemand", {})
    rows = [(product.attributes, terms.get(sku, {})) for sku, product in found.products.items()]
    return _made(rows, found.published, now)


def _check(service: str) -> None:
    if service != load_sources().aws.service:
        raise Unreadable(f"the Price List is for {visible(service)[:80]}")


def _decoded(content: bytes | str, kind: type[_Document]) -> _Document:
    try:
        return decoding.from_json(content, kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as why:
        raise Unreadable(f"the Price List has another form: {visible(str(why))[:200]}") from why


def _made(rows: Iterable[tuple[_Attributes, Mapping[str, _Term]]], published: str, now: datetime.datetime) -> PriceList:
    rates: dict[tuple[str, str], list[Rate]] = {}
    regions: dict[str, set[str]] = {}
    edition = load_sources().aws.edition
    for attributes, terms in rows:
        known = usage_type(attributes.usagetype)
        if known is None or not attributes.region or not attributes.servicename.endswith(edition):
            continue
        regions.setdefault(known[0], set()).add(attributes.region)
        name = attributes.servicename.removesuffix(edition)
        rates.setdefault((name, attributes.region), []).extend(Rate(*known, price) for price in _prices(terms, now))
    codes = {code: next(iter(names)) for code, names in regions.items() if len(names) == 1}
    return PriceList({key: tuple(found) for key, found in rates.items()}, codes, _day(published))


def _prices(terms: Mapping[str, _Term], now: datetime.datetime) -> Iterator[Decimal]:
    """The prices of terms that are in force; a term of several dimensions has none: it depends on how much is used."""
    for term in terms.values():
        if _later(term.effective, now) or len(term.dimensions) != 1:
            continue
        for held in term.dimensions.values():
            if held.unit not in _UNITS:
                raise Unreadable(f"the Price List counts in {visible(held.unit)[:40]}")
            if _CURRENCY in held.prices:
                yield amount(held.prices[_CURRENCY])


def _later(text: str, now: datetime.datetime) -> bool:
    moment = _moment(text)
    return moment is not None and moment > now


def _day(text: str) -> str | None:
    moment = _moment(text)
    return moment.date().isoformat() if moment else None


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
