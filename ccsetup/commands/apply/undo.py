"""Restores a settings file to its content before the latest `apply`."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ccsetup.claude_code.receipts import Receipt, Receipts
from ccsetup.commands.apply.later import undo_below, with_status_line
from ccsetup.commands.apply.target import Settings, bytes_of, difference, receipts, status_line_receipts
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
        raise UserError(
            f"nothing to undo: ccsetup has not changed {paths}",
            "to remove every provider's settings there: ccsetup apply --clear",
        )
    for file, stack in undoable:
        _undo_file(workspace, file, stack, dry_run=dry_run, force=force)


def _undo_file(workspace: Workspace, file: Settings, stack: tuple[Receipt, ...], *, dry_run: bool, force: bool) -> None:
    home, path = str(workspace.system.home), file.path
    store, status_lines, last = receipts(workspace), status_line_receipts(workspace), stack[-1]
    with locked(store, status_lines):
        current = bytes_of(path)
        undone = undo_below(last, status_lines.changes_to(path), current, with_status_line)
        content = undone.content if undone else last.before
        console.answer_document(difference(path, current, content, home))
        if undone is None and current != last.before and not force:
            clear = "ccsetup apply --clear" + ("" if file.layer.name == "user" else f" --scope {file.layer.name}")
            raise UserError(
                f"{path} was edited after `apply` wrote it: the lines above are what undoing would do, edit included",
                (
                    "nothing was changed; remove your edit, or pass --force to discard it",
                    f"to keep it, and remove every provider's settings: {clear}",
                ),
            )
        if dry_run:
            console.say("nothing was changed: --dry-run")
            return
        put_back(store, path, stack, content)
        if undone and undone.later:
            status_lines.keep(path, undone.receipts)
    kept = "; the status line stays" if undone and undone.later else ""
    console.say(
        console.redact(f"{path} is as it was before `apply {last.profile or '--clear'}` of {last.time}{kept}", home)
    )


@contextmanager
def locked(*stores: Receipts) -> Iterator[None]:
    """Lock these receipts, always in this order: those of `apply` first."""
    with ExitStack() as locks:
        for store in stores:
            if store.folder.is_dir():
                locks.enter_context(files.locked(store.folder / ".lock"))
        yield


def put_back(
    store: Receipts, path: Path, stack: Sequence[Receipt], content: bytes | None, mode: int | None = None
) -> None:
    """Give the file this content, by default with its previous mode, or remove it (None), and forget the latest
    change to it. The store is locked."""
    last = stack[-1]
    if content is None:
        files.remove(path)
        if last.folder:
            with suppress(OSError):  # it has other content by now
                path.parent.rmdir()
    else:
        files.write(path, content, mode=last.mode if mode is None else mode)
    store.keep(path, tuple(stack[:-1]))
