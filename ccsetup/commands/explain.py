"""`ccsetup explain`: a page of `checks/`, or the page that recognises an error."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.explain_lines import markdown_lines
from ccsetup.knowledge import page_search, pages, surfaces
from ccsetup.knowledge.pages import Page
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.providers.excerpts import LARGEST
from ccsetup.providers.explanation import SURE, Explanation, explain_text, is_guess, read_codes
from ccsetup.system import bounds, console
from ccsetup.system.display import clip
from ccsetup.system.errors import PROBLEM, UserError
from ccsetup.system.spelling import suggest

EXAMPLE = """Explain an error and how to fix it.

Paste the error as it is, or pipe it in with -: Claude Code's output, a log, a transcript, JSON. A word lists the
pages about it; without an argument every page is listed.

  ccsetup explain settings-override
  ccsetup explain 'API Error: 403 {"Message":"Bearer Token has expired"}'
  claude -p hello 2>&1 | ccsetup explain -
  ccsetup explain sso
"""
_WORDS = 3  # up to so many are looked up, unless they are an error's whole message
_SHOWN = 5  # other pages


def slugs(incomplete: str) -> list[str]:
    return [slug for slug in pages.slugs() if slug.startswith(incomplete)]


def surface_names(incomplete: str) -> list[str]:
    return [name for name in surfaces.load_surfaces().surfaces if name.startswith(incomplete)]


def explain(
    context: Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SLUG|TEXT|-]", help="A page, an error message, or - to read one from stdin.", autocompletion=slugs
        ),
    ] = None,
    surface: Annotated[
        str | None,
        typer.Option("--surface", metavar="SURFACE", help="The provider, if known.", autocompletion=surface_names),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    workspace = context.obj
    home = str(workspace.system.home)
    if surface is not None:
        workspace.knowledge.surface(surface)  # an unknown one is refused
    given = " ".join(text or ())
    if not text:
        _list(tuple(map(pages.load_page, pages.slugs())), json=json, home=home)
    elif given in pages.slugs():
        page = pages.load_page(given)
        if json:
            _print_json(((page, {}),), home)
        else:
            _show(_document(page, {}))
    elif given == "-":
        _explain(_read_input(workspace.system.interactive), surface, workspace.knowledge, json=json, home=home)
    else:
        _explain(given, surface, workspace.knowledge, json=json, home=home, is_word=len(given.split()) <= _WORDS)


def _read_input(interactive: bool) -> str:
    """Read standard input; of more than can be an error, the end."""
    if interactive:
        console.say("Paste the error, then press Enter and Ctrl-D.")
    kept = b""
    if sys.stdin is not None:
        while piece := sys.stdin.buffer.read(LARGEST):
            kept = (kept + piece)[-4 * LARGEST :]
    return kept.decode(errors="replace")


def _explain(
    text: str, surface: str | None, knowledge: Knowledge, *, json: bool, home: str, is_word: bool = False
) -> None:
    matches = explain_text(text, knowledge, surface)
    if is_word and not any(match.known >= SURE for match in matches):
        found = page_search.find_pages(re.findall(r"\w[\w.]*", text))
        found = tuple(page for page in found if surface is None or surface in page.head.surfaces)
        if found:
            _list(found, json=json, home=home)
            if surface is None and len(found) > _SHOWN:
                console.say("fewer: add --surface, or paste the whole error")
            return
        matches = ()
    guesses: tuple[Explanation, ...] = ()
    if surface is None and is_guess(text, matches):
        guesses, matches = matches, ()
    if json:
        _print_json(tuple((match.page, match.facts) for match in matches), home)
    elif matches:
        _show_matches(matches, surface, home)
    if not matches:
        if json:
            raise typer.Exit(PROBLEM)
        raise _unrecognised(text, guesses, is_word=is_word)


def _show_matches(matches: tuple[Explanation, ...], surface: str | None, home: str) -> None:
    first, *others = matches
    facts = {name: console.redact(fact, home) for name, fact in first.facts.items()}
    text = _document(first.page, facts, without="You see")
    if others:
        text += "\n## Also possible\n\n"
        text += "".join(f"- `ccsetup explain {item.page.slug}`: {item.page.shown_title}\n" for item in others[:_SHOWN])
        if surface is None:
            text += "\nIf you know the provider, add `--surface`: "
            text += ", ".join(surfaces.load_surfaces().surfaces) + ".\n"
    _show(text)


def _unrecognised(text: str, guesses: Sequence[Explanation] = (), *, is_word: bool) -> UserError:
    """Return the error for a text that no page explains: what was read, what it would mean on the surfaces of
    `guesses`, and what to do next."""
    if not text.strip():
        return UserError("there is no error to explain", "pipe it in: claude -p hello 2>&1 | ccsetup explain -")
    near = suggest(text.strip(), pages.slugs()) if is_word else ""
    what = f"no page found for {clip(text.strip())!r}" if is_word else "no page of ccsetup explains this text"
    statuses, codes = read_codes(text)
    read = ", ".join((*(f"HTTP {status}" for status in statuses), *codes))
    hints = (
        near,
        f"read from it: {read}" if read else "",
        *(f"on surface {item.page.head.surfaces[0]}: ccsetup explain {item.page.slug}" for item in guesses[:_SHOWN]),
        "find the cause on this machine: ccsetup doctor --here" if not is_word else "",
        "search the pages: ccsetup explain WORD" if not is_word else "list all pages: ccsetup explain",
    )
    return UserError(what, tuple(hint for hint in hints if hint), PROBLEM)


def _document(page: Page, facts: Mapping[str, str], without: str = "") -> str:
    """Return the page as Markdown; on a terminal the facts need no escaping."""
    escape: Callable[[str], str] = str if sys.stdout.isatty() else escaped_markdown
    text = page.filled_text(facts, escape)
    if without:
        text = re.sub(rf"^## {without}\n.*?(?=^## |\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    more = f"\nMore: `ccsetup explain {page.slug}`\n" if without else ""
    return f"{text.rstrip()}\n\nSource: {page.head.source} ({page.head.seen})\n{more}"


def escaped_markdown(text: str) -> str:
    """Escape text from outside so that it cannot form a link, an image or a tag."""
    return re.sub(r"[\\`*\[\]<>|&~]", r"\\\g<0>", text)


def _show(text: str) -> None:
    if sys.stdout.isatty():
        console.print_lines(markdown_lines(text.rstrip("\n")), "")
    else:
        console.answer_document(text)


def _list(found: tuple[Page, ...], *, json: bool, home: str) -> None:
    if json:
        _print_json(tuple((page, {}) for page in found), home)
    else:
        console.answer(*console.table(("ERROR", "TITLE"), [(page.slug, page.shown_title) for page in found]))


def _print_json(matches: tuple[tuple[Page, Mapping[str, str]], ...], home: str) -> None:
    shown = [
        {
            "check": page.slug,
            "title": console.redact(page.filled(facts)[0], home),
            "facts": {name: bounds.short(console.redact(fact, home)) for name, fact in facts.items() if fact},
        }
        for page, facts in matches
    ]
    console.answer_json({"schema": 1, "matches": shown})
