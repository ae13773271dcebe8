"""Prices of Bedrock's models: by the account's agreement offers, else by the Price List.

Both are asked where both may be, so that a difference is shown; the bulk file, which needs no credentials, only where
nothing else answers.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

from ccsetup.providers import catalogue, http, regions
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.aws import bedrock, session
from ccsetup.providers.catalogue import WORLD, Listing
from ccsetup.providers.places import place
from ccsetup.providers.prices import offers, price_list
from ccsetup.providers.prices.components import Rate, prices_of
from ccsetup.providers.prices.price import (
    Above,
    Basis,
    ModelPrice,
    Prices,
    Unpriced,
    Unreadable,
    differences,
    load_sources,
    threshold,
)
from ccsetup.providers.prices.price_list import PriceList
from ccsetup.providers.recognise import Said

_PAGES = 20
_SIDE_BY_SIDE = 12
_OFFERS = "list_foundation_model_agreement_offers"
_TIERS = {"": "standard", "default": "standard"}

Found = TypeVar("Found")


class _PricedPin(NamedTuple):
    """A pin, the foundation model behind it, and whether it is billed as global."""

    pin: str
    base: str
    is_global: bool


class _Card(NamedTuple):
    """What one source says of one model: rates by region code, whichever region they are for."""

    rates: tuple[Rate, ...]
    basis: Basis
    source: str
    published: str | None


def read_prices(access: Access, pins: Iterable[str], *, all_regions: bool) -> Prices:
    """The prices of the pins in the profile's region, and in every region that a source names."""
    return _PriceLook(access, all_regions=all_regions).prices(tuple(dict.fromkeys(map(catalogue.without_suffix, pins))))


