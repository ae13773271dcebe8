"""What stands between the account and its pinned models: the form, the agreement, the offer, data retention."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ccsetup.doctor.probes import bedrock_listing
from ccsetup.doctor.probes.aws_identity import is_off
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed, make_failure
from ccsetup.providers.aws import session
from ccsetup.providers.catalogue import WORLD
from ccsetup.providers.recognise import Said

_AT_ONCE = 8
_SERVICE = "bedrock"


def form(case: Case) -> Iterator[Result]:
    """Anthropic's use case form. What it says is the company's own and is not kept."""
    try:
        _ask(case, case.place, "get_use_case_for_model_access")
    except Failed as why:
        yield bedrock_listing.result_for_refusal(case, "use-case-form", why)
        return
    yield Passed("use-case-form")


def access(case: Case) -> Iterator[Result]:
    """The account's agreement for each model behind a pin."""
    listing = bedrock_listing.known(case)
    if listing is None:
        yield Skipped("access", "the region's models could not be listed")
        return
    pins: dict[str, str] = {}
    for pin, model in bedrock_listing.models(case, listing).items():
        pins.setdefault(model.base, pin)
    pins.pop("", None)
    if not pins:
        yield Skipped("access", "no listed model is pinned")
        return
    session.client(case.access, _SERVICE, case.place)  # made before threads want it
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for results in pool.map(lambda one: tuple(_model(case, *one)), pins.items()):
            yield from results


def retention(case: Case) -> Iterator[Result]:
    """The account's data retention in every region that may serve a model which is particular about it."""
    listing = bedrock_listing.known(case)
    wanted = {one.model: one.modes for one in case.surface.retention}
    found = bedrock_listing.models(case, listing) if listing else {}
    strict = {pin: model for pin, model in found.items() if model.base in wanted}
    for pin, model in strict.items():
        regions = [one if one != WORLD else case.place for one in model.destinations] or [case.place]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            tellings = pool.map(
                lambda region: _retained(case, pin, region, wanted[model.base]),  # noqa: B023 - read before the next
                dict.fromkeys(regions),
            )
            yield from tellings


def _model(case: Case, base: str, pin: str) -> Iterator[Result]:
    try:
        found = _ask(case, case.place, "get_foundation_model_availability", modelId=base)
    except Failed as why:
        yield bedrock_listing.result_for_refusal(case, "access", why)
        return
    agreement: Mapping[str, Any] = found.get("agreementAvailability", {})
    status = agreement.get("status", "")
    facts = case.facts(model=pin, base_model=base, status=status)
    wrong: list[Result] = []
    if status == "ERROR":
        wrong.append(_worded(case, facts, str(agreement.get("errorMessage", ""))))
    if status == "PENDING":
        wrong.append(Finding("bedrock-agreement-pending", facts))
    if status == "NOT_AVAILABLE" or found.get("authorizationStatus") == "NOT_AUTHORIZED":
        wrong.append(Finding("bedrock-model-access", facts))
    if found.get("entitlementAvailability") == "NOT_AVAILABLE":
        wrong.append(Finding("bedrock-model-not-for-account", facts))
    yield from wrong or (Passed("access", pin),)


def _worded(case: Case, facts: Mapping[str, str], message: str) -> Finding:
    """Why making the agreement failed, in AWS's own words; without any, that it did."""
    if not message:
        return Finding("bedrock-agreement-pending", facts)
    said = Said(403, "AccessDeniedException", message)
    why = make_failure(said, case.access, case.place, session.address(case.access, case.place)).finding
    return Finding(why.check, {**why.facts, **facts})


def _retained(case: Case, pin: str, region: str, modes: tuple[str, ...]) -> Finding | Passed | Skipped | Broken:
    try:
        mode = str(_ask(case, region, "get_account_data_retention").get("mode", ""))
    except Failed as why:
        if is_off(why):
            return Skipped("data-retention", f"{region} is not enabled in this account")
        return bedrock_listing.result_for_refusal(case, "data-retention", why)
    if mode in modes:
        return Passed("data-retention", f"{pin} in {region}: {mode}")
    if mode == "inherit":
        return Skipped("data-retention", f"{region} inherits its mode, and from whom is not said")
    facts = case.facts(model=pin, mode=mode, needed=modes[0])
    return Finding("bedrock-data-retention", {**facts, "region": region})


def _ask(case: Case, region: str, operation: str, **arguments: str) -> dict[str, Any]:
    key = (operation, region, *arguments.values())
    return case.ask(key, lambda: session.call(case.access, region, _SERVICE, operation, **arguments))
