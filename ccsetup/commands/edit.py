"""`ccsetup edit`: a profile in $EDITOR, checked before it replaces the old one."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ccsetup import files, report
from ccsetup.commands import Context, Profile
from ccsetup.refusal import Refusal

EXAMPLE = """Edit a profile in $VISUAL or $EDITOR. It replaces the old one only if it is valid.

  ccsetup edit bedrock-prod
"""


def edit(context: Context, name: Profile) -> None:
    desk = context.obj
    before = desk.store.text(name)
    draft = desk.world.state / "drafts" / f"{name}.toml"
    files.private_folder(draft.parent)
    if draft.is_file():
        report.say(f"opening the draft that was kept: {draft}")
    else:
        files.write(draft, before)
    _open(draft, desk.world.environment)
    after = files.read(draft)
    if after == before:
        draft.unlink()
        report.say(f"{name} is unchanged")
        return
    try:
        desk.store.read(name, after)
    except Refusal as why:
        raise Refusal(
            f"not saved: {why.what.replace(str(desk.store.path(name)), name)}",
            f"your text is kept; go on with: ccsetup edit {name}\nor drop it with: rm {shlex.quote(str(draft))}",
        ) from why
    with desk.store.lock():
        if desk.store.text(name) != before:
            raise Refusal(
                f"not saved: {name} was changed by something else meanwhile",
                f"your text is kept in {draft}; see the other with: ccsetup show {name}",
            )
        # What a person has just read and saved here is trusted here.
        desk.trust.record(name, desk.references(desk.store.read(name, after)).values())
        desk.store.save(name, after)
    draft.unlink()
    report.say(f"saved {name}")


def _open(path: Path, environment: Mapping[str, str]) -> None:
    fallback = "notepad" if os.name == "nt" else "vi"
    editor = environment.get("VISUAL") or environment.get("EDITOR") or fallback
    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as why:
        raise Refusal(f"cannot start the editor {editor!r}", "set EDITOR to one that is installed") from why
    if done.returncode:
        raise Refusal(f"the editor {editor!r} ended with exit code {done.returncode}", "nothing was changed")
