"""Giving a settings file back as it was before the latest `apply`."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ccsetup.claude_code.receipts import Receipt
from ccsetup.commands.apply.target import Settings, bytes_of, difference, receipts
from ccsetup.system import console, files
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


def undo(workspace: Workspace, targets: Sequence[Settings], *, dry_run: bool, force: bool) -> None:
    """Undo the latest change to each of the files; a later edit by hand stands in the way, unless `force`."""
    kept = receipts(workspace)
    found = [(file, kept.of(file.path)) for file in targets]
    found = [(file, stack) for file, stack in found if stack]
    if not found:
        where = ", ".join(str(file.path) for file in targets)
        raise UserError(f"ccsetup has changed nothing in {where} that could be undone")
    for file, stack in found:
        _one(workspace, file.path, stack, dry_run=dry_run, force=force)


def _one(workspace: Workspace, path: Path, stack: tuple[Receipt, ...], *, dry_run: bool, force: bool) -> None:
    home = str(workspace.system.home)
    kept, last = receipts(workspace), stack[-1]
    with files.locked(kept.folder / ".lock"):
        now = bytes_of(path)
        edited = not last.is_of(now) and now != last.before
        console.answer(difference(path, now, last.before, home))
        if edited and not force:
            raise UserError(
                f"{path} was edited after `apply` wrote it: the lines above are what undoing would do, edit included",
                "nothing was changed; take your edit out, or say --force to lose it",
            )
        if dry_run:
            console.say("nothing was changed: --dry-run")
            return
        if last.before is None:
            path.unlink(missing_ok=True)
            if last.folder:
                with suppress(OSError):  # something else lives there by now
                    path.parent.rmdir()
        else:
            files.write(path, last.before, mode=last.mode)
        kept.keep(path, stack[:-1])
    console.say(console.redact(f"{path} is as it was before `apply {last.profile or '--clear'}` of {last.time}", home))
