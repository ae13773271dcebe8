"""`ccsetup env`: shell code or an environment file, and nothing else on stdout."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from ccsetup.claude_code import effective, overrides, settings, settings_lines
from ccsetup.commands import env_summary as summary
from ccsetup.commands.arguments import Context, ProfileName
from ccsetup.doctor import messages
from ccsetup.profile import cleared
from ccsetup.profile.environment import (
    ACTIVE,
    EnvironmentChange,
    apply_change,
    describe,
    owned_names,
    reveal,
    values_for_file,
    values_to_restore,
)
from ccsetup.shells import dialects
from ccsetup.shells import files as formats
from ccsetup.system import console, files
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.system.spelling import choices
from ccsetup.workspace import Workspace

EXAMPLE = """Print shell code that activates a profile.

It unsets the variables of every other provider. Variables that other tools use too (AWS_PROFILE, AWS_REGION, …) are
saved, and restored by --off. Claude Code's own variables (ANTHROPIC_API_KEY, …) stay unset.

  eval "$(ccsetup env bedrock-prod)"      # sh, bash, zsh, ksh
  ccsetup env bedrock-prod | source       # fish
  eval "$(ccsetup env --off)"             # deactivate, restore your variables
  ccsetup env bedrock-prod --write .env   # write an env file
"""


def env(
    context: Context,
    name: ProfileName = None,
    shell: Annotated[str | None, typer.Option(help=f"Format: {', '.join(dialects.NAMES)}. [default: auto]")] = None,
    off: Annotated[bool, typer.Option("--off", help="Deactivate the active profile.")] = False,
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an env file with mode 0600 (dotenv unless --shell is given)."),
    ] = None,
    with_secret: Annotated[
        bool, typer.Option("--with-secret", help="Allow --write to store the secret in the file.")
    ] = False,
    announce: Annotated[bool, typer.Option("--announce", hidden=True)] = False,  # for ccuse
) -> None:
    workspace = context.obj
    explicit, shell = shell is not None, shell or "auto"
    if shell not in dialects.NAMES:
        raise UserError(f"--shell {shell}: no such shell", choices(shell, dialects.NAMES))
    if (name is None) == (not off):
        raise UserError("env needs a profile's name, or --off", "for example: ccsetup env bedrock-prod")
    spoken = "dotenv" if write and shell == "auto" else dialects.dialect(shell, workspace.system.environment)
    if write is None and not explicit and console.is_terminal():
        console.answer(*summary.lines(workspace, name, spoken), home=str(workspace.system.home))
        return
    if name is None:
        text = _off(workspace, spoken)
    else:
        text = _on(workspace, name, spoken, to_file=write is not None, with_secret=with_secret)
    if write is None:
        names = _cleared(workspace, name) if spoken in dialects.SWITCHING else []
        console.answer_with_secrets(text + cleared.assignment(names, spoken))
        if announce:
            _announce(workspace, name)
        if message := cleared.at_switch(names) if name else cleared.at_off(workspace.system.environment):
            console.say(message)
    else:
        _write(write.absolute(), text, append=spoken == "github")
        console.say(f"wrote {write}")


def fail_in_shell(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Print a command that fails, for the shell that evaluates the output of a refused `env`."""
    shells = [after for word, after in pairwise(words) if word == "--shell"]
    shells += [word.partition("=")[2] for word in words if word.startswith("--shell=")]
    written = any(word.partition("=")[0] == "--write" for word in words)
    spoken = dialects.dialect(shells[-1] if shells else "auto", environment)
    if not written and spoken not in dialects.FILES and (shells or not console.is_terminal()):
        with suppress(UserError, OSError):  # stdout may be what failed
            console.answer_program("throw 'ccsetup env failed'\n" if spoken == "powershell" else "false\n")


