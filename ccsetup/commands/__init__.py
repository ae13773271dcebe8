"""One file a command: parse, call the core, hand the result to `report`."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from ccsetup.desk import Desk


class Context(typer.Context):
    """The context of a command, with what is on its desk."""

    obj: "Desk"


def names(context: typer.Context, incomplete: str) -> list[str]:
    """The profiles that begin with what is typed, for completion."""
    from ccsetup import world
    from ccsetup.desk import Desk

    desk = cast("Desk", context.obj or Desk(world.here()))
    return [name for name in desk.store.names() if name.startswith(incomplete)]


ProfileName = Annotated[str | None, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
Profile = Annotated[str, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
