"""The account's rate card: the offers of ListFoundationModelAgreementOffers. One answer covers all regions.

Neither the offer's token nor the signed URL of its terms is kept or shown.
"""

import msgspec

from ccsetup.providers.prices.components import Rate, dimension
from ccsetup.providers.prices.price import Unreadable, amount
from ccsetup.system import decoding
from ccsetup.system.display import visible

_MILLION = "Units"


class _Entry(msgspec.Struct, frozen=True):
    dimension: str
    price: str
    unit: str


class _Usage(msgspec.Struct, frozen=True):
    entries: tuple[_Entry, ...] = msgspec.field(name="rateCard")


class _Terms(msgspec.Struct, frozen=True):
    usage: _Usage = msgspec.field(name="usageBasedPricingTerm")


class _Offer(msgspec.Struct, frozen=True):
    terms: _Terms = msgspec.field(name="termDetails")


class _Offers(msgspec.Struct, frozen=True):
    offers: tuple[_Offer, ...]
    model: str = msgspec.field(name="modelId")


def read_offers(answer: object, model: str) -> tuple[Rate, ...]:
    """The rates of the foundation model's one offer; Unreadable if there are several, or if anything is odd."""
    try:
        found = decoding.convert(answer, _Offers)
    except (msgspec.ValidationError, RecursionError) as why:
        raise Unreadable(f"the offers have another form: {visible(str(why))[:200]}") from why
    if found.model != model:
        raise Unreadable(f"the offers are for {visible(found.model)[:80]}")
    if len(found.offers) != 1:
        raise Unreadable(f"{len(found.offers)} offers, and it is not known which one applies")
    rates = tuple(_rates(found.offers[0].terms.usage.entries))
    if not rates:
        raise Unreadable("the offer's rate card has no price for tokens")
    return rates


def _rates(entries: tuple[_Entry, ...]) -> list[Rate]:
    found = []
    for entry in entries:
        if known := dimension(entry.dimension):
            if entry.unit != _MILLION:
                raise Unreadable(f"the rate card counts in {visible(entry.unit)[:40]}")
            found.append(Rate(*known, amount(entry.price)))
    return found
