"""`ccsetup copy`, `rename` and `remove`: profiles with their secrets and trust."""

from pathlib import Path
from typing import Annotated

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import Context, Profile
from ccsetup.profile.folders import Folders
from ccsetup.profile.profile import Profile as Answers
from ccsetup.profile.removed import Snapshot
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

COPY = """Copy a profile, including its secret in the keyring.

  ccsetup copy bedrock-prod bedrock-test
"""
RENAME = """Rename a profile.

  ccsetup rename prod bedrock-prod
"""
REMOVE = """Remove a profile and its secret in the keyring (asks first).

  ccsetup remove old
  ccsetup remove old --undo   # restore it, without its secret
"""

NewName = Annotated[str, typer.Argument(metavar="NEW", help="Name of the new profile.")]


def copy(context: Context, name: Profile, new: NewName) -> None:
    workspace = context.obj
    with workspace.store.lock():
        _copy(workspace, name, new)
    console.say(f"copied {name} to {new}")
    trust_prompt.warn_if_untrusted(workspace, new, workspace.store.load(new))


def rename(context: Context, name: Profile, new: NewName) -> None:
    workspace = context.obj
    with workspace.store.lock():
        _copy(workspace, name, new)
        folders = Folders(workspace.system)
        is_default = folders.default == name
        _remove(workspace, name)
        if is_default:
            folders.set_default(new)
    console.say(f"renamed {name} to {new}")
    trust_prompt.warn_if_untrusted(workspace, new, workspace.store.load(new))


def remove(
    context: Context,
    name: Profile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Restore the removed profile, without its secret.")] = False,
) -> None:
    workspace = context.obj
    if undo:
        _undo(workspace, name)
        return
    text = workspace.store.text(name)
    _show(workspace, name, text)
    if not prompt.confirm(f"Remove {name}?", workspace.system, yes=yes):
        raise UserError("nothing was removed")
    with workspace.store.lock():
        was_default = Folders(workspace.system).default == name
        if workspace.store.text(name) != text:
            raise UserError(f"{name} was changed by another program in the meantime", "nothing was removed")
        snapshot = _snapshot(workspace, name, text)
        if snapshot is not None:
            workspace.removed.keep(name, snapshot)
        _remove(workspace, name)
    console.say(f"removed {name}{', which was the default' if was_default else ''}")
    if snapshot is not None:
        console.say(f"  restore it: ccsetup remove {name} --undo")


def _show(workspace: Workspace, name: str, text: bytes) -> None:
    """Show what will be removed, and which parts cannot be restored."""
    home = str(workspace.system.home)
    console.say(console.redact(f"remove {name}: {workspace.store.path(name)}", home))
    try:
        profile = workspace.store.read(name, text)
    except UserError:
        console.say("  it cannot be read, so no copy is kept")
        return
    if entries := workspace.own_entries(profile):
        console.say(f"  and its {', '.join(entries)} in this machine's keyring, which --undo cannot restore")
    try:
        others = [workspace.store.text(other) for other in workspace.store.names() if other != name]
    except UserError:  # a profile that cannot be read may name any of the files, so none is deleted
        return
    for path in _own_files(workspace, profile).values():
        if not any(path.name.encode() in other for other in others):
            console.say(console.redact(f"  and {path}, which --undo cannot restore", home))


def _own_files(workspace: Workspace, profile: Answers) -> dict[str, Path]:
    """Return ccsetup's own private files with the profile's secrets: {setting: file}."""
    files = {
        answer: workspace.entries.own_file(reference) for answer, reference in workspace.references(profile).items()
    }
    return {answer: path for answer, path in files.items() if path}


def _copy(workspace: Workspace, name: str, new: str) -> None:
    text = workspace.store.text(name)
    workspace.store.refuse_taken(new)
    entries = workspace.stored_answers(name)
    with workspace.entries.replacing(new, new=workspace.entries.read_usable(name, entries), known=entries):
        _copy_trust(workspace, name, new, text)
        workspace.store.save(new, text)
        if pending := workspace.pending.checks(name):
            workspace.pending.mark(new, pending)


def _copy_trust(workspace: Workspace, name: str, new: str, text: bytes) -> None:
    """Give the copy exactly the trust of the original."""
    if workspace.trust.is_imported(name):
        workspace.trust.receive(new)
        if workspace.trust.allows_text(name, text):
            workspace.trust.allow(new, text)
        return
    workspace.trust.forget(new)
    workspace.trust.record(new, _recorded(workspace, name, text))


def _recorded(workspace: Workspace, name: str, text: bytes) -> tuple[str, ...]:
    """Return the recorded references of a profile that was made here."""
    references = workspace.to_record(workspace.store.read(name, text))
    return tuple(reference for reference in references if workspace.trust.allows(name, reference))


def _remove(workspace: Workspace, name: str) -> None:
    """Remove the profile, its keyring entries first, so that no later profile of this name can use them."""
    entries = workspace.stored_answers(name)
    before = workspace.entries.record(name)
    workspace.entries.revoke_all(name, entries)
    try:
        workspace.store.remove(name)
    except BaseException:
        workspace.entries.restore(name, before)
        raise
    workspace.trust.forget(name)
    workspace.pending.clear(name)
    if (folders := Folders(workspace.system)).default == name:
        folders.clear_default()
    if (problem := workspace.entries.sweep(name)) and entries:
        console.say(f"ccsetup: the {', '.join(entries)} of {name} may still be in the keyring: {problem}")
        console.say("  no profile can use it; it is deleted as soon as the keyring answers")
    workspace.sweep()


def _snapshot(workspace: Workspace, name: str, text: bytes) -> Snapshot | None:
    """Return what --undo needs; None for an unreadable file, which may hold a secret in plain text."""
    try:
        workspace.store.read(name, text)
    except UserError:
        return None
    allowed = workspace.trust.allows_text(name, text)
    return Snapshot(
        text,
        _recorded(workspace, name, text),
        workspace.trust.is_imported(name),
        workspace.pending.checks(name),
        allowed=allowed,
    )


def _undo(workspace: Workspace, name: str) -> None:
    with workspace.store.lock():
        workspace.store.path(name)  # raises for an invalid name
        former = workspace.removed.last(name)
        workspace.store.refuse_taken(name, "rename or remove it first")
        profile = workspace.store.read(name, former.text)
        # A key stored under the name since then belongs to another profile.
        workspace.entries.revoke_all(name, workspace.own_entries(profile))
        if former.imported:  # first, so that the profile is never trusted more than before
            workspace.trust.receive(name)
            if former.allowed:
                workspace.trust.allow(name, former.text)
        else:
            workspace.trust.forget(name)  # of a profile imported since, whose file was deleted by hand
            workspace.trust.record(name, former.trusted)
        if former.pending:
            workspace.pending.mark(name, former.pending)
        workspace.store.save(name, former.text)
        workspace.removed.forget(name)
        workspace.sweep()
    console.say(f"restored {name}")
    missing = [answer for answer, path in _own_files(workspace, profile).items() if not path.exists()]
    for answer in (*workspace.own_entries(profile), *missing):
        console.say(f"  without its {answer}; store it again: ccsetup key {name} {answer} --set")
