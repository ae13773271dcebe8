"""Probes of quota: whether the provider allows any use of the pinned models, and enough."""

from collections.abc import Iterator
from functools import partial

from ccsetup.doctor.probes import bedrock_listing, google_shared
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_failure
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.quota import bedrock, known, limits, read
from ccsetup.providers.quota.limits import Asks, Limit, Limits

_ALL = "every model"


def on_bedrock(case: Case) -> Iterator[Result]:
    """Report zero and low limits of the pinned models, from Service Quotas."""
    if reason := limits.reason_unreadable(case.access):
        yield Skipped("quota", reason)
        return
    yield from _check_limits(case, case.ask)


@google_shared.needs_google_credentials("quota")
def on_vertex(case: Case) -> Iterator[Result]:
    """Report zero limits of the pinned models, from the Cloud Quotas API."""
    yield from _check_limits(case, partial(google_shared.once, case))


def _check_limits(case: Case, ask: Asks) -> Iterator[Result]:
    if not case.distinct_pins:
        yield Skipped("quota", "nothing is pinned", telling=False)
        return
    try:
        result = read.read_limits(case.access, bedrock_listing.sent_pins(case), ask, whole=False)
    except Failed as error:
        yield result_for_refusal(case, error)
        return
    faults = tuple(limit_findings(case, result))
    yield from faults
    unread = "".join(f"; {subject}: {error}" for subject, error in result.unread.items())
    if result.unmapped:
        yield Skipped("quota", f"no known limit for {', '.join(result.unmapped)}{unread}")
    if not faults and any(limit.model for limit in result.limits):
        yield Passed("quota", f"{len(result.limits)} limits, none of them small")


def result_for_refusal(case: Case, error: Failed) -> Result:
    """Return the result for a failed request. A denied request is not a fault of the profile, but rejected credentials
    are."""
    if error.status == "denied" and not error.finding.check.startswith(("aws-", "gcp-adc-", "gcp-reauth-")):
        return Skipped("quota", bedrock_listing.not_allowed(error) or error.words or error.finding.check)
    return result_for_failure(case, "quota", error)


def limit_findings(case: Case, limits_read: Limits) -> Iterator[Finding]:
    """Yield findings for limits that are zero or low."""
    for limit in limits_read.limits:
        if limit.value == 0:
            yield _zero(case, limit)
        elif case.surface.limits == "service-quotas" and limit.unit == "tokens/minute" and _low(limit):
            yield case.finding(
                "bedrock-quota-low",
                model=limit.model or _ALL,
                quota=limit.name,
                code=limit.code,
                value=f"{limit.value:,.0f}",
                wanted=str(bedrock.value_to_request(limit)),
            )


def _zero(case: Case, limit: Limit) -> Finding:
    model = limit.model or _ALL
    if case.surface.limits == "cloud-quotas":
        return case.finding("vertex-quota-zero", model=model, metric=limit.metric or limit.name, quota=limit.name)
    return case.finding("bedrock-quota-zero", model=model, quota=limit.name, code=limit.code)


def _low(limit: Limit) -> bool:
    return limit.value is not None and limit.value < known.load_quotas().bedrock.low
