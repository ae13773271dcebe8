"""Vertex AI's models: what Model Garden lists, and whether the pins are among it."""

from collections.abc import Iterator

from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_failure
from ccsetup.doctor.probes.pins import judged, means, named
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import NEEDED, Listing
from ccsetup.providers.google import credentials, vertex
from ccsetup.providers.listing import list_models

_PERMISSION = ("vertex-iam-denied", "gcp-quota-project-denied")  # the second is found where it is a fault


@google_shared.asking("listing")
def listing(case: Case) -> Iterator[Result]:
    """Whether Model Garden shows its models to this profile; Claude Code never asks for them."""
    try:
        found = listed(case)
    except Failed as why:
        if why.status == "denied" and (_gateway(case, why) or why.finding.check in _PERMISSION):
            yield Skipped("listing", why.words)
        else:
            yield result_for_failure(case, "listing", why)
        return
    yield Passed("listing", f"{len(found.models)} models in Model Garden")


@google_shared.asking("pins")
def pins(case: Case) -> Iterator[Result]:
    """Each pin against Model Garden, which says what exists, and not where it is served."""
    yield from judged(case, listed, _pin)


def _pin(case: Case, found: Listing, pin: str, tier: str) -> Iterator[Finding]:
    if named(found, pin) is None:
        yield case.finding(
            "vertex-model-not-found", model=pin, tier=tier, nearest=catalogue.describe_nearest(pin, found)
        )


def unpinned(case: Case) -> Iterator[Result]:
    """Offline: the tiers that are left to the client's own alias, which moves with its updates."""
    missing = [tier for tier in NEEDED if tier not in case.pins]
    for tier in missing:
        yield Finding("pin-missing", case.facts(tier=tier, means=means(case, tier), model="ID"), "warning")
    if not missing:
        yield Passed("unpinned", "every tier that Claude Code needs is pinned")


def enabled(case: Case) -> Iterator[Result]:
    """Which models somebody has enabled in Model Garden: no API tells. A refused request does, and its words."""
    if not case.live:
        yield Skipped("enabled", "no free look-up tells which models are enabled for the project; --live does")


def _gateway(case: Case, why: Failed) -> bool:
    """Whether it is a gateway that answers so: it need not have a listing, which Claude Code never asks for."""
    moved = credentials.endpoint("AIPLATFORM", case.access.environment, "")
    own = case.access.environment.get("ANTHROPIC_VERTEX_BASE_URL")
    return bool(own) and not moved and why.http_status in (404, 405, 501)


def listed(case: Case) -> Listing:
    """Model Garden is the same from every location."""
    return case.known or google_shared.once(case, vertex.hosts(case.access), lambda: list_models(case.access))
