"""`ccsetup trust`: allows what imported profiles would do."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import Context, names
from ccsetup.profile.profile import Profile
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

_Read = tuple[bytes, Profile]

EXAMPLE = """Allow what an imported profile would run, read and send.

Shows each variable, host, program, path and secret, then asks. The permission covers exactly this text of the profile;
after a change it is needed again.

  ccsetup trust shared
  ccsetup trust --all          # every profile that needs permission: shows them all, then asks once
  ccsetup trust shared --yes   # without a terminal
"""


def trust(
    context: Context,
    profiles: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Profiles to allow.", autocompletion=names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every profile that needs permission.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    workspace = context.obj
    if bool(profiles) == all_:
        raise UserError("trust needs the names of profiles, or --all", "see which are not trusted: ccsetup list")
    waiting = _needing_all(workspace) if all_ else _needing(workspace, profiles or ())
    if not waiting:
        return
    for name, (_, profile) in waiting.items():
        trust_prompt.show(workspace, name, profile, workspace.outcome(name, profile))
    if not trust_prompt.ask_permission(workspace, tuple(waiting), yes=yes):
        raise UserError("nothing was allowed", "one at a time: ccsetup trust NAME" if len(waiting) > 1 else "")
    _allow(workspace, waiting)


def _needing(workspace: Workspace, chosen: Sequence[str]) -> dict[str, _Read]:
    """Return those of the chosen profiles that need permission; say which do not."""
    waiting = {}
    for name in chosen:
        text = workspace.store.text(name)
        profile = workspace.store.read(name, text)
        if trust_prompt.needs_permission(workspace, name, profile):
            waiting[name] = text, profile
        else:
            console.say(f"profile {name} needs no permission; there is nothing to allow")
    return waiting


def _needing_all(workspace: Workspace) -> dict[str, _Read]:
    """Return every profile that needs permission; say which cannot be read."""
    waiting = {}
    for name in workspace.store.names():
        try:
            text = workspace.store.text(name)
            profile = workspace.store.read(name, text)
            if trust_prompt.needs_permission(workspace, name, profile):
                waiting[name] = text, profile
        except UserError as error:
            console.say(f"{name} is left out: {error.message}")
    if not waiting:
        console.say("no profile needs permission; there is nothing to allow")
    return waiting


def _allow(workspace: Workspace, waiting: Mapping[str, _Read]) -> None:
    """Record the texts that were shown: all of them, or none if one was changed since."""
    with workspace.store.lock():
        for name, (text, _) in waiting.items():
            if workspace.store.text(name) != text:
                raise UserError(
                    f"{name} was changed meanwhile; nothing was allowed", f"review it again: ccsetup trust {name}"
                )
        for name, (text, profile) in waiting.items():
            if workspace.trust.is_imported(name):
                workspace.trust.allow(name, text)
            else:
                workspace.trust.record(name, workspace.to_record(profile))
    for name in waiting:
        console.say(f"profile {name} is trusted on this machine, as it is now")