class _PriceLook:
    """One look at the sources, each of which is asked once for what it is needed for."""

    def __init__(self, access: Access, *, all_regions: bool) -> None:
        self._access = access
        self._region = place(access.profile)
        self._all = all_regions
        self._partition = regions.partition(self._region)
        tier = access.environment.get("ANTHROPIC_BEDROCK_SERVICE_TIER") or access.answer("service_tier") or ""
        self._tier = _TIERS.get(tier, tier)
        self._sources = load_sources().aws
        self._lock = threading.Lock()
        self._notes: dict[str, None] = {}
        self._reached = False
        self._failure: Failed | None = None  # that speaks for every request: no sign-in, no network
        self._bulk: PriceList | None = None
        self._bulk_asked = False

    def prices(self, pins: tuple[str, ...]) -> Prices:
        session.client(self._access, "bedrock", self._region)  # made once, before many threads want it
        models: list[ModelPrice] = []
        elsewhere: list[ModelPrice] = []
        unpriced: list[Unpriced] = []
        names = self._optional("the models' names (bedrock:ListFoundationModels)", self._names, first=True) or {}
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            targets = dict(zip(pins, pool.map(self._target, pins), strict=True))
            bases = tuple(dict.fromkeys(target.base for target in targets.values() if target))
            looks = dict(zip(bases, pool.map(lambda base: self._cards(base, names.get(base, "")), bases), strict=True))
        for pin, target in targets.items():
            if target is None:
                unpriced.append(Unpriced(pin, "the model behind it is not known"))
                continue
            cards, codes = looks[target.base]
            found = self._price(target, self._region, cards, codes)
            if found is None or not found.prices:
                unpriced.append(Unpriced(pin, self._reason(cards, codes)))
                continue
            models.append(found)
            if found.lacks:
                unpriced.append(Unpriced(pin, found.lacks))
            if self._all:
                others = (self._price(target, other, cards, codes) for other in sorted({*codes.values()}))
                elsewhere += [one for one in others if one is not None and one.prices]
        if self._failure is not None and not self._reached:
            raise self._failure
        return Prices(self._region, tuple(models), tuple(unpriced), self._reached, tuple(self._notes), tuple(elsewhere))

    def _names(self) -> Mapping[str, str]:
        """What the models are called, by id: the Price List knows them by nothing else."""
        answer = session.call(self._access, self._region, "bedrock", "list_foundation_models")
        held = session.read_list(
            answer, "modelSummaries", self._access, self._region, "bedrock", "list_foundation_models"
        )
        return {str(one.get("modelId")): str(one.get("modelName", "")) for one in held}

    def _target(self, pin: str) -> _PricedPin | None:
        if ":application-inference-profile/" in pin:
            nothing = Listing(self._access.profile.surface, self._region, (), self._access.now)
            model = self._optional(pin, lambda: bedrock.resolve(self._access, self._region, pin, nothing))
            return _PricedPin(pin, model.base, WORLD in model.destinations) if model and model.base else None
        if pin.startswith("arn:") and not any(f":{kind}/" in pin for kind in ("inference-profile", "foundation-model")):
            return None
        head, dot, rest = pin.rpartition("/")[2].partition("anthropic.")
        return _PricedPin(pin, f"anthropic.{rest}", head == f"{WORLD}.") if dot and rest else None

    def _cards(self, base: str, name: str) -> tuple[tuple[_Card, ...], Mapping[str, str]]:
        """What the sources say of a model, the one that counts first; and which region a code stands for."""
        card = None
        if self._access.surface.prices == "bedrock":
            what = f"the account's offers for {base} (bedrock:ListFoundationModelAgreementOffers)"
            card = self._optional(what, lambda: self._offers(base))
        listed = (
            self._optional(f"{name} in the Price List (pricing:GetProducts)", lambda: self._listed(name))
            if name
            else None
        )
        known = self._codes(listed)
        here = [code for code, at in known.items() if at == self._region]
        carded = card is not None and any(rate.code in here for rate in card.rates)
        if name and not carded and not (listed and listed.of(name, self._region)):
            listed = self._optional("the Price List's file", self._file) or listed
            known = self._codes(listed)
        cards: tuple[_Card, ...] = (card,) if card else ()
        if listed:
            every = (rate for at in {*listed.codes.values()} for rate in listed.of(name, at))
            rates = tuple(rate for rate in every if rate.code in listed.codes)
            cards += (_Card(rates, "list", self._address("pricing"), listed.published),) if rates else ()
        return cards, known

    def _codes(self, listed: PriceList | None) -> Mapping[str, str]:
        """The region of each code: as the Price List says it, else as it is known."""
        told = listed.codes if listed else {}
        known = {code: at for code, at in self._sources.codes.items() if at not in told.values() and code not in told}
        return {**{code: at for code, at in known.items() if regions.partition(at) == self._partition}, **told}

    def _offers(self, base: str) -> _Card:
        answer = session.call(self._access, self._region, "bedrock", _OFFERS, modelId=base)
        self._reached = True
        address = f"{session.address(self._access, self._region)}/list-foundation-model-agreement-offers/{base}"
        return _Card(offers.read_offers(answer, base), "rate-card", address, None)

    def _listed(self, name: str) -> PriceList | None:
        """The model's products by GetProducts; None if these credentials cannot call it."""
        if self._partition != "aws" or "bearer_token" in self._access.secrets:
            return None
        fields = {"servicename": f"{name}{self._sources.edition}"}
        if not self._all:
            fields["regionCode"] = self._region
        filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()]
        asked: dict[str, object] = {"ServiceCode": self._sources.service, "Filters": filters, "FormatVersion": "aws_v1"}
        texts: list[str] = []
        for _ in range(_PAGES):
            answer = session.call(self._access, self._sources.region, "pricing", "get_products", **asked)
            self._reached = True
            texts += map(str, answer.get("PriceList", ()))
            if not answer.get("NextToken") or answer["NextToken"] == asked.get("NextToken"):
                read = partial(price_list.read_products, texts, self._access.now)
                return self._access.once(("products", *fields.values()), read)
            asked["NextToken"] = answer["NextToken"]
        raise Unreadable("the Price List has no end")

    def _file(self) -> PriceList | None:
        """The region's file, fetched once over the environment's proxy and certificates."""
        with self._lock:
            if not self._bulk_asked:
                self._bulk_asked = True
                self._bulk = fetch_file(self._access, self._region)
                self._reached = True
            return self._bulk

    def _price(
        self, target: _PricedPin, region: str, cards: tuple[_Card, ...], codes: Mapping[str, str]
    ) -> ModelPrice | None:
        """From the first source that has any price for it; where the second differs is reported."""
        named = [code for code, at in codes.items() if at == region]
        if len(named) != 1:
            return None
        said = [(card, *prices_of(card.rates, named[0], is_global=target.is_global, tier=self._tier)) for card in cards]
        first = next((one for one in said if one[1]), None)
        if first is None:
            return None
        card, prices, long = first
        rest = [one for one in said if one is not first]
        others = [differences(prices, other, said_by.basis, said_by.source) for said_by, other, _ in rest]
        return ModelPrice(
            target.pin,
            region,
            "global" if target.is_global else "regional",
            prices,
            Above(threshold(target.base), long) if long else None,
            card.basis,
            card.source,
            self._access.now,
            card.published,
            tuple(one for found in others for one in found),
        )

    def _reason(self, cards: tuple[_Card, ...], codes: Mapping[str, str]) -> str:
        if not cards:
            return "no price: none of its sources could be read"
        if self._region not in codes.values():
            return f"the code that {self._region} has in price lists is not known"
        asked = "" if self._tier == "standard" else f" with service tier {self._tier}"
        return f"{' and '.join(card.source for card in cards)}: no price in {self._region}{asked}"

    def _address(self, service: str) -> str:
        return session.address(self._access, self._sources.region, service)

    def _optional(self, what: str, ask: Callable[[], Found], *, first: bool = False) -> Found | None:
        """What a source gives; None, with the reason noted, if it gives nothing that can be used."""
        try:
            return ask()
        except Failed as why:
            if first and not why.finding.facts.get("action"):
                self._failure = why
            self._notes[f"{what}: {why.words or why.finding.check}"] = None
        except Unreadable as why:
            self._notes[f"{what}: {why}"] = None
        return None


def file_address(region: str) -> str:
    """The URL of a region's file of the Price List."""
    sources = load_sources().aws
    return sources.bulk.format(service=sources.service, region=region)


def fetch_file(access: Access, region: str) -> PriceList:
    """Read a region's file of the Price List, which needs no credentials; raises Failed or Unreadable."""
    url = file_address(region)

    def fetch() -> PriceList:
        try:
            answer = http.request("GET", url, access.environment)
        except http.Unanswered as why:
            raise make_failure(Said(None, why.code, str(why)), access, region, url) from why
        if answer.status != 200:
            raise Unreadable(f"{url} answers {answer.status}")
        return price_list.read_file(answer.body, access.now)

    return access.once((url,), fetch)
