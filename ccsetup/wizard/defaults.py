"""What `init` assumes for settings that no flag gives: the same that the wizard proposes."""

from ccsetup.knowledge import pages
from ccsetup.knowledge.surfaces import Surface
from ccsetup.providers import regions
from ccsetup.providers.aws import client_files
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import suggest
from ccsetup.system.system import System
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.found import MachineSetup, find_setup
from ccsetup.workspace import Workspace

_LISTED = 5  # AWS profiles


def fill_defaults(workspace: Workspace, draft: Draft, surface: Surface) -> list[str]:
    """Fill in required settings that this machine's own configuration has; return what was assumed."""
    missing = {ask.name for ask in surface.ask if ask.required} - set(draft.set)
    questions = surface.wizard.questions
    if not missing or questions not in ("aws", "google"):
        return []
    setup, assumed = find_setup(workspace.system, workspace.knowledge), {}
    if "region" in missing and (region := aws_region(setup, draft)):
        assumed["region"] = region
    if questions == "google":
        if "project" in missing and setup.projects:
            assumed["project"] = setup.projects[0]
        if "location" in missing:
            assumed["location"] = setup.answer(draft.surface, "location") or regions.FIRST[0]
    accepted = {
        name: value for name, value in assumed.items() if (ask := surface.question(name)) and ask.accepts(value)
    }
    draft.set |= accepted
    if "region" in missing - set(accepted):
        _refuse_missing_profile(workspace.system, draft)
    return [f"{name} is {value}" for name, value in accepted.items()]


def _refuse_missing_profile(system: System, draft: Draft) -> None:
    """Raise if the AWS profile that should give the region does not exist: that explains more than a missing region."""
    name = draft.set.get("aws_profile")
    files = client_files.read_files(system.environment, system.home)
    sections = {header.section for header in (*files.config.headers, *files.credentials.headers)}
    if name is None or {name, f"profile.{name}"} & sections:
        return
    error = pages.refusal("aws-profile-missing", aws_profile=name, profile=draft.name)
    names = list(files.profiles)
    listed = f"AWS profiles here: {', '.join(names[:_LISTED])}{', …' if len(names) > _LISTED else ''}" if names else ""
    hints = (suggest(name, names) or listed, "if it is for another machine, also give --set region=…")
    raise UserError(error.message, tuple(filter(None, hints)))


def aws_region(setup: MachineSetup, draft: Draft) -> str | None:
    """The region of the AWS profile, of Claude Code's settings or of this shell; None if none says."""
    chosen = setup.profile(draft.set.get("aws_profile", "default"))
    environment = setup.aws_environment
    candidates = (
        chosen.region if chosen else None,
        setup.answer(draft.surface, "region"),
        environment.get("AWS_REGION"),
        environment.get("AWS_DEFAULT_REGION"),
    )
    return next((region for region in candidates if region), None)
