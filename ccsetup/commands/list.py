"""`ccsetup list`: lists the profiles."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.listing import print_profiles

EXAMPLE = """List the profiles (* = active).

  ccsetup list
  ccsetup list --json
"""


def list_(context: Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    raise typer.Exit(print_profiles(context.obj, json=json))