def _announce(workspace: Workspace, name: str | None) -> None:
    """Say what `ccuse` switched to."""
    if name is not None:
        label = describe(name, workspace.store.load(name), workspace.knowledge)
        console.say(console.redact(f"ccsetup: now using {label}", str(workspace.system.home)))
    elif active := workspace.system.environment.get(ACTIVE):
        console.say(f"ccsetup: {active} is off")
    else:
        console.say("ccsetup: no profile is active")


def _cleared(workspace: Workspace, name: str | None) -> list[str]:
    """The user's own values that this switch clears."""
    environment = workspace.system.environment
    return cleared.cleared_names(owned_names(workspace.knowledge, environment), environment) if name else []


def _on(workspace: Workspace, name: str, spoken: str, *, to_file: bool, with_secret: bool) -> str:
    source = workspace.store.text(name)
    profile = workspace.store.read(name, source)
    references = workspace.references(profile)
    if to_file and references and not with_secret:
        raise UserError(
            f"profile {name} needs the secret {', '.join(references)}, and --write would put it in a file",
            "pass --with-secret to write it anyway, or use: ccsetup run " + name,
        )
    change = workspace.change(name, profile).with_strays(workspace.system.environment)
    text = _render(change, spoken, workspace)
    if spoken == "github":
        _mask(change)
    workspace.store.compile(name, source, profile)
    _warn(workspace, change, profile.surface)
    return text


def _render(change: EnvironmentChange, spoken: str, workspace: Workspace) -> str:
    values = reveal(change)
    match spoken:
        case "dotenv":
            return formats.dotenv(values_for_file(change, workspace.knowledge))
        case "github":
            return formats.github(values_for_file(change, workspace.knowledge))
        case "json":
            return formats.json(values)
        case _:
            text: str = dialects.dialect_module(spoken).switch(values, change.borrowed)
            return text


def _off(workspace: Workspace, spoken: str) -> str:
    owned = owned_names(workspace.knowledge, workspace.system.environment)
    if spoken == "json":
        environment = workspace.system.environment
        active = ACTIVE in environment
        forget = dict.fromkeys((*owned, ACTIVE, cleared.CLEARED))
        return formats.json({**values_to_restore(environment), **forget} if active else {})
    if spoken in dialects.FILES:
        raise UserError(f"--off cannot be written as a {spoken} file", "use a shell, or --shell json")
    text: str = dialects.dialect_module(spoken).off(owned)
    return text


def _mask(change: EnvironmentChange) -> None:
    """Keep secrets out of a GitHub job's log. Its runner reads commands from stderr too; stdout goes to $GITHUB_ENV.
    On a terminal the commands would only show the secrets, so none are printed."""
    for value in change.values.values():
        if isinstance(value, Secret):
            console.workflow_commands(formats.github_masks(value.reveal()))


def _warn(workspace: Workspace, change: EnvironmentChange, surface: str) -> None:
    config_dir = change.values.get("CLAUDE_CONFIG_DIR")
    layers, broken = settings.layers(workspace.system, str(config_dir) if config_dir else None)
    defeats = overrides.override_findings(
        layers, change, workspace.knowledge.surface(surface), workspace.system.environment
    )
    decided = effective.variables(layers, apply_change(change, workspace.system.environment), change)
    models = settings_lines.models(layers, decided, change, workspace.knowledge)
    messages.print_warnings((*broken, *overrides.merge_by_file(defeats), *models), str(workspace.system.home))


def _write(path: Path, text: str, *, append: bool) -> None:
    if append:  # keep what earlier steps of the job wrote
        try:
            before = files.read(path)
        except FileNotFoundError:
            before = b""
        gap = b"" if before.endswith(b"\n") or not before else b"\n"
        files.write(path, before + gap + text.encode())
    else:
        _keep(path)
        files.write(path, text.encode())


def _keep(path: Path) -> None:
    """Keep a copy of an env file that ccsetup did not write."""
    try:
        before = files.read(path)
    except FileNotFoundError:
        return
    if ACTIVE.encode() not in before and before.strip():
        backup = path.with_name(f"{path.name}.bak")
        files.write(backup, before)
        console.say(f"what {path.name} held is kept in {backup.name}")
