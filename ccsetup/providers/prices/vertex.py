"""Prices of Claude on Vertex AI: the billing account's, by Cloud Billing v1beta; else Anthropic's list.

Claude is not in Google's public catalogue of SKUs, and the SDK has no client for the account's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ccsetup.providers.access import Access, Failed, place_of_model
from ccsetup.providers.google import api
from ccsetup.providers.google.credentials import endpoint
from ccsetup.providers.places import place
from ccsetup.providers.prices import page, skus
from ccsetup.providers.prices.price import (
    Above,
    Family,
    Kind,
    ModelPrice,
    Prices,
    Scope,
    Unpriced,
    Unreadable,
    differences,
    family_of,
    load_sources,
    sole,
)
from ccsetup.providers.prices.skus import Priced, Sku

_ACCOUNT = re.compile(r"billingAccounts/[A-Z0-9-]{1,40}")
_PAGES = 20
_SIDE_BY_SIDE = 12
_SCOPES: Mapping[str, Scope] = {"global": "global", "us": "multi-region", "eu": "multi-region"}
_READS = (
    "the billing account's prices (billing.billingAccountServices.list, billing.billingAccountSkus.list, "
    "billing.billingAccountPrice.get)"
)


def read_prices(access: Access, pins: Iterable[str], *, all_regions: bool) -> Prices:
    """The prices of the pins at the profile's location, and at every location that has a SKU."""
    where = place(access.profile)
    wanted = {pin: family_of(pin) for pin in pins}
    places = {pin: place_of_model(access, pin) for pin in wanted}
    families = {family for family in wanted.values() if family}
    try:
        found = _Account(access).prices(families, None if all_regions else {*places.values()})
    except (Failed, Unreadable) as why:
        words = why.words or why.finding.check if isinstance(why, Failed) else str(why)
        dearer = load_sources().google.published
        asked = page.read_prices(access, wanted, where, "" if {*places.values()} == {"global"} else dearer)
        reached = asked.reached or isinstance(why, Unreadable)
        notes = (f"{_READS}: {words}", *asked.notes)
        return Prices(where, asked.models, asked.unpriced, reached, notes, page=asked.page)
    models: list[ModelPrice] = []
    elsewhere: list[ModelPrice] = []
    unpriced: list[Unpriced] = []
    for pin, family in wanted.items():
        held = {at: rates for (model, at), rates in found.items() if model == family}
        here = _model(access, pin, places[pin], held.get(places[pin], {}))
        if here is None:
            unpriced.append(Unpriced(pin, f"the billing account has no price for it at {places[pin]}"))
        else:
            models.append(here)
            unpriced += [Unpriced(pin, here.lacks)] if here.lacks else []
        others = (_model(access, pin, at, rates) for at, rates in sorted(held.items()))
        elsewhere += [one for one in others if one is not None] if all_regions else []
    return Prices(where, tuple(models), tuple(unpriced), reached=True, elsewhere=tuple(elsewhere))


class _Account:
    """The billing account of the profile's project."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._host = endpoint("CLOUDBILLING", access.environment, load_sources().google.api)
        project = quote(access.profile.set["project"], safe="")
        told = self._get(f"v1/projects/{project}/billingInfo")
        self._name = str(told.get("billingAccountName") or "")
        if not _ACCOUNT.fullmatch(self._name) or told.get("billingEnabled") is not True:
            raise Unreadable(f"no billing account pays for {access.profile.set['project']}")

    def prices(
        self, families: set[Family], places: set[str] | None
    ) -> Mapping[tuple[Family, str], Mapping[Sku, Priced]]:
        """What each SKU of these models costs, by model and location: at these places, or at all."""
        services = [
            str(one.get("name"))
            for one in self._listed("services?pageSize=5000", "billingAccountServices")
            if skus.model_of(str(one.get("displayName"))) in families
        ]
        named: dict[str, Sku] = {}
        for service in services:
            asked = quote(f'billing_account_service="{service}"', safe="")
            for one in self._listed(f"skus?filter={asked}", "billingAccountSkus"):
                sku = skus.read_name(str(one.get("displayName")))
                if sku and sku.family in families and (places is None or sku.place in places):
                    named[str(one.get("name"))] = sku
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            priced = list(pool.map(self._price, named))
        found: dict[tuple[Family, str], dict[Sku, Priced]] = {}
        for sku, price in zip(named.values(), priced, strict=True):
            held = found.setdefault((sku.family, sku.place), {})
            agreed = sku not in held or held[sku] == price
            held[sku] = price if agreed else Priced(None, None)  # of two that differ neither counts
        return found

    def _price(self, name: str) -> Priced:
        return skus.read_price(self._get(f"v1beta/{_path(name, self._name)}/price?currencyCode=USD"), name)

    def _listed(self, query: str, key: str) -> Iterator[Mapping[str, Any]]:
        more = ""
        for _ in range(_PAGES):
            answer = self._get(f"v1beta/{self._name}/{query}" + (f"&pageToken={quote(more, safe='')}" if more else ""))
            held = answer.get(key, [])
            if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
                raise Unreadable(f"{key} is not a list")
            yield from held
            last, more = more, str(answer.get("nextPageToken") or "")
            if not more or more == last:
                return
        raise Unreadable(f"{key} has no end")

    def _get(self, path: str) -> dict[str, Any]:
        return api.get(self._access, f"{self._host}/{path}", place(self._access.profile))


def _path(name: str, account: str) -> str:
    """The SKU's own path; Unreadable for a name that leads elsewhere."""
    rest = name.removeprefix(f"{account}/skus/")
    if rest == name or not rest.replace("-", "").isalnum() or not rest.isascii():
        raise Unreadable(f"a SKU is named {name[:80]!r}")
    return name


def _model(access: Access, pin: str, where: str, held: Mapping[Sku, Priced]) -> ModelPrice | None:
    """The pin's prices by the SKUs of one location; None if it has none."""
    ends = sorted({sku.end for sku in held if sku.start == 0 and sku.end is not None})
    long = {sku: price for sku, price in held.items() if sku.start > 0}
    usual = {sku: price for sku, price in held.items() if sku.start == 0}
    prices = _amounts(usual)
    if not prices:
        return None
    contract = any(price.contract is not None for price in held.values())
    starts = {sku.start for sku in long}
    fit = len(ends) == 1 and starts <= {ends[0], ends[0] + 1}
    host = endpoint("CLOUDBILLING", access.environment, load_sources().google.api)
    source = f"{host}/v1beta/billingAccounts"
    above = Above(ends[0] if fit else None, _amounts(long)) if long else None
    listed = sole((sku.kind, price.listed) for sku, price in usual.items() if price.listed is not None)
    return ModelPrice(
        pin,
        where,
        _SCOPES.get(where, "regional"),
        prices,
        above,
        "contract" if contract else "list",
        source,
        access.now,
        disagrees=differences(prices, listed, "list", source),
    )


def _amounts(held: Mapping[Sku, Priced]) -> dict[Kind, Decimal]:
    """What is paid for each kind: the contract's price, else the list's."""
    rates = ((sku.kind, price.contract or price.listed) for sku, price in held.items())
    return sole((kind, price) for kind, price in rates if price is not None)
