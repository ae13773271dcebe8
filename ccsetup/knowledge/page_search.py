"""Find the pages about a word."""

import re
from collections.abc import Iterable, Iterator

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Page


def find_pages(words: Iterable[str]) -> tuple[Page, ...]:
    """Return the pages that have all of the words, those that have them in slug, title and error code first."""
    wanted = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in words]
    ranked = []
    for page in map(pages.load_page, pages.slugs()):
        places = tuple(_places(page))
        ranks = [next((rank for rank, text in enumerate(places) if word.search(text)), None) for word in wanted]
        if ranks and None not in ranks:
            ranked.append((max(rank for rank in ranks if rank is not None), page.slug, page))
    return tuple(page for *_, page in sorted(ranked, key=lambda item: item[:2]))


def _places(page: Page) -> Iterator[str]:
    """Yield where a page may have a word, what says most first."""
    codes = " ".join(f"{match.code or ''} {match.status or ''}" for match in page.head.match)
    specimens = (f"{status or ''} {code} {message}" for status, code, message, _ in pages.specimens(page.slug))
    yield page.slug.replace("-", " ")
    yield f"{page.slug} {page.shown_title} {codes}"
    yield " ".join(specimens)
    yield page.shown_body
