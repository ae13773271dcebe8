"""Pages: each specimen is known by its own page and by no other, and nothing unknown is dressed up."""

import re
from collections.abc import Iterator

import pytest

from ccsetup.knowledge import pages
from ccsetup.providers import recognise
from ccsetup.providers.recognise import Said

KNOWN_BY_WORDS = [slug for slug in pages.slugs() if pages.load_page(slug).head.match]


def specimens(slug: str) -> Iterator[tuple[str, Said]]:
    """(surface, words) of each line under "You see" of a page, on each of its surfaces."""
    for surface in pages.load_page(slug).head.surfaces:
        yield from ((surface, Said(*words)) for words in pages.specimens(slug))


@pytest.mark.parametrize("slug", KNOWN_BY_WORDS)
def test_every_line_under_you_see_is_words_as_a_provider_says_them(slug: str) -> None:
    lines = re.findall(r"^> .+$", pages.load_page(slug).body, re.MULTILINE)
    assert len(pages.specimens(slug)) == len(lines) > 0


@pytest.mark.parametrize("slug", KNOWN_BY_WORDS)
def test_a_specimen_is_recognised_by_its_own_page(slug: str) -> None:
    for surface, said in specimens(slug):
        assert recognise.finding(said, surface).check == slug, (surface, said)


@pytest.mark.parametrize("slug", KNOWN_BY_WORDS)
def test_the_words_alone_fill_what_a_page_says(slug: str) -> None:
    """Placeholders without a default are filled by what every request knows and by the provider's message."""
    found = pages.load_page(slug)
    wanted = re.findall(r"\{([a-z_]+)\}", " ".join((found.title, found.remedy.text, *found.remedy.commands)))
    every_look_up = dict.fromkeys(
        (
            "profile",
            "place",
            "host",
            "origin",
            "url",
            "region",
            "project",
            "aws_profile",
            "signer",
            "google_signer",
            "user_adc",
            "service_account",
            "adc_path",
        ),
        "x",
    )
    for surface, said in specimens(slug):
        filled = {*recognise.finding(said, surface, behind_gateway=False, **every_look_up).facts}
        assert {*wanted} <= filled, (surface, said)


@pytest.mark.parametrize("slug", pages.slugs())
def test_a_page_explains_only_faults_that_have_pages(slug: str) -> None:
    assert {*pages.load_page(slug).head.explains} <= {*pages.slugs()} - {slug}


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        (Said(None, "throttlingException", "Too many tokens per day, please wait"), "bedrock-throttled-daily"),
        (Said(403, "com.amazon.coral.service#ExpiredTokenException", "old"), "aws-token-expired"),
        (Said(403, "UnrecognizedClientException:http://internal.amazon.com/coral/", "?"), "aws-key-invalid"),
        (Said(403, "403", "Bearer Token has expired"), "aws-bearer-expired"),
        (Said(429, "429", "Too many tokens, please wait before trying again."), "bedrock-throttled-tokens"),
        (Said(429, "ThrottlingException", "Rate exceeded"), "bedrock-throttled-requests"),
        (Said(400, "ValidationException", "tools.0: Operation not allowed here"), "unrecognised-error"),
        (Said(403, "AccessDeniedException", "no"), "unrecognised-error"),
        (Said(403, "permission_error", "no"), "unrecognised-error"),
        (
            Said(403, "AccessDeniedException", "Model access is denied due to X. Your AWS Marketplace subscription for "
                 "this model cannot be completed at this time."),
            "bedrock-agreement-pending",
        ),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_words_are_known_in_whatever_wrapping_they_come(said: Said, slug: str) -> None:
    assert recognise.finding(said, "bedrock").check == slug


def test_a_place_without_a_fact_says_its_own_words() -> None:
    found = pages.load_page("bedrock-model-ended")
    assert found.shown_title.startswith("A pinned model ")
    assert found.filled({"model": "us.anthropic.claude-opus-4-1"})[0].startswith("us.anthropic.claude-opus-4-1 ")


@pytest.mark.parametrize("surface", ["bedrock", "vertex", "api-key", "subscription"])
def test_words_that_no_page_knows_stay_unrecognised_and_are_kept(surface: str) -> None:
    found = recognise.finding(Said(418, "TeapotException", "short and stout"), surface)
    assert found.check == "unrecognised-error"
    assert found.facts["words"] == "418 TeapotException: short and stout"


def test_the_grammar_of_a_denial_gives_its_parts_as_facts() -> None:
    message = "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:ListFoundationModels because no policy"
    found = recognise.finding(Said(403, "AccessDeniedException", message), "bedrock")
    assert (found.check, found.facts["action"]) == ("bedrock-iam-list-denied", "bedrock:ListFoundationModels")
