"""Adds and replaces profiles that came from elsewhere."""

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from ccsetup.commands import trust_prompt
from ccsetup.doctor import messages
from ccsetup.knowledge.pages import Explained, without_profile
from ccsetup.profile.profile import Profile, check_name, parse, refuse_owned
from ccsetup.system import console, prompt, toml
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

_MOST = 100_000  # values of a profile


def add(workspace: Workspace, texts: Mapping[str, bytes]) -> None:
    """Save new profiles, all or none."""
    with workspace.store.lock():
        for name in texts:
            workspace.store.refuse_taken(name, "compare and replace it with: ccsetup import --update FILE")
        _save_all(workspace, texts)
    _announce(workspace, texts)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A profile that an import replaces: its present file and the new one; `kept` are the settings whose keyring
    entries stay, and `lost` those whose entries are deleted."""

    name: str
    before: bytes
    after: bytes
    kept: tuple[str, ...]
    lost: tuple[str, ...]


def update(workspace: Workspace, texts: Mapping[str, bytes], *, yes: bool) -> None:
    """Show how the profiles differ from those of their names, ask, and replace them; add the new ones."""
    new = {name: text for name, text in texts.items() if not workspace.store.exists(name)}
    present = {name: workspace.store.text(name) for name in texts if name not in new}
    replacements = [
        _replacement(workspace, name, before, texts[name])
        for name, before in present.items()
        if not _is_same(before, texts[name])
    ]
    for replacement in replacements:
        _show(workspace, replacement)
    replaced = [replacement.name for replacement in replacements]
    if replaced and not prompt.confirm(f"Replace {', '.join(replaced)}?", workspace.system, yes=yes):
        raise UserError("nothing was changed")
    with workspace.store.lock():
        for name in new:
            workspace.store.refuse_taken(name)
        for replacement in replacements:
            if workspace.store.text(replacement.name) != replacement.before:
                raise UserError(f"{replacement.name} was changed meanwhile; nothing was imported", "try again")
        if new:
            _save_all(workspace, new)
        for replacement in replacements:
            _replace(workspace, replacement)
        workspace.sweep()
    _announce(workspace, new)
    for replacement in replacements:
        _announce_replaced(workspace, replacement)
    for name in present.keys() - {*replaced}:
        console.say(f"{name} is unchanged")


def _is_same(before: bytes, after: bytes) -> bool:
    """Whether both files say the same, apart from comments and order."""
    try:
        return toml.tables(before, _MOST) == toml.tables(after, _MOST)
    except msgspec.DecodeError:
        return False


def _replacement(workspace: Workspace, name: str, before: bytes, after: bytes) -> Replacement:
    profile = workspace.store.read(name, after)
    entries = workspace.own_entries(profile)
    try:
        former = workspace.store.read(name, before)
    except UserError:  # it cannot be read; what it kept is not the new one's
        return Replacement(name, before, after, (), entries)
    old = workspace.own_entries(former)
    # A stored key stays only if it goes where it went before.
    alike = former.surface == profile.surface and (
        workspace.outcome(name, former).hosts == workspace.outcome(name, profile).hosts
    )
    kept = tuple(answer for answer in entries if answer in old and alike)
    return Replacement(name, before, after, kept, tuple(answer for answer in old if answer not in kept))


def _show(workspace: Workspace, replacement: Replacement) -> None:
    """Show the difference. A present file that cannot be read may hold a secret, and is not shown."""
    name, home = replacement.name, str(workspace.system.home)
    try:
        workspace.store.read(name, replacement.before)
        before = replacement.before.decode().splitlines()
    except UserError:
        console.say(f"the existing {name} cannot be read, so it is not compared")
        before = []
    after = replacement.after.decode().splitlines()
    lines = difflib.unified_diff(before, after, f"{name} (current)", f"{name} (after import)", n=2, lineterm="")
    console.answer_document(console.redact("\n".join(lines), home) + "\n")
    if replacement.lost:
        console.say(
            f"  its {', '.join(replacement.lost)} in the keyring is deleted: it belongs to the existing profile"
        )


def _replace(workspace: Workspace, replacement: Replacement) -> None:
    name = replacement.name
    known = (*replacement.kept, *replacement.lost)
    with workspace.entries.replacing(name, keep=replacement.kept, known=known), _trust_restored(workspace, replacement):
        workspace.trust.receive(name)  # first: what was allowed was another text
        workspace.store.save(name, replacement.after)
    workspace.store.draft(name).unlink(missing_ok=True)  # an unfinished edit of the previous text
    workspace.pending.clear(name)


@contextmanager
def _trust_restored(workspace: Workspace, replacement: Replacement) -> Iterator[None]:
    """If the block fails, give the present profile the trust back that it had."""
    name, trust = replacement.name, workspace.trust
    imported, allowed = trust.is_imported(name), trust.allows_text(name, replacement.before)
    recorded: tuple[str, ...] = ()
    if not imported:
        try:
            references = workspace.to_record(workspace.store.read(name, replacement.before))
            recorded = tuple(reference for reference in references if trust.allows(name, reference))
        except UserError:
            recorded = ()
    try:
        yield
    except BaseException:
        if imported and allowed:
            trust.allow(name, replacement.before)
        elif not imported:
            trust.forget(name)
            trust.record(name, recorded)
        raise


def _announce_replaced(workspace: Workspace, replacement: Replacement) -> None:
    name = replacement.name
    profile = workspace.store.read(name, replacement.after)
    console.say(f"updated {name} ({profile.surface})")
    messages.print_doubts(profile)
    if trust_prompt.needs_permission(workspace, name, profile):
        trust_prompt.show(workspace, name, profile, workspace.outcome(name, profile))
        console.say(f"  not used until you allow it: ccsetup trust {name}")
    for answer in workspace.own_entries(profile):
        if answer not in replacement.kept:
            console.say(f"  store its {answer} with: ccsetup key {name} {answer} --set")


def _announce(workspace: Workspace, texts: Mapping[str, bytes]) -> None:
    """Print what was imported, and what each profile still needs."""
    waiting = 0
    for name, text in texts.items():
        profile = workspace.store.read(name, text)
        console.say(f"imported {name} ({profile.surface})")
        messages.print_doubts(profile)
        waiting += trust_prompt.announce(workspace, name, profile)
    if waiting > 1:
        console.say(f"{waiting} profiles need your permission; together: ccsetup trust --all")


def checked(workspace: Workspace, dumped: Mapping[str, bytes], file: str) -> dict[str, bytes]:
    """Return the texts of `file` as they are to be saved; raises UserError for one that cannot be a profile."""
    texts = {check_name(name): _prepared(workspace, name, text, file) for name, text in dumped.items()}
    for name, text in texts.items():
        refuse_owned(workspace.store.read(name, text).set, workspace.knowledge)
    return texts


def _prepared(workspace: Workspace, name: str, text: bytes, file: str) -> bytes:
    """The text as it is to be saved. What is wrong is in the document: no file of this profile is here yet."""
    try:
        parse(text, f"{file}: profile {name}", workspace.knowledge)
        return workspace.store.prepare(name, text)
    except UserError as error:
        error.hints = tuple(hint for hint in without_profile(error.hints, name) if not hint.startswith("fix it in "))
        if isinstance(error, Explained) or name in error.message:
            raise
        raise UserError(f"profile {name}: {error.message}", error.hints, error.exit_code) from error


def _save_all(workspace: Workspace, texts: Mapping[str, bytes]) -> None:
    """Every profile, or none."""

    def receive(name: str, profile: Profile) -> None:
        # What was trusted under this name was another profile, whose file was deleted by hand.
        workspace.trust.receive(name)
        received.append(name)
        workspace.pending.clear(name)
        # A key that was stored under this name is not the imported profile's.
        workspace.entries.revoke_all(name, workspace.own_entries(profile))

    received: list[str] = []
    workspace.sweep()
    try:
        workspace.store.add(texts, receive)
    except BaseException:  # Ctrl-C included
        for name in received:
            if not workspace.store.exists(name):  # a file that stays is an imported one
                workspace.trust.forget(name)
        raise
    workspace.sweep()
