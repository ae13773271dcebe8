"""Whether the provider lets the pinned models be used at all, and enough."""

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
    """Zero and low limits of the pinned models, by Service Quotas."""
    if reason := limits.reason_unreadable(case.access):
        yield Skipped("quota", reason)
        return
    yield from _look(case, case.ask)


@google_shared.asking("quota")
def on_vertex(case: Case) -> Iterator[Result]:
    """Zero limits of the pinned models, by the Cloud Quotas API."""
    yield from _look(case, partial(google_shared.once, case))


def _look(case: Case, ask: Asks) -> Iterator[Result]:
    if not case.distinct_pins:
        yield Skipped("quota", "nothing is pinned", telling=False)
        return
    try:
        found = read.read_limits(case.access, case.distinct_pins, ask, whole=False)
    except Failed as why:
        yield result_for_refusal(case, why)
        return
    faults = tuple(judged(case, found))
    yield from faults
    unread = "".join(f"; {what}: {why}" for what, why in found.unread.items())
    if found.unmapped:
        yield Skipped("quota", f"no limit is known of {', '.join(found.unmapped)}{unread}")
    if not faults and any(limit.model for limit in found.limits):
        yield Passed("quota", f"{len(found.limits)} limits, none of them small")


def result_for_refusal(case: Case, why: Failed) -> Result:
    """A look-up that few may do is no fault of the profile; credentials that nobody takes are."""
    if why.status == "denied" and not why.finding.check.startswith(("aws-", "gcp-adc-", "gcp-reauth-")):
        return Skipped("quota", bedrock_listing.not_allowed(why) or why.words or why.finding.check)
    return result_for_failure(case, "quota", why)


def judged(case: Case, found: Limits) -> Iterator[Finding]:
    """What is wrong with limits."""
    for limit in found.limits:
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
