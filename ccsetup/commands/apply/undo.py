"""Restores a settings file to its content before the latest `apply`."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ccsetup.claude_code.receipts import Receipt, Receipts
from ccsetup.commands.apply.target import Settings, bytes_of, difference, receipts
from ccsetup.system import console, files
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


def undo(workspace: Workspace, targets: Sequence[Settings], *, dry_run: bool, force: bool) -> None:
    """Undo the latest change to each file. A later edit by hand prevents it, unless `force`."""
    store = receipts(workspace)
    undoable = [(file, store.changes_to(file.path)) for file in targets]
    undoable = [(file, stack) for file, stack in undoable if stack]
    if not undoable:
        paths = ", ".join(str(file.path) for file in targets)
        raise UserError(f"ccsetup has changed nothing in {paths} that could be undone")
    for file, stack in undoable:
        _undo_file(workspace, file.path, stack, dry_run=dry_run, force=force)


def _undo_file(workspace: Workspace, path: Path, stack: tuple[Receipt, ...], *, dry_run: bool, force: bool) -> None:
    home = str(workspace.system.home)
    store, last = receipts(workspace), stack[-1]
    with files.locked(store.folder / ".lock"):
        current = bytes_of(path)
        edited = not last.matches(current) and current != last.before
        console.answer_document(difference(path, current, last.before, home))
        if edited and not force:
            raise UserError(
                f"{path} was edited after `apply` wrote it: the lines above are what undoing would do, edit included",
                "nothing was changed; take your edit out, or say --force to lose it",
            )
        if dry_run:
            console.say("nothing was changed: --dry-run")
            return
        put_back(store, path, stack, last.before)
    console.say(console.redact(f"{path} is as it was before `apply {last.profile or '--clear'}` of {last.time}", home))


def put_back(store: Receipts, path: Path, stack: Sequence[Receipt], content: bytes | None) -> None:
    """Give the file this content, or remove it (None), and forget the latest change to it. The store is locked."""
    last = stack[-1]
    if content is None:
        files.remove(path)
        if last.folder:
            with suppress(OSError):  # it has other content by now
                path.parent.rmdir()
    else:
        files.write(path, content, mode=last.mode)
    store.keep(path, tuple(stack[:-1]))
