"""`ccsetup copy`, `rename` and `remove`: profiles as files, with the secrets and the trust that belong to them."""

from pathlib import Path
from typing import Annotated

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import Context, Profile
from ccsetup.profile.profile import Profile as Answers
from ccsetup.profile.removed import Snapshot
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

COPY = """Copy a profile, its secret in the keyring included.

  ccsetup copy bedrock-prod bedrock-test
"""
RENAME = """Rename a profile.

  ccsetup rename prod bedrock-prod
"""
REMOVE = """Remove a profile and its secret in the keyring, after asking.

  ccsetup remove old

  ccsetup remove old --undo        brings it back, without its secret
"""

NewName = Annotated[str, typer.Argument(metavar="NEW", help="The new profile's name.")]


def copy(context: Context, name: Profile, new: NewName) -> None:
    desk = context.obj
    with desk.store.lock():
        _copy(desk, name, new)
    console.say(f"copied {name} to {new}")
    trust_prompt.mark(desk, new, desk.store.load(new))


def rename(context: Context, name: Profile, new: NewName) -> None:
    desk = context.obj
    with desk.store.lock():
        _copy(desk, name, new)
        _remove(desk, name)
    console.say(f"renamed {name} to {new}")
    trust_prompt.mark(desk, new, desk.store.load(new))


def remove(
    context: Context,
    name: Profile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what was removed, except the secret.")] = False,
) -> None:
    desk = context.obj
    if undo:
        _undo(desk, name)
        return
    text = desk.store.text(name)
    _show(desk, name, text)
    if not prompt.agreed(f"Remove {name}?", desk.world, yes=yes):
        raise UserError("nothing was removed")
    with desk.store.lock():
        if desk.store.text(name) != text:
            raise UserError(f"{name} was changed by something else meanwhile", "nothing was removed")
        snapshot = _snapshot(desk, name, text)
        if snapshot is not None:
            desk.removed.keep(name, snapshot)
        _remove(desk, name)
    console.say(f"removed {name}")
    if snapshot is not None:
        console.say(f"  bring it back: ccsetup remove {name} --undo")


def _show(desk: Workspace, name: str, text: bytes) -> None:
    """What goes, and what of it does not come back."""
    home = str(desk.world.home)
    console.say(console.redact(f"remove {name}: {desk.store.path(name)}", home))
    try:
        profile = desk.store.read(name, text)
    except UserError:
        console.say("  it cannot be read, so it cannot be brought back")
        return
    if kept := desk.own_entries(profile):
        console.say(f"  and its {', '.join(kept)} in this machine's keyring, which cannot be brought back")
    others = [desk.store.text(other) for other in desk.store.names() if other != name]
    for path in _own_files(desk, profile).values():
        if not any(path.name.encode() in other for other in others):
            console.say(console.redact(f"  and {path}, which cannot be brought back", home))


def _own_files(desk: Workspace, profile: Answers) -> dict[str, Path]:
    """The private files of ccsetup's own that hold the profile's secrets: {answer: file}."""
    files = {answer: desk.entries.own_file(reference) for answer, reference in desk.references(profile).items()}
    return {answer: path for answer, path in files.items() if path}


def _copy(desk: Workspace, name: str, new: str) -> None:
    text = desk.store.text(name)
    desk.store.refuse_taken(new)
    kept = desk.stored(name)
    with desk.entries.changed(new, new=desk.entries.held(name, kept), known=kept):
        _entrust(desk, name, new, text)
        desk.store.save(new, text)
        if pending := desk.pending.of(name):
            desk.pending.mark(new, pending)


def _entrust(desk: Workspace, name: str, new: str, text: bytes) -> None:
    """What was allowed is allowed to the copy, too, and nothing else is."""
    if desk.trust.is_imported(name):
        desk.trust.receive(new)
        if desk.trust.allows_text(name, text):
            desk.trust.allow(new, text)
        return
    desk.trust.forget(new)
    desk.trust.record(new, _recorded(desk, name, text))


def _recorded(desk: Workspace, name: str, text: bytes) -> tuple[str, ...]:
    """The references of a profile made here that its author's commands recorded."""
    references = desk.to_record(desk.store.read(name, text))
    return tuple(reference for reference in references if desk.trust.allows(name, reference))


def _remove(desk: Workspace, name: str) -> None:
    """The entries first: from there on no profile that may take the name can use them."""
    kept = desk.stored(name)
    before = desk.entries.record(name)
    desk.entries.ended(name, kept)
    try:
        desk.store.remove(name)
    except BaseException:
        desk.entries.restore(name, before)
        raise
    desk.trust.forget(name)
    desk.pending.clear(name)
    if (problem := desk.entries.sweep(name)) and kept:
        console.say(f"ccsetup: the {', '.join(kept)} of {name} may still be in the keyring: {problem}")
        console.say("  no profile can use it; it is deleted as soon as the keyring answers")
    desk.sweep()


def _snapshot(desk: Workspace, name: str, text: bytes) -> Snapshot | None:
    """What --undo needs; None for a file that no profile can be read from, which could hold a secret in plain text."""
    try:
        desk.store.read(name, text)
    except UserError:
        return None
    allowed = desk.trust.allows_text(name, text)
    return Snapshot(
        text, _recorded(desk, name, text), desk.trust.is_imported(name), desk.pending.of(name), allowed=allowed
    )


def _undo(desk: Workspace, name: str) -> None:
    with desk.store.lock():
        desk.store.path(name)  # refuses what cannot be a name
        former = desk.removed.last(name)
        desk.store.refuse_taken(name, "rename or remove it first")
        profile = desk.store.read(name, former.text)
        # A key that was stored under the name since is not this profile's.
        desk.entries.ended(name, desk.own_entries(profile))
        if former.imported:  # before the profile is there: it is never trusted more than it was
            desk.trust.receive(name)
            if former.allowed:
                desk.trust.allow(name, former.text)
        else:
            desk.trust.forget(name)  # of one that was imported since, and whose file was deleted by hand
            desk.trust.record(name, former.trusted)
        if former.pending:
            desk.pending.mark(name, former.pending)
        desk.store.save(name, former.text)
        desk.removed.forget(name)
        desk.sweep()
    console.say(f"{name} is back")
    gone = [answer for answer, path in _own_files(desk, profile).items() if not path.exists()]
    for answer in (*desk.own_entries(profile), *gone):
        console.say(f"  without its {answer}; store it again: ccsetup key {name} {answer} --set")
