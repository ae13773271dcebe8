"""`ccsetup explain`: shows a page of `checks/`."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.knowledge import pages
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import suggest

EXAMPLE = """Explain an error and how to fix it.

Without a slug it lists every page.

  ccsetup explain settings-override
"""


def slugs(incomplete: str) -> list[str]:
    return [slug for slug in pages.slugs() if slug.startswith(incomplete)]


def explain(
    context: Context,
    slug: Annotated[str | None, typer.Argument(metavar="SLUG", autocompletion=slugs)] = None,
) -> None:
    known = pages.slugs()
    if slug is None:
        console.answer(*console.table(("SLUG", "TITLE"), [(name, pages.load_page(name).shown_title) for name in known]))
        return
    if slug not in known:
        raise UserError(f"no page is called {slug!r}", suggest(slug, known) or "list them with: ccsetup explain")
    page = pages.load_page(slug)
    console.answer_document(
        f"# {page.shown_title}\n\n{page.shown_body}\n\nSource: {page.head.source} ({page.head.seen})\n"
    )
