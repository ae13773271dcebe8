"""Which profile a command uses when its NAME is left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ccsetup.commands import env_summary
from ccsetup.profile.environment import ACTIVE
from ccsetup.profile.folders import FILE, FolderFile, Folders
from ccsetup.shells import dialects
from ccsetup.system import console
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

Source = Literal["shell", "folder", "default", "only"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A profile, and what chose it; `path` is the `.ccsetup` file that did."""

    profile: str
    source: Source
    path: Path | None = None

    @property
    def reason(self) -> str:
        match self.source:
            case "shell":
                return "switched to in this shell"
            case "folder":
                return str(self.path)
            case "default":
                return "the default"
            case "only":
                return "the only profile"


def choose(workspace: Workspace, files: tuple[FolderFile, ...]) -> Chosen | None:
    """The profile of this shell, else of the folder, else the default, else the only one; None if nothing decides."""
    if active := workspace.system.environment.get(ACTIVE):
        return Chosen(active, "shell")
    if files and files[-1].allowed:
        return Chosen(files[-1].profile, "folder", files[-1].path)
    if default := Folders(workspace.system).default:
        return Chosen(default, "default")
    names = workspace.store.names()
    return Chosen(names[0], "only") if len(names) == 1 else None


def name_or_chosen(workspace: Workspace, name: str | None) -> str:
    """`name`, or the profile that is used without one, named on stderr; raises UserError with the names if nothing
    decides."""
    if name is not None:
        return name
    files = () if workspace.system.environment.get(ACTIVE) else Folders(workspace.system).search()
    warn_of_ignored(workspace, files)
    choice = choose(workspace, files)
    if choice is None:
        names = workspace.store.names()
        if not names:
            raise UserError("there is no profile yet", "create one with: ccsetup init")
        raise UserError(
            "which profile? None is active in this shell, and there is no default",
            (f"profiles: {', '.join(names)}", f"name one, or choose a default: ccsetup use {names[0]}"),
        )
    if not workspace.store.exists(choice.profile):
        undo = {
            "shell": "switch to another: ccuse NAME",
            "folder": f"write another name into {choice.path}: ccsetup use NAME --folder",
        }.get(choice.source, "choose another: ccsetup use NAME")
        raise UserError(f"profile {choice.profile!r} does not exist ({choice.reason})", undo)
    if choice.source != "shell":
        console.say(console.redact(f"ccsetup: using {choice.profile} ({choice.reason})", str(workspace.system.home)))
    return choice.profile


def warn_of_ignored(workspace: Workspace, files: tuple[FolderFile, ...]) -> None:
    """Name every `.ccsetup` file that is not followed, with the command that allows it."""
    for file in files:
        if not file.allowed:
            console.print_block(
                f"ignored {file.path}: {file.problem}", [_way_to_use(workspace, file)], str(workspace.system.home)
            )


def _way_to_use(workspace: Workspace, file: FolderFile) -> str:
    """What makes an ignored `.ccsetup` file count, or go."""
    if not file.profile:
        return removing(file)
    if not workspace.store.exists(file.profile):
        return f"there is no profile {file.profile} on this machine yet; import it, or: ccsetup init {file.profile}"
    return f"allow it: {allowing(workspace, file)}"


def name_inactive(workspace: Workspace) -> None:
    """Name the profile of this folder, else the default, if this shell uses none: with the command that switches."""
    if workspace.system.environment.get(ACTIVE):
        return
    try:
        files = Folders(workspace.system).search()
        warn_of_ignored(workspace, files)
        choice = choose(workspace, files)
    except UserError as error:  # the rest is still shown
        console.refuse(error, str(workspace.system.home))
        return
    if choice is None or choice.source == "only":
        return
    head = f"profile {choice.profile} ({choice.reason}) is not active in this shell"
    if workspace.store.exists(choice.profile):
        spoken = dialects.dialect("auto", workspace.system.environment)
        hint = f"switch to it: {env_summary.switching(choice.profile, spoken)}"
    else:
        head += ", and does not exist"
        hint = f"choose another: ccsetup use NAME{' --folder' if choice.source == 'folder' else ''}"
    console.print_block(head, [hint], str(workspace.system.home))


def allowing(workspace: Workspace, file: FolderFile) -> str:
    """The command that allows the file."""
    if file.path == workspace.system.cwd / FILE:
        return "ccsetup use --allow"
    return f"(cd {pasted(str(file.path.parent))} && ccsetup use --allow)"


def removing(file: FolderFile) -> str:
    """What to do with a file that names no profile."""
    return f"remove it: rm {pasted(str(file.path))}"
