"""`ccsetup run`: runs a command with only this profile's provider variables."""

import os
import sys
import uuid
from collections.abc import Mapping
from typing import Annotated

import typer

from ccsetup.claude_code import launch, model_pricing, overrides, settings
from ccsetup.claude_code.wrapper import PROGRAM
from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages
from ccsetup.knowledge import pages, settings_files
from ccsetup.profile import environment, status_line
from ccsetup.system import console, process
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.usage import notes
from ccsetup.usage.ledger import Note
from ccsetup.workspace import Workspace

_NAMED = 12  # names listed in a message
EXAMPLE = """Run claude, or another command, with a profile.

The command gets only this profile's provider variables. Claude Code's user, project and local settings are overridden,
not changed.

  ccsetup run bedrock-prod
  ccsetup run bedrock-prod -- claude -p "say pong"
  ccsetup run bedrock-prod -- env
"""


def run(
    context: Context,
    name: ChosenName = None,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND…]", help="The command and its arguments. [default: claude]"),
    ] = None,
) -> None:
    workspace = context.obj
    if name == "--":  # what follows is the command
        command, name = [name, *(command or ())], None
    name = name_or_chosen(workspace, name)
    profile = workspace.store.load(name)
    surface = workspace.knowledge.surface(profile.surface)
    change = workspace.change(name, profile)
    config_dir = environment.apply_change(change, workspace.system.environment).get("CLAUDE_CONFIG_DIR")
    layers, broken = settings.layers(workspace.system, config_dir)
    named = {variable: "" for layer in layers for variable in layer.env}
    change = change.with_strays({**named, **workspace.system.environment})
    child = environment.apply_change(change, workspace.system.environment)
    words = [word for place, word in enumerate(command or ()) if place or word != "--"]
    if not words or words[0].startswith("-"):
        words.insert(0, PROGRAM)
    if launch.is_claude(words[0]):
        client = model_pricing.RunningClient(
            layers, child, lambda: workspace.client.version if workspace.client else ""
        )
        known = workspace.prices.known(name, profile)
        pricing = model_pricing.for_run(known, profile, workspace.knowledge, client, workspace.system.now())
        started = launch.with_settings(words, change, workspace.knowledge, surface, workspace.system, layers, pricing)
        words, child = started.command, {**child, **started.variables}
        child.pop(status_line.PRICED, None)  # an outer session's
        if pricing and model_pricing.OPTION in words:
            child[status_line.PRICED] = name
        defeats = overrides.override_findings(layers, change, surface, workspace.system.environment)
        managed = overrides.merge_by_file(finding for finding in defeats if finding.facts["layer"] == "managed")
        home = str(workspace.system.home)
        messages.print_warnings((*broken, *managed), home)
        for path, names in _beaten(started).items():
            console.say(console.redact(f"{path}: {_listed(names)} not used in this run", home))
        words = _noted(workspace, name, words, child)
    program = process.find(words[0], workspace.system.environment)  # not the PATH that the profile gives to the child
    if program is None:
        if words[0] == PROGRAM:
            raise pages.refusal("claude-missing", UNAVAILABLE)
        raise launch.not_found(words[0])
    if os.name == "posix":
        try:
            # Replaces this process, so that signals, job control and the exit code need no forwarding.
            # As bytes: a locale without UTF-8 cannot encode every value of a profile.
            bare = {_bytes(name): _bytes(value) for name, value in child.items()}
            os.execve(program, [*map(_bytes, words)], bare)
        except OSError as error:
            raise UserError(
                f"cannot start {program}: {error.strerror}", "a script needs a first line that names its program"
            ) from error
    sys.exit(process.attached([program, *words[1:]], environment=child))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _noted(workspace: Workspace, name: str, words: list[str], child: Mapping[str, str]) -> list[str]:
    """Note for `cost` whose bill this client is on; the words with a session id where they begin a new session."""
    given = words[3:]  # behind `claude --settings FILE`
    session = str(uuid.uuid4()) if notes.may_name_session(given) else ""
    cwd = os.path.realpath(workspace.system.cwd)
    moved = child.get("CLAUDE_CONFIG_DIR")
    folder = os.path.realpath(settings_files.user_folder(moved, str(workspace.system.home), cwd))
    at = int(workspace.system.now().timestamp() * 1000)
    known = session or notes.named_session(given)
    note = Note(at, os.getpid(), name, folder, cwd, known, bool(known), notes.is_new_session(given))
    notes.write_note(workspace.system.state / "usage", note)
    return [*words[:3], "--session-id", session, *given] if session else words


def _beaten(started: launch.Started) -> dict[str, list[str]]:
    """Return {file: names of its settings that this run overrides}."""
    named = [(str(override.layer.path), override.name) for override in started.overrides]
    named += [(str(path), line) for line, path in started.models]
    by_file: dict[str, list[str]] = {}
    for path, name in named:
        by_file.setdefault(path, []).append(name)
    return by_file


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
