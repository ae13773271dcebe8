"""Pages: each specimen is known by its own page and by no other, and nothing unknown is dressed up."""

import re

import pytest

from ccsetup import page, recognise
from ccsetup.recognise import Said


def specimens() -> list[tuple[str, str, Said]]:
    """(slug, surface, words) of each line under "You see" of a page that is known by words."""
    return [
        (slug, surface, Said(*words))
        for slug in page.slugs()
        if page.load(slug).head.match
        for words in page.specimens(slug)
        for surface in page.load(slug).head.surfaces
    ]


@pytest.mark.parametrize("slug", [slug for slug in page.slugs() if page.load(slug).head.match])
def test_every_line_under_you_see_is_words_as_a_provider_says_them(slug: str) -> None:
    lines = re.findall(r"^> .+$", page.load(slug).body, re.MULTILINE)
    assert len(page.specimens(slug)) == len(lines) > 0


@pytest.mark.parametrize(("slug", "surface", "said"), specimens(), ids=lambda value: str(value)[:40])
def test_a_specimen_is_recognised_by_its_own_page(slug: str, surface: str, said: Said) -> None:
    assert recognise.finding(said, surface).check == slug


@pytest.mark.parametrize("surface", ["bedrock", "vertex", "api-key", "subscription"])
def test_words_that_no_page_knows_stay_unrecognised_and_are_kept(surface: str) -> None:
    found = recognise.finding(Said(418, "TeapotException", "short and stout"), surface)
    assert found.check == "unrecognised-error"
    assert found.facts["words"] == "418 TeapotException: short and stout"


def test_the_grammar_of_a_denial_gives_its_parts_as_facts() -> None:
    message = "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:ListFoundationModels because no policy"
    found = recognise.finding(Said(403, "AccessDeniedException", message), "bedrock")
    assert (found.check, found.facts["action"]) == ("bedrock-iam-list-denied", "bedrock:ListFoundationModels")
