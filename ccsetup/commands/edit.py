"""`ccsetup edit`: opens a profile in $EDITOR, and checks it before it replaces the old one."""

import os
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import Context, Profile
from ccsetup.doctor import messages
from ccsetup.knowledge import programs
from ccsetup.profile.profile import refuse_owned
from ccsetup.system import console, files, process
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Edit a profile in $VISUAL or $EDITOR.

The edited file replaces the profile only if it is valid.

  ccsetup edit bedrock-prod
"""


def edit(context: Context, name: Profile) -> None:
    workspace = context.obj
    before = workspace.store.text(name)
    draft = workspace.store.draft(name)
    with workspace.store.lock():
        files.sweep(files.private_folder(draft.parent))
        if draft.is_file():
            console.say(f"opening the draft that was kept: {draft}")
        else:
            files.write(draft, before)
    with _kept_if_changed(name, draft, before):
        _open(draft, workspace.system.environment)
        after = _read(name, draft)
        if after == before:
            console.say(f"{name} is unchanged")
            return
        try:
            after = workspace.store.prepare(name, after)
            refuse_owned(workspace.store.read(name, after).set, workspace.knowledge)
        except UserError as error:
            message = error.message.replace(str(workspace.store.path(name)), name)
            raise UserError(f"not saved: {message}", error.hints) from error
        allowed = _is_allowed(workspace, name, after)
        with workspace.store.lock():
            if workspace.store.text(name) != before:
                raise UserError(
                    f"not saved: {name} was changed by another program in the meantime",
                    f"see it with: ccsetup show {name}",
                )
            with _entries(workspace, name, before, after):
                if not workspace.trust.is_imported(name):  # what the user has just written and saved is trusted
                    workspace.trust.record(name, workspace.to_record(workspace.store.read(name, after)))
                elif allowed:
                    workspace.trust.allow(name, after)
                workspace.store.save(name, after)
            workspace.sweep()
        draft.unlink(missing_ok=True)
    console.say(f"saved {name}")
    messages.print_doubts(workspace.store.load(name))
    console.say(f"check it with: ccsetup doctor {name}")
    trust_prompt.warn_if_untrusted(workspace, name, workspace.store.load(name))


def _is_allowed(workspace: Workspace, name: str, text: bytes) -> bool:
    """Whether the user allows what the edited imported profile would do; a harmless one needs no permission."""
    profile = workspace.store.read(name, text)
    if not workspace.trust.is_imported(name) or workspace.store.is_allowed(name, text, profile):
        return False
    trust_prompt.show(workspace, name, profile, workspace.outcome(name, profile))
    return workspace.system.interactive and trust_prompt.ask_permission(workspace, [name], yes=False)


def _entries(workspace: Workspace, name: str, before: bytes, after: bytes) -> AbstractContextManager[None]:
    """Return the change of the keyring entries: one that both texts refer to, on the same surface, stays the
    profile's."""
    profile = workspace.store.read(name, after)
    new_entries = workspace.own_entries(profile)
    try:
        former = workspace.store.read(name, before)
    except UserError:  # the user is fixing it
        return nullcontext()
    old_entries = workspace.own_entries(former)
    if old_entries == new_entries and former.surface == profile.surface:
        return nullcontext()
    keep = [answer for answer in new_entries if answer in old_entries and former.surface == profile.surface]
    return workspace.entries.replacing(name, keep=keep, known=(*old_entries, *new_entries))


def _read(name: str, draft: Path) -> bytes:
    try:
        return files.read(draft)
    except FileNotFoundError as error:
        raise UserError(
            f"not saved: the draft of {name} is gone", "another `ccsetup edit` may have saved it"
        ) from error


@contextmanager
def _kept_if_changed(name: str, draft: Path, before: bytes) -> Iterator[None]:
    """Delete an unchanged draft; for a changed one, add to a refusal where it is and how to go on."""
    try:
        yield
    except UserError as error:
        if draft.is_file() and draft.read_bytes() != before:
            kept = f"your text is kept; go on with: ccsetup edit {name}"
            error.hints = (*error.hints, kept, f"or drop it with: rm {pasted(str(draft))}")
        raise
    finally:
        if draft.is_file() and draft.read_bytes() == before:
            draft.unlink()


def _open(path: Path, environment: Mapping[str, str]) -> None:
    fallback = "notepad" if os.name == "nt" else "vi"
    editor = environment.get("VISUAL") or environment.get("EDITOR") or fallback
    # Ctrl-C in a terminal reaches this process too, but is meant for the editor. (The editor would inherit SIG_IGN.)
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        words = shlex.split(editor)
        program = process.find(words[0], environment)
        if program is None:
            raise FileNotFoundError(words[0])
        code = process.attached(
            [program, *words[1:], str(path)], environment=programs.helper_environment(environment, editor)
        )
    except (OSError, ValueError, IndexError) as why:
        raise UserError(f"cannot start the editor {editor!r}", "set EDITOR to one that is installed") from why
    finally:
        signal.signal(signal.SIGINT, former)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code:
        raise UserError(f"the editor {editor!r} ended with exit code {code}", "nothing was changed")
