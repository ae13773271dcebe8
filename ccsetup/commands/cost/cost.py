"""`ccsetup cost`: what was used here, on whose bill."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ccsetup.advice.since import METAVAR
from ccsetup.commands.arguments import Context, names
from ccsetup.commands.cost.figures import Question, print_cost

EXAMPLE = """Show what Claude Code used on this machine, what it cost, and what drove it.

Reads Claude Code's transcripts in all its configuration folders, offline. Claude Code deletes transcripts after a
while; ccsetup keeps the counts, but no text. Days are UTC, as on the providers' bills. Amounts use the prices that
`ccsetup prices` last read; they are not an invoice.

  ccsetup cost
  ccsetup cost work --since 7d --by model
  ccsetup cost --since 2026-11-01 --by day --json
  ccsetup cost --by project --anonymous   # without project names
  ccsetup cost --parts                    # what comes before every prompt
  ccsetup cost --parts --html cost.html   # a page with charts
"""

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME…]", help="Profiles to include. [default: all]", autocompletion=names),
]
By = Literal["day", "week", "month", "model", "project", "session", "profile", "surface"]


def cost(
    context: Context,
    given: Names = None,
    since: Annotated[
        str, typer.Option(metavar=METAVAR, help="From this day on; also 24h, 2w, 3m (months), yesterday.")
    ] = "30d",
    by: Annotated[By, typer.Option(help="Group the table by this.")] = "profile",
    parts: Annotated[
        bool, typer.Option("--parts", help="Also show what precedes every prompt: system prompt, tools, MCP servers.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts (mode 0600).")] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave out project, branch and session names.")
    ] = False,
) -> None:
    print_cost(context.obj, Question(tuple(given or ()), since, by, parts, json, html, anonymous))
