"""`ccsetup run`: one command with this profile's provider variables and no other's."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from ccsetup.claude_code import launch, overrides, settings
from ccsetup.claude_code.installation import PROGRAM
from ccsetup.commands.arguments import Context, Profile
from ccsetup.doctor import messages
from ccsetup.knowledge import pages
from ccsetup.profile import environment
from ccsetup.system import console, display, process
from ccsetup.system.errors import UNAVAILABLE, UserError

_NAMED = 12  # names that a message lists
EXAMPLE = """Run a command (claude when left out) with only this profile's provider variables.

User, project and local settings of Claude Code are beaten without being touched.

  ccsetup run bedrock-prod

  ccsetup run bedrock-prod -- claude -p "say pong"

  ccsetup run bedrock-prod -- env
"""


def run(
    context: Context,
    name: Profile,
    command: Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND…]", help="Default: claude.")] = None,
) -> None:
    workspace = context.obj
    profile = workspace.store.load(name)
    surface = workspace.knowledge.surface(profile.surface)
    change = workspace.change(name, profile)
    config_dir = environment.applied(change, workspace.system.environment).get("CLAUDE_CONFIG_DIR")
    found, broken = settings.layers(workspace.system, config_dir)
    named = {variable: "" for layer in found for variable in layer.env}
    change = change.with_strays({**named, **workspace.system.environment})
    child = environment.applied(change, workspace.system.environment)
    words = [word for place, word in enumerate(command or ()) if place or word != "--"]
    if not words or words[0].startswith("-"):
        words.insert(0, PROGRAM)
    if launch.is_claude(words[0]):
        started = launch.with_settings(words, change, workspace.knowledge, surface, workspace.system, found)
        words, child = started.command, {**child, **started.variables}
        defeats = overrides.defeats(found, change, surface, workspace.system.environment)
        managed = overrides.by_file(finding for finding in defeats if finding.facts["layer"] == "managed")
        home = str(workspace.system.home)
        messages.warn((*broken, *managed), home)
        for path, names in _beaten(started).items():
            console.say(console.redact(f"{path}: {_listed(names)} not used in this run", home))
    program = process.find(
        words[0], workspace.system.environment
    )  # not on the PATH that the profile gives to the child
    if program is None:
        if words[0] == PROGRAM:
            raise pages.refusal("claude-missing", UNAVAILABLE)
        raise launch.not_found(words[0])
    if os.name == "posix":
        try:
            # Replaces this process: signals, job control and the exit code need no passing on.
            # As bytes: a locale without UTF-8 has no others for what the profile says.
            bare = {_bytes(name): _bytes(value) for name, value in child.items()}
            os.execve(program, [*map(_bytes, words)], bare)
        except OSError as why:
            raise UserError(
                f"cannot start {program}: {why.strerror}", "a script needs a first line that names its program"
            ) from why
    sys.exit(subprocess.run([program, *words[1:]], env=child, check=False).returncode)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _beaten(started: launch.Started) -> dict[str, list[str]]:
    """{file: names of what it sets and this run does not use}."""
    named = [(str(one.layer.path), one.name) for one in started.overrides]
    named += [(str(path), line) for line, path in started.models]
    found: dict[str, list[str]] = {}
    for path, name in named:
        found.setdefault(path, []).append(name)
    return found


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return display.visible(", ".join(names[:_NAMED])) + more
