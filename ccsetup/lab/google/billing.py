"""Cloud Billing v1beta: what a billing account pays for Claude."""

import zlib
from collections.abc import Iterator
from decimal import Decimal

from ccsetup.lab.call import Ask, Fails, page
from ccsetup.lab.google.access import check_quota_project, principal_of
from ccsetup.lab.prices import Price, amounts
from ccsetup.lab.wire import Answer, as_json

_KINDS = {
    "input": "Input Tokens",
    "output": "Output Tokens",
    "read": "Input Cache Read Tokens",
    "write_5m": "Input Cache Write Tokens (TTL 300 seconds)",
    "write_1h": "Input Cache Write Tokens (TTL 3600 seconds)",
}
_PLACES = ("global", "us", "eu", "us-east5", "europe-west1")


def list_services(ask: Ask) -> Answer:
    account = _allowed(ask, "billing.billingAccountServices.list")
    names = [name for name, price in ask.world.price.items() if price.sold]
    found: tuple[dict[str, object], ...] = tuple(
        {"name": f"{account}/services/{_code(name)}", "serviceId": _code(name), "displayName": name}
        for name in ("Compute Engine", *names)
    )
    return _paged(ask, "billingAccountServices", found, 50)


def list_skus(ask: Ask) -> Answer:
    account = _allowed(ask, "billing.billingAccountSkus.list")
    wanted = ask.call.query_value("filter")
    found: tuple[dict[str, object], ...] = tuple(
        {"name": f"{account}/skus/{id_}", "skuId": id_, "displayName": name, "billingAccountService": service}
        for id_, name, service, _, _ in _skus(ask, account)
        if wanted in (None, f'billing_account_service="{service}"')
    )
    return _paged(ask, "billingAccountSkus", found, 1000)


def get_price(ask: Ask) -> Answer:
    """Units and billionths; what is zero is left out."""
    account = _allowed(ask, "billing.billingAccountPrice.get")
    row = next((one for one in _skus(ask, account) if one[0] == ask.model), None)
    if row is None:
        raise Fails(404, "NOT_FOUND", "Requested entity was not found.")
    _, _, _, amount, paid = row
    tier = {"startAmount": {"value": "0"}, "listPrice": _money(amount)}
    if paid != amount:
        tier["contractPrice"] = _money(paid)
    name = f"{account}/skus/{ask.model}/price"
    rate = {"tiers": [tier], "unitInfo": {"unit": "{count}", "unitQuantity": {"value": "1000000"}}}
    return as_json({"name": name, "currencyCode": "USD", "valueType": "rate", "rate": rate})


def _allowed(ask: Ask, permission: str) -> str:
    """The billing account's name, if the caller holds `permission` there."""
    who = principal_of(ask)
    check_quota_project(ask)
    name = f"billingAccounts/{ask.project}"
    if not who.may(permission, ask.project or ""):
        where = f"//cloudbilling.googleapis.com/{name}"
        text = f"Permission '{permission}' denied on resource '{where}' (or it may not exist)."
        raise Fails(403, "IAM_PERMISSION_DENIED", text, details={"permission": permission, "resource": name})
    return name


def _skus(ask: Ask, account: str) -> Iterator[tuple[str, str, str, Decimal, Decimal]]:
    """(id, name, service, list price, what is paid)."""
    for name, price in ask.world.price.items():
        service = f"{account}/services/{_code(name)}"
        for place in _PLACES if price.sold else ():
            for kind, is_long, amount in amounts(price, regional=place != "global"):
                context = _context(price, is_long=is_long)
                shown = f"{name} \u2014 {_KINDS[kind]} \u2014 {place} \u2014 {context}"
                paid = amount * Decimal(price.contract) if kind == "output" else amount
                yield _code(shown), shown, service, amount, paid


def _context(price: Price, *, is_long: bool) -> str:
    start, end = (price.over + 1, 1_000_000) if is_long else (0, price.over or 1_000_000)
    return f"Context Window Size from {start} to {end} Tokens"


def _code(name: str) -> str:
    digits = f"{zlib.crc32(name.encode()):08X}{zlib.crc32(name[::-1].encode()):08X}"[:12]
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _money(amount: Decimal) -> dict[str, object]:
    units, nanos = divmod(int(amount * 10**9), 10**9)
    return {"currencyCode": "USD", **({"units": str(units)} if units else {}), **({"nanos": nanos} if nanos else {})}


def _paged(ask: Ask, name: str, items: tuple[dict[str, object], ...], usual: int) -> Answer:
    found, more = page(items, ask.call.query_value("pageToken"), int(ask.call.query_value("pageSize") or usual))
    return as_json({name: found, "nextPageToken": more})
