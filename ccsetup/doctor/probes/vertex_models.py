"""Probes of Vertex AI's models: what Model Garden lists, and whether it lists the pins."""

from collections.abc import Iterator

from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.doctor.probes.pins import compare_pins, find_pinned
from ccsetup.providers import catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import Listing
from ccsetup.providers.google import credentials, vertex
from ccsetup.providers.listing import list_models

# The second is a fault if Claude Code would send the quota project too.
_PERMISSION = ("vertex-iam-denied", "gcp-quota-project-denied")


@google_shared.needs_google_credentials("listing")
def listing(case: Case) -> Iterator[Result]:
    """Check that Model Garden lists its models for this profile; Claude Code never makes that request."""
    try:
        models_listing = fetch_listing(case)
    except Failed as error:
        counted, named = credentials.quota_project(case.access)
        if error.finding.check == "gcp-quota-project-denied" and named:
            yield case.finding(error.finding.check, quota_project=counted, words=error.words)
        elif error.status == "denied" and (_gateway(case, error) or error.finding.check in _PERMISSION):
            yield Skipped("listing", error.words)
        else:
            yield result_for_failure(case, "listing", error)
        return
    yield Passed("listing", f"{len(models_listing.models)} models in Model Garden")


@google_shared.needs_google_credentials("pins")
def pins(case: Case) -> Iterator[Result]:
    """Check each pin against Model Garden, which lists the models but not their locations."""
    yield from compare_pins(case, fetch_listing, _pin)


def _pin(case: Case, model_list: Listing, pin: str, tier: str) -> Iterator[Result]:
    if find_pinned(case, model_list, pin) is not None:
        return
    if model_list.is_unlisted(pin):
        reason = f"no listing has {pin}, so it was not looked up; pin a model that is listed, or ask with --live"
        yield Skipped("pins", reason) if case.live else Broken("pins", reason)
    else:
        yield case.finding(
            "vertex-model-not-found", model=pin, tier=tier, nearest=catalogue.describe_nearest(pin, model_list)
        )


def enabled(case: Case) -> Iterator[Result]:
    """Report that only --live shows which models are enabled in Model Garden: no API lists them."""
    if not case.live:
        yield Skipped("enabled", "no free request shows which models are enabled for the project; use --live")


def _gateway(case: Case, error: Failed) -> bool:
    """Whether a gateway gave this answer: it need not have a listing, which Claude Code never requests."""
    moved = credentials.endpoint("AIPLATFORM", case.access.environment, "")
    own = case.access.environment.get("ANTHROPIC_VERTEX_BASE_URL")
    return bool(own) and not moved and error.http_status in (404, 405, 501)


def fetch_listing(case: Case) -> Listing:
    """Return Model Garden's listing, which is the same for every location."""
    return case.known or google_shared.once(case, vertex.hosts(case.access), lambda: list_models(case.access))
