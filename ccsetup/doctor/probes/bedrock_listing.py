"""Bedrock's listing in the profile's region."""

from collections.abc import Iterator

from ccsetup.doctor.probes import own_models
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.traits import PROFILES
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import bedrock
from ccsetup.providers.aws.endpoints import BASE
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.recognise import UNKNOWN

# The host was not reached. An incomplete answer after connecting only means that the check could not run.
_UNREACHED = ("EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError")
# A request that failed for one of these says nothing about the profile: it may succeed later.
_BUSY = (
    "look-ups-throttled", "bedrock-throttled-requests", "bedrock-throttled-tokens", "bedrock-unavailable", UNKNOWN,
)  # fmt: skip
REFUSED = (
    "bedrock-iam-list-denied", "bedrock-iam-denied", "bedrock-explicit-deny", "bedrock-scp-denied",
    "bedrock-permissions-boundary", "bedrock-session-policy", "bedrock-vpc-endpoint-policy",
)  # fmt: skip


def fetch_listing(case: Case) -> Listing:
    """Return the region's catalogue, requested once. Raises Failed if it is not available."""
    return case.known or case.ask(("listing", case.place), lambda: list_models(case.access))


def known_listing(case: Case) -> Listing | None:
    """Like `fetch_listing`, but None on failure, which the listing's own probe reports."""
    try:
        return fetch_listing(case)
    except Failed:
        return None


def find(case: Case, listing: Listing, pin: str) -> Model | None:
    """Return the model that the pin means in this region; None if not found. Raises Failed if the request is denied.

    An application profile is in no listing, so its ARN is requested.
    """
    model = listing.find(pin) or listing.find(own_models.sent_id(case, listing, pin))
    if model is not None or not is_application(pin):
        return model
    try:
        return case.ask(("profile", pin), lambda: bedrock.resolve(case.access, case.place, pin, listing))
    except Failed as error:
        if error.has_code("ResourceNotFoundException"):
            return None
        raise


def sent_pins(case: Case) -> dict[str, str]:
    """Each id that Claude Code sends for the pins, with the first tier that pins it: {id: tier}. Where it chooses the
    id's form, that is what the region lists."""
    tiers: dict[str, str] = {}
    for pin, tier in case.distinct_pins.items():
        is_chosen = case.surface.lists == PROFILES and own_models.is_own(case, pin)
        sent = own_models.sent_id(case, known_listing(case) if is_chosen else None, pin)
        tiers.setdefault(sent, tier)
    return tiers


def models(case: Case, listing: Listing) -> dict[str, Model]:
    """Return {pin: model} for the pins that the region knows."""
    pinned: dict[str, Model] = {}
    for pin in case.distinct_pins:
        try:
            model = find(case, listing, pin)
        except Failed:
            continue
        if model is not None:
            pinned[pin] = model
    return pinned


def is_application(pin: str) -> bool:
    return pin.startswith("arn:") and ":application-inference-profile/" in pin


def not_allowed(error: Failed) -> str:
    """Return why a request was denied: the action or the provider's message; "" if it failed for another reason."""
    if error.finding.check in REFUSED or error.has_code("AccessDenied", "AccessDeniedException"):
        return f"not allowed: {error.finding.facts.get('action') or error.words}"
    return ""


def result_for_refusal(case: Case, check: str, error: Failed) -> Finding | Skipped | Broken:
    """Return the result for a failed request that few identities may make.

    A denied or unrecognised refusal says nothing about the profile.
    """
    if reason := not_allowed(error):
        return Skipped(check, reason)
    return Broken(check, error.words) if error.finding.check in _BUSY else result_for_failure(case, check, error)


def is_unreached(error: Failed) -> bool:
    """Whether the host was not reached."""
    return error.http_status is None and error.has_code(*_UNREACHED)


def check_listing(case: Case) -> Iterator[Result]:
    """Check that the region lists its models for this profile; Claude Code makes the same request, but can do without
    where only this host cannot be reached."""
    try:
        listing = fetch_listing(case)
    except Failed as error:
        if is_unreached(error):
            # Seen on 2.1.332: the client goes on without a listing.
            yield case.fault(error) if case.access.environment.get(BASE) else Broken("listing", error.words)
        elif error.finding.check in _BUSY[:-1]:
            yield Broken("listing", error.words)
        else:
            yield result_for_failure(case, "listing", error)
        return
    yield Passed("listing", f"{len(listing.models)} models at {listing.place}")
