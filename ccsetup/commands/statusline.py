"""`ccsetup statusline`: one line for Claude Code's own status line, and its place in the user's settings."""

import json as json_
import shlex
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ccsetup.claude_code import effective, json_edit
from ccsetup.commands.apply.later import LINE, undo_below, with_status_line
from ccsetup.commands.apply.target import Settings, bytes_of, difference, files_of, receipts, status_line_receipts
from ccsetup.commands.apply.undo import locked, put_back
from ccsetup.commands.apply.write import write
from ccsetup.commands.arguments import Context
from ccsetup.knowledge import precedence
from ccsetup.profile import compiled, environment, status_line
from ccsetup.system import console, files, own_command
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

EXAMPLE = """Print one line for Claude Code's status line: profile, surface, region, model.

Claude Code runs it inside a session, so it shows what that session really uses, settings files included. It says so
when that is not what the profile declares. The cost is shown only where Claude Code's own figure is right: with an
Anthropic API key, or on a cloud under `ccsetup run`.

  ccsetup statusline --install     # add it to ~/.claude/settings.json, after asking
  ccsetup statusline --undo        # restore what was there
  echo '{}' | ccsetup statusline   # what it shows for this shell
"""


@dataclass(frozen=True, slots=True)
class _StatusLinePlan:
    """Sets the settings line."""

    value: object

    def apply_to(self, text: str) -> str:
        return json_edit.put(text, (LINE,), self.value)


def statusline(
    context: Context,
    install: Annotated[bool, typer.Option("--install", help="Add it to your Claude Code settings.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Remove it, and restore what was there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the change without making it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    workspace = context.obj
    if install and undo:
        raise UserError("--install cannot be used with --undo", "use one of them")
    if install:
        _install(workspace, dry_run=dry_run, yes=yes)
    elif undo:
        _undo(workspace, dry_run=dry_run)
    else:
        _print(workspace)


def _print(workspace: Workspace) -> None:
    given = status_line.read_input()
    if not given and workspace.system.interactive:
        console.say("to add this line to Claude Code, which names the model too: ccsetup statusline --install")
    table = _table(workspace)
    with suppress(UserError, OSError):  # a cache
        files.private_folder(workspace.system.cache)
        files.write(workspace.system.cache / status_line.FILE, json_.dumps(table).encode(), durable=False)
    console.answer_program(status_line.line(given, workspace.system.environment, table).decode())


def _table(workspace: Workspace) -> dict[str, Any]:
    """What the quick way has to know. Without any secret."""
    knowledge, order = workspace.knowledge, precedence.load()
    surfaces = knowledge.surfaces
    owned = [name for name in knowledge.owned if not name.endswith("*")]
    return {
        "stamp": compiled.stamp(workspace.system.environment),
        "on": order.on,
        "owned": owned,
        "families": [name[:-1] for name in knowledge.owned if name.endswith("*")],
        "ignored": [effective.HOST_MANAGED],  # `run` sets it
        "providers": [
            {
                "title": provider.title,
                "flags": provider.flags,
                "needs": provider.needs,
                "base": provider.base,
                "place": provider.place,
                # Without a variable, AWS's own files decide.
                "place_default": "" if provider.cloud == "aws" else provider.place_default,
                "first_party": provider.client == precedence.FIRST_PARTY,
            }
            for provider in order.provider
        ],
        "credentials": [
            {
                "names": (credential.name, *credential.needs),
                "title": surfaces[credential.surface].title,
                "priced": surfaces[credential.surface].prices == "published",
            }
            for credential in order.credential
            if credential.name[:1].isupper() and credential.surface in surfaces
        ],
        "profiles": dict(_profiles(workspace)),
    }


def _profiles(workspace: Workspace) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name in workspace.store.names():
        try:
            source = workspace.store.text(name)
            profile = workspace.store.read(name, source)
        except UserError:  # the others still count
            continue
        surface = workspace.knowledge.surfaces[profile.surface]
        change = effective.change_without_secrets(name, profile, workspace.knowledge, str(workspace.system.home))
        values = {key: value for key, value in change.values.items() if value is not None and key != environment.ACTIVE}
        declared = {
            "source": source.decode(),
            "title": surface.title,
            "priced": surface.prices == "published",
            "first_party": surface.is_direct,
            "set": {key: value for key, value in values.items() if not isinstance(value, Secret)},
            "secret": [key for key, value in values.items() if isinstance(value, Secret)],
        }
        found.append((name, declared))
    return found


def _settings(workspace: Workspace) -> Settings:
    return files_of(workspace, "user", workspace.config_dir)[0]


def _install(workspace: Workspace, *, dry_run: bool, yes: bool) -> None:
    file = _settings(workspace)
    home = workspace.system.environment.get("CCSETUP_HOME")
    prefix = [f"CCSETUP_HOME={shlex.quote(str(workspace.system.config))}"] if home else []
    command = " ".join([*prefix, shlex.join([*own_command.program(sys.argv[0]), "statusline"])])
    former = file.layer.content.get(LINE)
    if former is not None and not _is_ours(former):
        console.say("ccsetup: this replaces your present status line; --undo restores it")
    plan = _StatusLinePlan({"type": "command", "command": command})
    write(workspace, "", [(file, plan)], dry_run=dry_run, yes=yes, store=status_line_receipts(workspace))


def _is_ours(value: object) -> bool:
    words = own_command.split(value.get("command")) if isinstance(value, dict) else None
    return words is not None and words.arguments[:1] == ("statusline",)


def _undo(workspace: Workspace, *, dry_run: bool) -> None:
    file, store, applied = _settings(workspace), status_line_receipts(workspace), receipts(workspace)
    home = str(workspace.system.home)
    stack = store.changes_to(file.path)
    if not stack:
        raise UserError(f"ccsetup has not added a status line to {file.path}", "what decides here: ccsetup status")
    if not _is_ours(file.layer.content.get(LINE)):
        raise UserError(
            f"the status line in {file.path} was replaced by another one", "nothing was changed; edit the file yourself"
        )
    last = stack[-1]
    undone = undo_below(
        last, applied.changes_to(file.path), file.before, lambda _, after: with_status_line(after, last.before)
    )
    # Without `undone` other lines were edited since, and stay.
    after = undone.content if undone else with_status_line(file.before, last.before)
    console.answer_document(difference(file.path, file.before, after, home))
    if dry_run:
        console.say("nothing was changed: --dry-run")
        return
    with locked(applied, store):
        if bytes_of(file.path) != file.before:
            raise UserError(f"{file.path} was changed in the meantime", "nothing was changed; try again")
        alone = undone is not None and not undone.later
        put_back(store, file.path, stack, after, None if alone else file.path.stat().st_mode & 0o777)
        if undone and undone.later:
            applied.keep(file.path, undone.receipts)
    console.say(console.redact(f"restored the previous status line in {file.path}", home))
