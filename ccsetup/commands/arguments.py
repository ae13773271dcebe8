"""Arguments that several commands share."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from ccsetup.workspace import Workspace


class Context(typer.Context):
    """A command's context, which holds its workspace."""

    obj: "Workspace"


def names(context: typer.Context, incomplete: str) -> list[str | tuple[str, str]]:
    """Return the profiles that begin with the typed text, for completion; shells that show help mark untrusted ones."""
    from ccsetup.commands import quick_completion
    from ccsetup.system import system
    from ccsetup.workspace import Workspace

    workspace = cast("Workspace", context.obj or Workspace(system.here()))
    matching = [item for item in quick_completion.profiles(workspace) if item[0].startswith(incomplete)]
    return [(name, note) if note else name for name, note in matching]


ProfileName = Annotated[str | None, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
ChosenName = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME", help="The profile. [default: the one used here; see ccsetup use]", autocompletion=names
    ),
]
Profile = Annotated[str, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
