"""`ccsetup trust`: allows what an imported profile would do."""

from typing import Annotated

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import Context, Profile
from ccsetup.system import console
from ccsetup.system.errors import UserError

EXAMPLE = """Allow what an imported profile would run, read and send.

Shows each variable, host, program, path and secret, then asks. The permission covers exactly this text of the profile;
after a change it is asked for again.

  ccsetup trust shared
  ccsetup trust shared --yes   # without a terminal
"""


def trust(
    context: Context,
    name: Profile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    workspace = context.obj
    text = workspace.store.text(name)
    profile = workspace.store.read(name, text)
    if not trust_prompt.needs_permission(workspace, name, profile):
        console.say(f"profile {name} needs no permission; there is nothing to allow")
        return
    trust_prompt.show(workspace, name, profile, workspace.outcome(name, profile))
    if not trust_prompt.ask_permission(workspace, name, yes=yes):
        raise UserError("nothing was allowed")
    with workspace.store.lock():
        if workspace.store.text(name) != text:
            raise UserError(f"{name} was changed meanwhile; nothing was allowed", f"look again: ccsetup trust {name}")
        if workspace.trust.is_imported(name):
            workspace.trust.allow(name, text)
        else:
            workspace.trust.record(name, workspace.to_record(profile))
    console.say(f"profile {name} is trusted here, in its present text")
