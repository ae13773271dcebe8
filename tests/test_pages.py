"""Pages: each specimen is known by its own page and by no other, and nothing unknown is dressed up."""

import re

import pytest

from ccsetup import page, recognise
from ccsetup.recognise import Said

_SPECIMEN = re.compile(r"(?:(?P<status>\d{3}) )?(?P<code>[\w.-]+): (?P<message>.*)", re.DOTALL)


def specimens() -> list[tuple[str, str, Said]]:
    """(slug, surface, words) of each line under "You see" of a page that is known by words."""
    found = []
    for slug in page.slugs():
        one = page.load(slug)
        if not one.head.match:
            continue
        for line in re.findall(r"^> (.+)$", one.body, re.MULTILINE):
            words = _SPECIMEN.fullmatch(line)
            assert words, f"checks/{slug}.md: {line!r} is not of the form '[STATUS] CODE: message'"
            status = int(words["status"]) if words["status"] else None
            found += [(slug, surface, Said(status, words["code"], words["message"])) for surface in one.head.surfaces]
    return found


@pytest.mark.parametrize(("slug", "surface", "said"), specimens(), ids=lambda value: str(value)[:40])
def test_a_specimen_is_recognised_by_its_own_page(slug: str, surface: str, said: Said) -> None:
    assert recognise.finding(said, surface).check == slug


def test_every_page_that_is_known_by_words_shows_them() -> None:
    shown = {slug for slug, _, _ in specimens()}
    assert {slug for slug in page.slugs() if page.load(slug).head.match} == shown


@pytest.mark.parametrize("surface", ["bedrock", "vertex", "api-key", "subscription"])
def test_words_that_no_page_knows_stay_unrecognised_and_are_kept(surface: str) -> None:
    found = recognise.finding(Said(418, "TeapotException", "short and stout"), surface)
    assert found.check == "unrecognised-error"
    assert found.facts["words"] == "418 TeapotException: short and stout"


def test_the_grammar_of_a_denial_gives_its_parts_as_facts() -> None:
    message = "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:ListFoundationModels because no policy"
    found = recognise.finding(Said(403, "AccessDeniedException", message), "bedrock")
    assert (found.check, found.facts["action"]) == ("bedrock-iam-list-denied", "bedrock:ListFoundationModels")
