"""Probes of what an account needs to use its pinned models: use case form, agreement, offer, data retention."""

from collections.abc import Iterable, Iterator, Mapping
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
    """Check that Anthropic's use case form was submitted. Its content is confidential and is not kept."""
    try:
        _ask(case, case.place, "get_use_case_for_model_access")
    except Failed as error:
        yield bedrock_listing.result_for_refusal(case, "use-case-form", error)
        return
    yield Passed("use-case-form")


def access(case: Case) -> Iterator[Result]:
    """Check the account's agreement for the model behind each pin."""
    listing = bedrock_listing.known_listing(case)
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
    session.client(case.access, _SERVICE, case.place)  # created before the threads need it
    answers = case.ask(("access", case.place, *pins), lambda: _availabilities(case, pins))
    for (base, pin), availability in zip(pins.items(), answers, strict=True):
        yield from _model(case, base, pin, availability)


def _availabilities(case: Case, bases: Iterable[str]) -> list[dict[str, Any] | Failed]:
    """Whether the account may use each model, or why that could not be read."""

    def read(base: str) -> dict[str, Any] | Failed:
        try:
            return _ask(case, case.place, "get_foundation_model_availability", modelId=base)
        except Failed as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(read, bases))


def retention(case: Case) -> Iterator[Result]:
    """Check the account's data retention in every region that may serve a model with requirements on it."""
    listing = bedrock_listing.known_listing(case)
    required = {entry.model: entry.modes for entry in case.surface.retention}
    pinned = bedrock_listing.models(case, listing) if listing else {}
    strict = {pin: model for pin, model in pinned.items() if model.base in required}
    for pin, model in strict.items():
        regions = [entry if entry != WORLD else case.place for entry in model.destinations] or [case.place]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            results = pool.map(
                lambda region: _check_retention(case, pin, region, required[model.base]),  # noqa: B023 - read before the next
                dict.fromkeys(regions),
            )
            yield from results


def _model(case: Case, base: str, pin: str, availability: dict[str, Any] | Failed) -> Iterator[Result]:
    if isinstance(availability, Failed):
        yield bedrock_listing.result_for_refusal(case, "access", availability)
        return
    agreement: Mapping[str, Any] = availability.get("agreementAvailability", {})
    status = agreement.get("status", "")
    facts = case.facts(model=pin, base_model=base, status=status)
    findings: list[Result] = []
    if status == "ERROR":
        findings.append(_agreement_failure(case, facts, str(agreement.get("errorMessage", ""))))
    if status == "PENDING":
        findings.append(Finding("bedrock-agreement-pending", facts))
    if status == "NOT_AVAILABLE" or availability.get("authorizationStatus") == "NOT_AUTHORIZED":
        findings.append(Finding("bedrock-model-access", facts))
    if availability.get("entitlementAvailability") == "NOT_AVAILABLE":
        findings.append(Finding("bedrock-model-not-for-account", facts))
    yield from findings or (Passed("access", pin),)


def _agreement_failure(case: Case, facts: Mapping[str, str], message: str) -> Finding:
    """Return the finding for a failed agreement, recognised from AWS's message; without one, a pending agreement."""
    if not message:
        return Finding("bedrock-agreement-pending", facts)
    error = Said(403, "AccessDeniedException", message)
    finding = make_failure(error, case.access, case.place, session.address(case.access, case.place)).finding
    return Finding(finding.check, {**finding.facts, **facts})


def _check_retention(case: Case, pin: str, region: str, modes: tuple[str, ...]) -> Finding | Passed | Skipped | Broken:
    try:
        mode = str(_ask(case, region, "get_account_data_retention").get("mode", ""))
    except Failed as error:
        if is_off(error):
            return Skipped("data-retention", f"{region} is not enabled in this account")
        return bedrock_listing.result_for_refusal(case, "data-retention", error)
    if mode in modes:
        return Passed("data-retention", f"{pin} in {region}: {mode}")
    if mode == "inherit":
        return Skipped("data-retention", f"{region} inherits its mode; AWS does not say from where")
    facts = case.facts(model=pin, mode=mode, needed=modes[0])
    return Finding("bedrock-data-retention", {**facts, "region": region})


def _ask(case: Case, region: str, operation: str, **arguments: str) -> dict[str, Any]:
    key = (operation, region, *arguments.values())
    return case.ask(key, lambda: session.call(case.access, region, _SERVICE, operation, **arguments))
