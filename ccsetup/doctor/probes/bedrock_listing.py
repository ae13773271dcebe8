"""What Bedrock lists at the profile's region."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import bedrock
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.recognise import UNKNOWN

# The client itself must reach this host. Who connects and then gets no whole answer could not look.
_UNREACHED = ("EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError")
# A look-up that failed so says nothing of the profile: asked again, it may well be answered.
_BUSY = ("bedrock-throttled-requests", "bedrock-throttled-tokens", "bedrock-unavailable", UNKNOWN)
REFUSED = (
    "bedrock-iam-list-denied", "bedrock-iam-denied", "bedrock-explicit-deny", "bedrock-scp-denied",
    "bedrock-permissions-boundary", "bedrock-session-policy", "bedrock-vpc-endpoint-policy",
)  # fmt: skip


def listed(case: Case) -> Listing:
    """The region's catalogue, asked for once; Failed when it cannot be had."""
    return case.known or case.ask(("listing", case.place), lambda: list_models(case.access))


def known(case: Case) -> Listing | None:
    """The same, and None where it could not be had, which the listing's own probe tells."""
    try:
        return listed(case)
    except Failed:
        return None


def find(case: Case, listing: Listing, pin: str) -> Model | None:
    """What the pin means at this place; None where the region has no such thing. Failed where it may not be asked.

    An application profile is in no listing; its ARN is asked for.
    """
    found = listing.find(pin)
    if found is not None or not is_application(pin):
        return found
    try:
        return case.ask(("profile", pin), lambda: bedrock.resolve(case.access, case.place, pin, listing))
    except Failed as why:
        if why.has_code("ResourceNotFoundException"):
            return None
        raise


def models(case: Case, listing: Listing) -> dict[str, Model]:
    """The models of the pins that mean something here: {pin: model}."""
    found: dict[str, Model] = {}
    for pin in case.distinct_pins:
        try:
            model = find(case, listing, pin)
        except Failed:
            continue
        if model is not None:
            found[pin] = model
    return found


def is_application(pin: str) -> bool:
    return pin.startswith("arn:") and ":application-inference-profile/" in pin


def not_allowed(why: Failed) -> str:
    """What a look-up was not allowed to ask, in a word or in the provider's; "" where it failed otherwise."""
    if why.finding.check in REFUSED or why.has_code("AccessDenied", "AccessDeniedException"):
        return f"not allowed: {why.finding.facts.get('action') or why.words}"
    return ""


def result_for_refusal(case: Case, check: str, why: Failed) -> Finding | Skipped | Broken:
    """What a failed look-up that few may make means; a refusal says nothing of the profile, nor do words unknown."""
    if reason := not_allowed(why):
        return Skipped(check, reason)
    return Broken(check, why.words) if why.finding.check in _BUSY else result_for_failure(case, check, why)


def check_listing(case: Case) -> Iterator[Result]:
    """Whether the region lists its models to this profile; Claude Code itself asks for them, too."""
    try:
        found = listed(case)
    except Failed as why:
        if why.http_status is None and why.has_code(*_UNREACHED):
            yield case.fault(why)
        elif why.finding.check in _BUSY[:-1]:
            yield Broken("listing", why.words)
        else:
            yield result_for_failure(case, "listing", why)
        return
    yield Passed("listing", f"{len(found.models)} models at {found.place}")
