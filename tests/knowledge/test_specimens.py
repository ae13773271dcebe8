"""What a page quotes, the lab can serve: over HTTP it arrives as it stands, and is recognised by that page."""

from collections.abc import Iterator

import pytest

from ccsetup.knowledge import pages
from ccsetup.lab.call import Service
from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from ccsetup.providers import http, recognise
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.google import api
from ccsetup.providers.recognise import Said

GRANTS = {"invalid_grant", "invalid_client", "unauthorized_client", "deleted_client"}
PREDICT = "/v1/projects/acme-ml/locations/global/publishers/anthropic/models/claude-opus-5-5"
ACT_AS = "/v1/projects/-/serviceAccounts/claude@acme-ml.iam.gserviceaccount.com:generateAccessToken"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def is_googles(slug: str, surface: str) -> bool:
    """Whether Google itself says so: on Claude Platform on Google Cloud both it and Anthropic speak."""
    return surface == "vertex" or (surface == "claude-gcp" and slug.startswith("gcp-"))


def routes(slug: str, surface: str, words: Said) -> tuple[tuple[Service, str], ...]:
    """The services that say such words on this surface, and what to ask them."""
    if not is_googles(slug, surface):
        return (("anthropic", "/v1/models"), ("anthropic", "/v1/messages"))
    if words.code in GRANTS:
        return (("google-token", "/token"),)
    if "iam.serviceAccounts" in words.message:
        return (("iamcredentials", ACT_AS),)
    return (("aiplatform", f"{PREDICT}:rawPredict"), ("aiplatform", f"{PREDICT}:streamRawPredict"))


def served(slug: str) -> list[tuple[str, Said, Service, str]]:
    """(surface, words, service, path) of each specimen of a page that has an HTTP status, but for AWS's."""
    return [
        (surface, words, service, path)
        for words in (Said(*given) for given in pages.specimens(slug))
        if pages.load_page(slug).head.match and words.status
        for surface in pages.load_page(slug).head.surfaces
        if surface != "bedrock"
        for service, path in routes(slug, surface, words)
    ]


def ask(lab: Lab, path: str) -> http.Response:
    return http.request("GET" if path == "/v1/models" else "POST", f"{lab.url}{path}", {}, body=b"{}")


def heard(slug: str, surface: str, answer: http.Response) -> Said:
    """The answer as ccsetup reads it, on Vertex also in the shape that is Anthropic's own."""
    read = (
        api.google_error if is_googles(slug, surface) and b'"type": "error"' not in answer.body else protocol.api_error
    )
    return read(answer)


@pytest.mark.parametrize("slug", [slug for slug in pages.slugs() if served(slug)])
def test_a_specimen_is_served_as_it_stands(lab: Lab, slug: str) -> None:
    for surface, words, service, path in served(slug):
        assert words.status is not None
        lab.inject(Fault.from_specimen(service, words.status, words.code, words.message, details=words.parts))
        got = heard(slug, surface, ask(lab, path))
        lab.clear_faults()
        assert (got.status, got.message) == (words.status, words.message)
        assert got.code == words.code or words.message.startswith("<")
        assert words.parts.items() <= got.parts.items()
        assert recognise.finding(got, surface).check == slug


def test_headers_of_a_specimen_reach_the_client(lab: Lab) -> None:
    text = "This request would exceed your organization's rate limit of 50 requests per minute."
    told = (("retry-after", "17"),)
    lab.inject(Fault.from_specimen("anthropic", 429, "rate_limit_error", text, headers=told, times=1))
    assert ask(lab, "/v1/models").headers["retry-after"] == "17"
