"""`ccsetup surfaces`: the surfaces, and the settings of one."""

import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.help_page import page_width, section
from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Surface
from ccsetup.system import console

EXAMPLE = """List the surfaces (ways to reach Claude), and the settings of one.

  ccsetup surfaces
  ccsetup surfaces bedrock
  ccsetup surfaces bedrock --json
"""

COMMON = (
    ("models.opus=ID", "Pin a tier to a model id; also sonnet, haiku, fable."),
    ("models.default=opus", "The tier or model id that a session starts with."),
    ("env.NAME=VALUE", "An additional environment variable."),
    ("expect.account=ID", "Fail if signed in to another account; also project, organization."),
    ("allow_http=true", "Allow a base URL without TLS."),
)


def surface_names(context: typer.Context, incomplete: str) -> list[str]:
    from ccsetup.knowledge.surfaces import load_surfaces

    del context
    return [name for name in load_surfaces().surfaces if name.startswith(incomplete)]


def surfaces(
    context: Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Show the settings of this surface.", autocompletion=surface_names),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    knowledge = context.obj.knowledge
    chosen = {name: knowledge.surface(name)} if name else dict(knowledge.surfaces)
    if json:
        console.answer_json({"schema": 1, "surfaces": [_document(*item) for item in chosen.items()]})
    elif name:
        console.answer_styled("\n".join(_settings(name, chosen[name])).rstrip("\n"))
    else:
        rows = [(surface_name, surface.title, surface.bills) for surface_name, surface in chosen.items()]
        console.answer(*console.table(("SURFACE", "PROVIDER", "BILL"), rows))
        console.say("", "Settings of one: ccsetup surfaces NAME")


def _settings(name: str, surface: Surface) -> Iterator[str]:
    width = page_width()
    yield console.bold(f"{name}: {surface.title}")
    yield f"Bill: {surface.bills}"
    yield ""
    for title, required in (("Required", True), ("Optional", False)):
        rows = [(_key(ask), _meaning(ask, surface)) for ask in surface.ask if ask.required is required]
        yield from section(title, rows, width)
    for group in surface.exactly_one:
        yield from textwrap.wrap(f"Set exactly one of {', '.join(group)}.", width)
    for group in surface.at_most_one:
        yield from textwrap.wrap(f"Set at most one of {', '.join(group)}.", width)
    if surface.exactly_one or surface.at_most_one:
        yield ""
    yield from section("Every surface", list(COMMON), width)
    given = "".join(f" --set {ask.name}={ask.example}" for ask in surface.ask if ask.required and ask.example)
    yield from section("Example", [(f"ccsetup init NAME --surface {name}{given}", "")], width)


def _key(ask: Ask) -> str:
    return f"{ask.name}={'|'.join(ask.one_of) if 0 < len(ask.one_of) < 4 else '…'}"


def _meaning(ask: Ask, surface: Surface) -> str:
    words = [ask.text.rstrip(".") + "."]
    if len(ask.one_of) >= 4:
        words.append(f"One of: {', '.join(ask.one_of)}.")
    if ask.example:
        words.append(f"Example: {ask.example}")
    if ask.secret:
        words.append(f"{_secret(ask, surface)} (env:NAME, file:PATH, op://…, cmd:COMMAND).")
    return " ".join(words)


def _secret(ask: Ask, surface: Surface) -> str:
    """How a secret is given: --key-stdin fills one setting of a surface."""
    if ask == surface.secret:
        return "A secret: --key-stdin, or a reference"
    return "With a credential in it, give a reference" if ask.plain else "A secret: a reference"


def _document(name: str, surface: Surface) -> dict[str, object]:
    return {
        "surface": name,
        "title": surface.title,
        "billed_by": surface.bills,
        "settings": [
            {
                "name": ask.name,
                "meaning": ask.text,
                "example": ask.example or None,
                "one_of": list(ask.one_of),
                "required": ask.required,
                "secret": ask.secret,
            }
            for ask in surface.ask
        ],
        "exactly_one": [list(group) for group in surface.exactly_one],
        "at_most_one": [list(group) for group in surface.at_most_one],
    }
