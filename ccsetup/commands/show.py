"""`ccsetup show`: shows one profile without its secrets."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context, Profile
from ccsetup.commands.showing import print_profile

EXAMPLE = """Show a profile's settings, and where its secret is stored.

  ccsetup show bedrock-prod
  ccsetup show bedrock-prod --json
"""


def show(
    context: Context, name: Profile, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    raise typer.Exit(print_profile(context.obj, name, json=json))
