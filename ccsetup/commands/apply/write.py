"""Shows a change, asks, and writes it, but not over another change made meanwhile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ccsetup.claude_code.receipts import Receipt, Receipts, digest
from ccsetup.commands.apply.target import Settings, bytes_of, difference, encode, receipts
from ccsetup.system import console, files, prompt
from ccsetup.system.errors import UserError
from ccsetup.system.os_errors import cannot
from ccsetup.workspace import Workspace


class Edit(Protocol):
    """An edit of a settings file."""

    def apply_to(self, text: str) -> str: ...


def write(
    workspace: Workspace,
    profile: str,
    plans: Sequence[tuple[Settings, Edit]],
    *,
    dry_run: bool,
    yes: bool,
    private: bool = False,
    store: Receipts | None = None,
) -> bool:
    """Write the changes; return whether there were any. `private` makes the files readable by the user only; the former
    contents are kept in `store`, by default that of `apply`."""
    home = str(workspace.system.home)
    changes = [(file, encode(plan.apply_to(file.text), file.before)) for file, plan in plans]
    changes = [(file, after) for file, after in changes if after != (file.before or b"")]
    for file, after in changes:
        console.answer_document(difference(file.path, file.before, after, home))
    if not changes:
        console.say("nothing to change: " + ", ".join(console.redact(str(file.path), home) for file, _ in plans))
        return False
    if dry_run:
        console.say("nothing was changed: --dry-run")
        return False
    if not prompt.confirm("Apply these changes?", workspace.system, yes=yes):
        raise UserError("nothing was changed")
    for file, after in changes:
        _write_file(workspace, profile, file, after, store or receipts(workspace), private=private)
        console.say(console.redact(f"wrote {file.path}; restore the previous file with --undo", home))
    return True


def _write_file(
    workspace: Workspace, profile: str, file: Settings, after: bytes, store: Receipts, *, private: bool
) -> None:
    with files.locked(store.folder / ".lock"):
        if bytes_of(file.path) != file.before:
            raise UserError(f"{file.path} was changed in the meantime", "nothing was written; check it, then try again")
        folder = _create_folder(file.path.parent)
        mode = file.path.stat().st_mode & 0o777 if file.before is not None else 0o600
        time = workspace.system.now().isoformat(timespec="seconds")
        receipt = Receipt(profile, time, file.before, mode, digest(after), folder)
        earlier = store.changes_to(file.path)
        store.keep(file.path, (*earlier, receipt))
        try:
            files.write(file.path, after, mode=mode & 0o700 if private else mode)
        except BaseException:
            store.keep(file.path, earlier)
            raise


def _create_folder(folder: Path) -> bool:
    """Create the folder if needed; return whether it was created."""
    if folder.is_dir():
        return False
    try:
        for part in (*reversed(folder.parents), folder):
            if not part.is_dir():
                part.mkdir(exist_ok=True)
                files.give(part)
    except OSError as why:
        raise cannot("make the folder", folder, why, "nothing was changed") from why
    return True
