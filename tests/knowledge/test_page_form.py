"""Every page has one form: what is wrong, how to fix it, why it happens, what you see, and where to read on."""

import re

import pytest

from ccsetup.knowledge import pages

SEE = re.compile(r"`ccsetup explain ([a-z-]+)`(?:, )?")
# Words that a person would have to translate; see /CONTRIBUTING.md, "Add a fault".
QUAINT = re.compile(
    r"\b(whoever|nobody|somebody|anew|mend|yields|cannot be had|stands in|for want of)\b", re.IGNORECASE
)


@pytest.mark.parametrize("slug", pages.slugs())
def test_page_leads_with_fix_and_comments_its_commands(slug: str) -> None:
    page = pages.load_page(slug)
    assert not page.title.endswith((".", "!", "?"))
    assert page.remedy.text, "a page without advice"
    commands = page.remedy.commands
    uncommented = [command for command in commands if "   # " not in command]
    assert len(commands) < 2 or not uncommented


@pytest.mark.parametrize("slug", pages.slugs())
def test_see_also_names_other_pages(slug: str) -> None:
    _, _, links = pages.load_page(slug).body.partition("## See also\n\n")
    named = SEE.findall(links)
    assert SEE.sub("", links).strip() == ""
    assert {*named} <= {*pages.slugs()} - {slug}
    assert len({*named}) == len(named)


@pytest.mark.parametrize("slug", pages.slugs())
def test_page_avoids_quaint_words(slug: str) -> None:
    page = pages.load_page(slug)
    own = [line for line in page.body.splitlines() if not line.startswith(">")]
    assert QUAINT.findall("\n".join((page.title, *own))) == []


@pytest.mark.parametrize("slug", [slug for slug in pages.slugs() if not pages.load_page(slug).head.match])
def test_title_shown_under_you_see_is_the_title(slug: str) -> None:
    """A quoted line that begins like the title is the title with its facts: a changed title changes both."""
    page = pages.load_page(slug)
    words = re.split(r"\{[^}]*\}", page.title)
    whole = re.compile(".+".join(map(re.escape, words)))
    longest = max(words, key=len).strip()
    for line in re.findall(r"^> (.+)$", page.body, re.MULTILINE):
        assert longest not in line or whole.fullmatch(line)
