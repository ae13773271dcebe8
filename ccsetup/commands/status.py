"""`ccsetup status`: shows what Claude Code would use now, and which layer decided it."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.current import print_status

EXAMPLE = """Show what Claude Code would use in this shell and folder, and which layer decides it.

Starts nothing and makes no request. --check asks Claude Code itself (`claude auth status`, no request either).

  ccsetup status
  ccsetup status --check
  ccsetup status --json
"""


def status_(
    context: Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare with what Claude Code itself reports.")] = False,
) -> None:
    raise typer.Exit(print_status(context.obj, json=json, check=check))
