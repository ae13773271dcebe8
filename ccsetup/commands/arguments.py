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
    from ccsetup.system import system
    from ccsetup.workspace import Workspace

    workspace = cast("Workspace", context.obj or Workspace(system.here()))
    matching = [name for name in workspace.store.names() if name.startswith(incomplete)]
    return [(name, "not trusted") if _is_untrusted(workspace, name) else name for name in matching]


def _is_untrusted(workspace: "Workspace", name: str) -> bool:
    from ccsetup.system.errors import UserError

    try:
        return workspace.trust.is_imported(name) and workspace.untrusted(name, workspace.store.load(name)) is not None
    except UserError:
        return False


ProfileName = Annotated[str | None, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
Profile = Annotated[str, typer.Argument(metavar="NAME", help="The profile.", autocompletion=names)]
