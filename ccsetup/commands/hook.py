"""`ccsetup hook`: shell functions with `ccuse`."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.knowledge import decisive_settings, settings_files
from ccsetup.profile import compiled, environment
from ccsetup.shells import dialects, posix
from ccsetup.system import console, own_command
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import suggest

EXAMPLE = """Print shell functions that switch profiles: `ccuse NAME`, `ccuse --off`.

In bash and zsh, `ccuse` starts no process. Add one line to your shell's start-up file:

  eval "$(ccsetup hook bash)"        # ~/.bashrc
  eval "$(ccsetup hook zsh)"         # ~/.zshrc
  ccsetup hook fish | source         # ~/.config/fish/config.fish
  ccsetup hook powershell | Out-String | Invoke-Expression   # $PROFILE
"""

HOOKS = Path(__file__).parent.parent / "shells" / "hooks"
SHELLS = ("bash", "zsh", "fish", "powershell")


def hook(context: Context, shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="The shell.")]) -> None:
    workspace = context.obj
    if shell not in SHELLS:
        raise UserError(f"no hook for {shell!r}", suggest(shell, SHELLS) or f"one of: {', '.join(SHELLS)}")
    quote = dialects.dialect_module(dialects.dialect(shell, {})).quote
    families = _families(context)
    files = settings_files.settings_files(None, workspace.system.environment, str(workspace.system.cwd))
    owned = environment.owned_names(workspace.knowledge)
    known = [name for name in (*owned, *_borrowed(context)) if name.startswith(families)]
    managed = next(path for layer, path in reversed(files) if layer == "managed")
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
        "owned": " ".join(owned),
        "watched": _watched(context),
        "largest": str(settings_files.LARGEST),
        "more": str(settings_files.LARGEST + 1),
        "give_back": posix.give_back(),
        "off": dialects.dialect_module("sh").off(owned),
    }
    template = (HOOKS / f"hook.{shell}").read_text(encoding="utf-8")
    console.answer_program(re.sub(r"@([a-z_]+)@", lambda place: places[place[1]], template))


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
    """Return a path or name that starts this program whatever the PATH is."""
    words = own_command.program(sys.argv[0])
    return words[0] if len(words) == 1 else "ccsetup"
