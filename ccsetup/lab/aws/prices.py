"""What AWS bills: the account's offers, and the Price List, asked or as a file."""

import json
from collections.abc import Iterator, Mapping

from ccsetup.lab.aws import catalogue
from ccsetup.lab.aws.access import check_allowed, region_of
from ccsetup.lab.call import Ask, Fails, page
from ccsetup.lab.prices import Price, amounts, plain
from ccsetup.lab.wire import Answer, as_json, as_json_1x

SERVICE = "AmazonBedrockFoundationModels"
EDITION = " (Amazon Bedrock Edition)"
CODES: Mapping[str, str] = {
    "us-east-1": "USE1",
    "us-east-2": "USE2",
    "us-west-2": "USW2",
    "ca-central-1": "CAN1",
    "eu-west-1": "EU",
    "eu-central-1": "EUC1",
    "eu-north-1": "EUN1",
    "ap-northeast-1": "APN1",
}
_OLD = {
    "input": "InputTokenCount",
    "output": "OutputTokenCount",
    "write_5m": "CacheWriteInputTokenCount",
    "write_1h": "CacheWrite1hInputTokenCount",
    "read": "CacheReadInputTokenCount",
}
_NEW = {
    "input": "input_tokens",
    "output": "output_tokens",
    "write_5m": "cache_write_tokens",
    "write_1h": "cache_write_tokens_1h",
    "read": "cache_read_tokens",
}


def list_foundation_model_agreement_offers(ask: Ask) -> Answer:
    check_allowed(ask, "bedrock:ListFoundationModelAgreementOffers")
    model = catalogue.find_model(ask.world, region_of(ask), ask.model or "")
    if model is None:
        raise Fails(404, "ResourceNotFoundException", "The requested model was not found.")
    price = ask.world.price.get(model.name)
    if price is not None and price.offers < 0:
        raise Fails(400, "ValidationException", "Agreement not supported for this model.")
    card = [
        {"dimension": f"{code}_{component}", "price": amount, "unit": "Units", "description": component}
        for code in CODES.values()
        for component, amount in _components(price)
    ]
    terms = {
        "usageBasedPricingTerm": {"rateCard": card},
        "legalTerm": {"url": "https://aws.amazon.com/bedrock/anthropic-eula/"},
        "supportTerm": {"refundPolicyDescription": "No refunds"},
    }
    count = (price.offers if price else 1) if model.provider == "Anthropic" else 0
    offers = [
        {"offerId": f"offer-lab-{number}", "offerToken": f"lab-{model.id}", "termDetails": terms}
        for number in range(count)
    ]
    return as_json({"modelId": model.id, "offers": offers})


def get_products(ask: Ask) -> Answer:
    """Narrowed by TERM_MATCH filters; its entries are JSON texts."""
    check_allowed(ask, "pricing:GetProducts")
    fields = ask.call.fields
    if fields.get("ServiceCode") != SERVICE:
        return as_json_1x({"FormatVersion": "aws_v1", "PriceList": []})
    given = fields.get("Filters")
    wanted = {str(one["Field"]): one["Value"] for one in (given if isinstance(given, list) else ())}
    found: tuple[dict[str, object], ...] = tuple(
        {"text": json.dumps({"product": product, "serviceCode": SERVICE, "terms": {"OnDemand": terms}, **_issue(ask)})}
        for region in CODES
        for product, terms in _products(ask, region)
        if wanted.items() <= product["attributes"].items()
    )
    token, size = fields.get("NextToken"), fields.get("MaxResults")
    items, more = page(found, token if isinstance(token, str) else None, size if isinstance(size, int) else 100)
    texts = [one["text"] for one in items]
    return as_json_1x({"FormatVersion": "aws_v1", "PriceList": texts, **({"NextToken": more} if more else {})})


def price_list_file(ask: Ask) -> Answer:
    """The price list file of a region."""
    if ask.place is None or ask.place not in CODES or ask.model != SERVICE:
        return Answer(403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>")
    rows = list(_products(ask, ask.place))
    products = {str(product["sku"]): product for product, _ in rows}
    terms = {str(product["sku"]): terms for product, terms in rows}
    body = {"formatVersion": "v1.0", "offerCode": SERVICE, "products": products, "terms": {"OnDemand": terms}}
    return as_json({**body, **_issue(ask)})


def _issue(ask: Ask) -> dict[str, object]:
    return {"version": "20261120001912", "publicationDate": f"{ask.world.today}T00:19:12Z"}


def _products(ask: Ask, region: str) -> Iterator[tuple[dict[str, dict[str, str]], dict[str, object]]]:
    """(product, its terms), what is reserved too."""
    code = CODES[region]
    for name, price in ask.world.price.items():
        if not price.listed:
            continue
        rows = [*_components(price), ("Reserved_1Month_InputTPM_Geo", "0.066")]
        for number, (component, amount) in enumerate(rows):
            sku = f"{code}{''.join(filter(str.isalnum, name)).upper()}{number}"
            attributes = {
                "regionCode": region,
                "servicecode": SERVICE,
                "servicename": f"{name}{EDITION}",
                "usagetype": f"{code}-MP:{code}_{component}-Units",
                "operation": "",
            }
            dimension = {"unit": "1M tokens", "pricePerUnit": {"USD": amount}, "description": component}
            term = {"priceDimensions": {f"{sku}.T.D": dimension}, "effectiveDate": "2026-11-01T00:00:00Z"}
            yield {"sku": sku, "attributes": attributes}, {f"{sku}.T": term}  # type: ignore[dict-item]


def _components(price: Price | None) -> Iterator[tuple[str, str]]:
    """(component, USD per million), regional and global."""
    for is_global in (False, True) if price else ():
        for kind, is_long, amount in amounts(price, regional=not is_global):  # type: ignore[arg-type]
            if price and price.is_old:
                name = _OLD[kind] + ("_LCtx" if is_long else "") + ("_Global" if is_global else "")
            else:
                name = _NEW[kind] + ("_long_ctx" if is_long else "") + ("_global" if is_global else "") + "_standard"
            yield name, plain(amount)
