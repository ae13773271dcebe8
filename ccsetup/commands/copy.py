"""`ccsetup copy`, `rename` and `remove`: profiles as files, with the secrets and the trust that belong to them."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from ccsetup import report, vault
from ccsetup.commands import Context, Profile, allowing
from ccsetup.desk import Desk
from ccsetup.refusal import Refusal

COPY = """Copy a profile, its secret in the keyring included.

  ccsetup copy bedrock-prod bedrock-test
"""
RENAME = """Rename a profile.

  ccsetup rename prod bedrock-prod
"""
REMOVE = """Remove a profile and its secret in the keyring.

  ccsetup remove old
"""

NewName = Annotated[str, typer.Argument(metavar="NEW", help="The new profile's name.")]


def copy(context: Context, name: Profile, new: NewName) -> None:
    desk = context.obj
    with desk.store.lock():
        _copy(desk, name, new)
    report.say(f"copied {name} to {new}")
    allowing.mark(desk, new, desk.store.load(new))


def rename(context: Context, name: Profile, new: NewName) -> None:
    desk = context.obj
    with desk.store.lock():
        _copy(desk, name, new)
        _remove(desk, name)
    report.say(f"renamed {name} to {new}")
    allowing.mark(desk, new, desk.store.load(new))


def remove(context: Context, name: Profile) -> None:
    desk = context.obj
    with desk.store.lock():
        desk.store.text(name)
        _remove(desk, name)
    report.say(f"removed {name}")


def _kept(desk: Desk, name: str) -> list[str]:
    """The answers of the profile that live in the keyring under its name."""
    references = desk.references(desk.store.load(name))
    return [answer for answer, reference in references.items() if reference == "keyring:"]


def _copy(desk: Desk, name: str, new: str) -> None:
    text = desk.store.text(name)
    desk.store.refuse_taken(new)
    with ExitStack() as stack:
        for answer, secret in desk.keyring(name, _kept(desk, name)).items():
            stack.enter_context(vault.replaced(new, answer, secret))
        _entrust(desk, name, new, text)
        desk.store.save(new, text)
        if pending := desk.pending.of(name):
            desk.pending.mark(new, pending)


def _entrust(desk: Desk, name: str, new: str, text: bytes) -> None:
    """What was allowed is allowed to the copy, too, and nothing else is."""
    if desk.trust.is_imported(name):
        desk.trust.receive(new)
        if desk.trust.allows_text(name, text):
            desk.trust.allow(new, text)
        return
    desk.trust.forget(new)
    references = desk.to_record(desk.store.read(name, text))
    desk.trust.record(new, [reference for reference in references if desk.trust.allows(name, reference)])


def _answers(desk: Desk) -> tuple[str, ...]:
    """The secret answers of every surface: of which one the profile is cannot be told of one that is unreadable."""
    return tuple({ask.name for surface in desk.knowledge.surfaces.values() for ask in surface.ask if ask.secret})


def _drop_private_files(desk: Desk, paths: list[Path]) -> None:
    """Delete the secrets that ccsetup keeps for a removed profile, unless a copy of it uses them."""
    for path in paths:
        used = any(f"file:{path}".encode() in desk.store.text(other) for other in desk.store.names())
        if path.is_file() and not used:
            path.unlink()


def _remove(desk: Desk, name: str) -> None:
    try:
        kept = _kept(desk, name)
    except Refusal:  # an unreadable profile can be removed all the same
        kept = []
    own = [desk.private_file(name, answer) for answer in _answers(desk)]
    desk.store.remove(name)
    _drop_private_files(desk, own)
    desk.trust.forget(name)
    desk.pending.clear(name)
    for answer in kept:
        try:
            vault.keyring_delete(name, answer)
        except Refusal as why:
            report.say(f"ccsetup: the {answer} of {name} may still be in the keyring: {why.what}")
