"""`ccsetup apply`: writes a profile to Claude Code's settings file, for editors and apps that do not use a shell."""

import sys
from typing import Annotated

import typer

from ccsetup.claude_code import effective, helper_commands, overrides, settings_plan
from ccsetup.claude_code.conflicts import of_profile
from ccsetup.claude_code.settings_plan import Extras, Plan
from ccsetup.commands.apply.target import SCOPES, Settings, files_of
from ccsetup.commands.apply.undo import undo
from ccsetup.commands.apply.write import write
from ccsetup.commands.arguments import Context, ProfileName
from ccsetup.doctor import messages
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import HEADERS
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices
from ccsetup.workspace import Workspace

EXAMPLE = """Write a profile to Claude Code's settings, for VS Code, JetBrains and the desktop app.

Shows the change and asks before it writes; --undo restores the previous file byte for byte. A key is not written:
Claude Code gets it from `ccsetup key NAME` (apiKeyHelper).

  ccsetup apply bedrock-prod
  ccsetup apply bedrock-prod --undo
  ccsetup apply bedrock-prod --clear   # remove what overrides the profile
  ccsetup apply --clear                # remove every provider's settings
"""


def apply(
    context: Context,
    name: ProfileName = None,
    scope: Annotated[str, typer.Option(help=f"Settings file: {', '.join(SCOPES)}.")] = "user",
    undo_: Annotated[bool, typer.Option("--undo", help="Restore the previous settings.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Remove settings that override the profile.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the change without making it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    with_secret: Annotated[bool, typer.Option("--with-secret", help="Write the secret in plain text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Undo even if the file was edited since.")] = False,
) -> None:
    workspace = context.obj
    if scope not in SCOPES:
        raise UserError(f"--scope {scope}: no such settings file", choices(scope, SCOPES))
    if undo_ and clear:
        raise UserError("--undo cannot be used with --clear", "use one of them")
    if name is None and not (undo_ or clear):
        raise UserError("apply needs a profile's name", "for example: ccsetup apply bedrock-prod --scope user")
    profile = workspace.store.load(name) if name else None
    if name and profile:
        workspace.refuse_unusable(name, profile)
    change = _unfetched(workspace, name, profile) if name and profile else None
    config_dir = str(change.values.get("CLAUDE_CONFIG_DIR") or "") if change else ""
    files = files_of(workspace, scope, config_dir or workspace.config_dir)
    if undo_:
        undo(workspace, files, dry_run=dry_run, force=force)
    elif clear:
        plans = [(file, _cleared(workspace, file, change, profile)) for file in files]
        write(workspace, name or "", plans, dry_run=dry_run, yes=yes)
    elif name and profile and change:
        _refuse_folder(workspace, name, profile, config_dir)
        plan, secret = _written(workspace, name, profile, files[0], with_secret=with_secret)
        changed = write(workspace, name, [(files[0], plan)], dry_run=dry_run, yes=yes, private=secret)
        if changed:
            _warn_of_rest(workspace, profile, change, config_dir, scope)


def _unfetched(workspace: Workspace, name: str, profile: Profile) -> EnvironmentChange:
    return effective.change_without_secrets(name, profile, workspace.knowledge, str(workspace.system.home))


def _cleared(workspace: Workspace, file: Settings, change: EnvironmentChange | None, profile: Profile | None) -> Plan:
    if change is None or profile is None:
        return settings_plan.plan_emptying(workspace.knowledge, file.layer)
    surface = workspace.knowledge.surface(profile.surface)
    return settings_plan.plan_clearing(change, surface, workspace.knowledge, file.surroundings, file.layer)


def _written(
    workspace: Workspace, name: str, profile: Profile, file: Settings, *, with_secret: bool
) -> tuple[Plan, bool]:
    """Return the plan, and whether it writes a secret to the file."""
    surface = workspace.knowledge.surface(profile.surface)
    change = workspace.change(name, profile) if with_secret else _unfetched(workspace, name, profile)
    command = None
    references = workspace.references(profile)
    if references and not with_secret:
        if not settings_plan.accepts_helper(surface) or HEADERS in references:
            raise UserError(
                f"profile {name} needs the secret {', '.join(references)}, and Claude Code accepts no command for it: "
                "it would be in the file in plain text",
                f"pass --with-secret to write it anyway, or use: ccsetup run {name}",
            )
        command = helper_commands.secret_command(name, workspace.system, sys.argv)
        for answer, reference in references.items():
            if reference.startswith("env:"):
                console.say(f"{answer}: {reference[4:]} has to be there wherever Claude Code is started")
    extras = Extras(command, helper_commands.sign_in(change, workspace.system))
    plan = settings_plan.plan_profile(change, surface, workspace.knowledge, file.surroundings, file.layer, extras)
    return plan, bool(references) and with_secret


def _refuse_folder(workspace: Workspace, name: str, profile: Profile, config_dir: str) -> None:
    """Raise UserError for a login in another folder: the client reads the settings file before it could name the
    folder."""
    default_folder = str(workspace.system.home / ".claude")
    if config_dir and config_dir.rstrip("/") != default_folder and "oauth_token" not in profile.set:
        raise UserError(
            f"profile {name} keeps its login in {config_dir}, and a settings file cannot set that folder",
            f"start the program that runs Claude Code with: ccsetup run {name} -- COMMAND",
        )


def _warn_of_rest(
    workspace: Workspace, profile: Profile, change: EnvironmentChange, config_dir: str, scope: str
) -> None:
    """Report what overrides the profile outside the written file."""
    workspace.forget_layers()
    surroundings = workspace.surroundings(config_dir or workspace.config_dir)
    surface = workspace.knowledge.surface(profile.surface)
    findings = of_profile(surroundings, change, surface, workspace.knowledge)
    messages.print_warnings(
        overrides.merge_by_file(finding for finding in findings if finding.facts.get("path")),
        str(workspace.system.home),
    )
    if scope == "project":
        console.say("settings.json of a folder is shared by everyone who works there; --scope local is only yours")
    for name in effective.BEFORE_FILES[:-1]:
        if workspace.system.environment.get(name):
            console.say(f"{name} is set in this shell, and a settings file cannot unset it: unset it there")
