"""What `doctor --record FILE` writes: shown first, then written if the user agrees."""

from importlib import metadata
from pathlib import Path
from typing import Any

import ccsetup
from ccsetup.providers import recording
from ccsetup.system import console, files, prompt
from ccsetup.system.errors import UserError
from ccsetup.system.system import System


def refuse_early(file: Path, system: System, *, offline: bool, yes: bool) -> None:
    """Raise UserError for a recording that could not be written, before any request is made."""
    if offline:
        raise UserError("--record cannot be used with --offline", "use one of them")
    if not yes and not system.interactive:
        raise UserError("not a terminal, so nothing was written", "pass --yes to confirm")
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UserError(f"{file} cannot be written", "name a file in a folder that exists")


def write(answers: list[dict[str, Any]], file: Path, system: System, *, yes: bool) -> None:
    """Show the recording on standard error, ask, and write it, readable by this user alone."""
    text = console.redact(recording.document(answers, ccsetup.__version__), str(system.home))
    console.say(*text.splitlines())
    if not prompt.confirm(f"Write these {len(answers)} answers to {file}?", system, yes=yes):
        console.say("nothing was written")
        return
    files.write(file.absolute(), text.encode())
    issues = _issues()
    console.say(f"wrote {file}" + (f"; attach it to an issue at {issues}" if issues else ""))


def _issues() -> str:
    """The address for issues in the package's metadata; "" if none is set."""
    try:
        named = metadata.metadata("ccsetup").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    pairs = (entry.partition(",") for entry in named)
    return next((url.strip() for name, _, url in pairs if name.strip().lower() in ("issues", "bug tracker")), "")
