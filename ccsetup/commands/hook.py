"""`ccsetup hook`: shell functions with `ccuse`."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from ccsetup.commands import completion
from ccsetup.commands.arguments import Context
from ccsetup.knowledge import decisive_settings, settings_files
from ccsetup.profile import compiled, environment, kept_hook
from ccsetup.profile.folders import Folders
from ccsetup.shells import dialects, posix
from ccsetup.system import console, files, own_command
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices
from ccsetup.workspace import Workspace

EXAMPLE = """Print shell functions that switch profiles: `ccuse NAME`, `ccuse --off`, and `ccuse` to list.

In bash and zsh, `ccuse` starts no process for a profile without a secret. With --cd, the shell also follows
.ccsetup files (see ccsetup use --help). Add one line to your shell's start-up file:

  eval "$(ccsetup hook bash --completion)"   # ~/.bashrc
  eval "$(ccsetup hook zsh --completion)"    # ~/.zshrc
  ccsetup hook fish --completion | source    # ~/.config/fish/config.fish
  ccsetup hook powershell | Out-String | Invoke-Expression   # $PROFILE
"""

HOOKS = Path(__file__).parent.parent / "shells" / "hooks"
SHELLS = ("bash", "zsh", "fish", "powershell")


def hook(
    context: Context,
    shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="The shell.")],
    cd: Annotated[bool, typer.Option("--cd", help="Also switch to the profile of a folder's .ccsetup file.")] = False,
    with_completion: Annotated[
        bool, typer.Option("--completion", help="Also print the completion of ccsetup.")
    ] = False,
) -> None:
    workspace = context.obj
    if shell not in SHELLS:
        raise UserError(f"no hook for {shell!r}", choices(shell, SHELLS))
    quote = dialects.dialect_module(dialects.dialect(shell, {})).quote
    families = _families(context)
    layers = settings_files.settings_files(None, workspace.system.environment, str(workspace.system.cwd))
    owned = environment.owned_names(workspace.knowledge)
    known = [name for name in (*owned, *_borrowed(context)) if name.startswith(families)]
    managed = next(path for layer, path in reversed(layers) if layer == "managed")
    strays = [*families, *(f"{environment.SAVED}{prefix}" for prefix in families)]
    places = {
        "program": quote(_program()),
        "profiles": quote(str(workspace.system.profiles)),
        "compiled": quote(str(workspace.system.cache / "compiled")),
        "stamp": quote(compiled.stamp(workspace.system.environment)),
        "managed": quote(str(Path(managed).parent)),
        "known": " ".join((*known, *(f"{environment.SAVED}{name}" for name in known))),
        "strays_bash": " ".join(f'"${{!{prefix}@}}"' for prefix in strays),
        "strays_zsh": " ".join(f"${{(k)parameters[(I){prefix}*]}}" for prefix in strays),
        "default": quote(str(workspace.system.config / "default")),
        "state": quote(str(workspace.system.state)),
        "folders": quote(str(workspace.system.state / "folders")),
        "owned": " ".join(sorted(owned)),
        "watched": _watched(context),
        "largest": str(settings_files.LARGEST),
        "more": str(settings_files.LARGEST + 1),
        "give_back": posix.give_back(),
        "off": dialects.dialect_module("sh").off(owned),
    }
    parts = [f"hook.{shell}", *([f"cd.{shell}"] if cd else [])]
    text, *following = (
        re.sub(r"@([a-z_]+)@", lambda place: places[place[1]], (HOOKS / part).read_text(encoding="utf-8"))
        for part in parts
    )
    if with_completion:
        following.append(completion.script(shell))
    printed = "".join((text, _default(workspace, shell), *following))
    _keep(workspace, [shell, *(["--cd"] if cd else []), *(["--completion"] if with_completion else [])], printed)
    console.answer_program(printed)


def _keep(workspace: Workspace, words: list[str], printed: str) -> None:
    """Keep the output for the next shell; failing to is not an error."""
    if name := kept_hook.file_name(words):
        with suppress(UserError, OSError, UnicodeError):
            files.private_folder(workspace.system.cache / "hooks")
            head = f"{kept_hook.key(workspace.system.environment)}\n".encode()
            files.write(workspace.system.cache / "hooks" / name, head + os.fsencode(printed))


def _default(workspace: Workspace, shell: str) -> str:
    """Code with which a new shell switches to the default profile, for the shells whose `ccuse` starts a process."""
    environment_ = workspace.system.environment
    name = Folders(workspace.system).default
    if not name:
        return ""
    with suppress(UserError):  # what was compiled by an earlier version does not hold any more
        source = workspace.store.text(name)
        workspace.store.compile(name, source, workspace.store.read(name, source))
    if shell in ("bash", "zsh"):
        return ""
    if cached := compiled.cached_output([name, "--shell", shell], environment_):
        code = os.fsdecode(cached[0])
        if message := cached[1].decode().strip():
            console.say(message)
    else:
        message = f"'ccsetup: the default is {name}; switch to it with: ccuse {name}'"
        code = f"echo {message} >&2\n" if shell == "fish" else f"[Console]::Error.WriteLine({message})\n"
    if shell == "fish":
        return f"if not set -q CCSETUP_PROFILE\n{code}end\n"
    return f"if (-not $env:CCSETUP_PROFILE) {{\n{code}}}\n"


def _families(context: Context) -> tuple[str, ...]:
    knowledge = context.obj.knowledge
    return tuple(name[:-1] for name in (*knowledge.owned, *_borrowed(context)) if name.endswith("*"))


def _borrowed(context: Context) -> list[str]:
    knowledge = context.obj.knowledge
    borrows = [*knowledge.shared.env.borrows]
    return borrows + [name for surface in knowledge.surfaces.values() for name in surface.env.borrows]


def _watched(context: Context) -> str:
    """Return a pattern for settings that could override any profile; an unneeded match only costs a process."""
    knowledge = context.obj.knowledge
    known = decisive_settings.load()
    lines = (*known.lines.helpers, *known.lines.refresh, *known.lines.models)
    more = (name for surface in knowledge.surfaces for name in known.watched(surface))
    words = dict.fromkeys((*knowledge.owned, *_borrowed(context), *lines, *more))
    # UTF-16's byte order mark: the shells cannot search such a file.
    return "|".join(("$'\\377\\376'*", "*'\\u'*", *(f"*'{compiled.settings_key(word)}'*" for word in words)))


def _program() -> str:
    """Return a path or name that starts this program with any PATH."""
    words = own_command.program(sys.argv[0])
    return words[0] if len(words) == 1 else "ccsetup"
