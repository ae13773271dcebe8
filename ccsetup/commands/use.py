"""`ccsetup use`: the default profile, and a folder's."""

from typing import Annotated

import typer

from ccsetup.commands import chosen, trust_prompt
from ccsetup.commands.arguments import Context, ProfileName
from ccsetup.profile import environment
from ccsetup.profile.folders import FILE, FolderFile, Folders
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Choose the default profile, or one for this folder.

Commands without NAME use the profile of this shell (ccuse), else of the folder's .ccsetup file, else the default. A
.ccsetup file that came with a repository is ignored until you allow it.

  ccsetup use work             # the default, for new shells too (see ccsetup hook --help)
  ccsetup use work --folder    # for this folder and below: writes .ccsetup
  ccsetup use --allow          # follow the .ccsetup file that is here
  ccsetup use                  # show what is used here, and why
  ccsetup use --clear          # no default any more (with --folder: no .ccsetup here)
"""


def use(
    context: Context,
    name: ProfileName = None,
    folder: Annotated[bool, typer.Option("--folder", help="For this folder and below, instead of everywhere.")] = False,
    allow: Annotated[bool, typer.Option("--allow", help="Allow the .ccsetup file of this folder.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the default, or with --folder the folder's.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Without NAME: as JSON.")] = False,
) -> None:
    workspace = context.obj
    if (name is not None) + allow + clear > 1 or (allow and folder) or (json and (name or allow or clear or folder)):
        raise UserError("use takes only one of NAME, --allow and --clear", "for example: ccsetup use work --folder")
    if name is not None:
        _choose(workspace, name, folder=folder)
    elif allow:
        _allow(workspace)
    elif clear:
        _clear(workspace, folder=folder)
    elif folder:
        raise UserError("--folder needs a profile's name", "for example: ccsetup use work --folder")
    else:
        _show(workspace, json=json)


def _choose(workspace: Workspace, name: str, *, folder: bool) -> None:
    source = workspace.store.text(name)  # raises for a name that does not exist
    profile = workspace.store.read(name, source)
    folders = Folders(workspace.system)
    if folder:
        before = next((file for file in folders.search() if file.path == workspace.system.cwd / FILE), None)
        if before is not None and not before.profile:
            raise UserError(f"{before.path} is not a file that ccsetup wrote", chosen.removing(before))
        path = folders.write(name)
        was = f" (was {before.profile})" if before and before.profile != name else ""
        _say(workspace, f"{path}: {name}{was}")
        _say(workspace, '  followed on cd with: eval "$(ccsetup hook bash --cd)"; see ccsetup hook --help')
    else:
        with workspace.store.lock():
            folders.set_default(name)
            workspace.store.compile(name, source, profile)  # so that a new shell can switch without a process
        _say(workspace, f"{environment.describe(name, profile, workspace.knowledge)} is now the default")
        if environment.has_secret(profile, workspace.knowledge):
            _say(workspace, f"  it needs a secret, so a new shell does not switch to it by itself: ccuse {name}")
            _say(workspace, f"  for every program and shell, write it to Claude Code's settings: ccsetup apply {name}")
    if (active := workspace.system.environment.get(environment.ACTIVE)) and active != name:
        _say(workspace, f"  this shell stays with {active}; switch it with: ccuse {name}")
    trust_prompt.warn_if_untrusted(workspace, name, profile)


def _allow(workspace: Workspace) -> None:
    folders = Folders(workspace.system)
    files = folders.search()
    if not files:
        raise UserError(f"there is no {FILE} file here or above", "write one with: ccsetup use NAME --folder")
    file = next((file for file in files if not file.allowed), files[0])
    if file.allowed:
        _say(workspace, f"{file.path} is already allowed: {file.profile}")
        return
    if not file.profile:
        raise UserError(f"cannot allow {file.path}: {file.problem}", chosen.removing(file))
    profile = workspace.store.load(file.profile)
    folders.allow(file)
    _say(workspace, f"allowed {file.path}: {environment.describe(file.profile, profile, workspace.knowledge)}")
    trust_prompt.warn_if_untrusted(workspace, file.profile, profile)


def _clear(workspace: Workspace, *, folder: bool) -> None:
    folders = Folders(workspace.system)
    if folder:
        path = folders.remove()
        _say(workspace, f"removed {path}" if path else f"there is no {FILE} file in this folder")
        return
    with workspace.store.lock():
        before = folders.default
        folders.clear_default()
    _say(workspace, f"{before} is no longer the default" if before else "there was no default")


def _show(workspace: Workspace, *, json: bool) -> None:
    folders = Folders(workspace.system)
    files = folders.search()
    choice = chosen.choose(workspace, files)
    if json:
        console.answer_json(_document(choice, files, folders.default))
        return
    chosen.warn_of_ignored(workspace, files)
    shell = workspace.system.environment.get(environment.ACTIVE)
    followed = next((file for file in files if file.allowed), None)
    rows = {
        "used here": f"{choice.profile} ({choice.reason})" if choice else "none",
        "this shell": shell or "none (ccuse NAME)",
        "this folder": f"{followed.profile} ({followed.path})" if followed else "none (ccsetup use NAME --folder)",
        "default": folders.default or "none (ccsetup use NAME)",
    }
    console.answer(*console.pairs(rows), home=str(workspace.system.home))


def _document(choice: chosen.Chosen | None, files: tuple[FolderFile, ...], default: str) -> dict[str, object]:
    return {
        "schema": 1,
        "profile": choice.profile if choice else None,
        "source": choice.source if choice else None,
        "default": default or None,
        "folders": [
            {"path": str(file.path), "profile": file.profile or None, "allowed": file.allowed} for file in files
        ],
    }


def _say(workspace: Workspace, text: str) -> None:
    console.say(console.redact(text, str(workspace.system.home)))
