"""Prepares profiles for a doctor run."""

import time
from collections.abc import Mapping

from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile
from ccsetup.profile.vault import REQUEST_SECONDS
from ccsetup.providers.access import PROFILE_SECONDS, Access
from ccsetup.providers.catalogue import Listing
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace


def prepare_saved(
    workspace: Workspace,
    name: str,
    profile: Profile,
    once: Once,
    *,
    live: bool = False,
    seconds: float = PROFILE_SECONDS,
) -> Case:
    """Return the case of a saved profile, whose requests end within `seconds`. A secret that cannot be fetched becomes
    its finding."""
    workspace.refuse_unusable(name, profile)
    until = time.monotonic() + seconds
    unfetched: Finding | None = None
    secrets: Mapping[str, Secret] = {}
    try:
        secrets = workspace.secrets(name, profile, REQUEST_SECONDS)
    except pages.Explained as error:
        unfetched = error.finding
    change = workspace.change_with(name, profile, secrets)
    child, export = workspace.effective_environment(change), workspace.credential_export(change)
    known = workspace.system.home, workspace.system.now(), once, until, export
    access = Access(name, profile, secrets, child, *known, answers=once)
    surface, surroundings = workspace.knowledge.surface(profile.surface), _surroundings(workspace, change)
    return Case(
        name,
        profile,
        surface,
        workspace.knowledge,
        workspace.system,
        access,
        change,
        once,
        surroundings,
        unfetched,
        live,
    )


def prepare_draft(workspace: Workspace, access: Access, listing: Listing | None) -> Case:
    """Return the case of a profile that is not saved yet, with its provider's listing."""
    name, profile = access.name, access.profile
    change = workspace.change_with(name, profile, access.secrets)
    surface, surroundings = workspace.knowledge.surface(profile.surface), _surroundings(workspace, change)
    known = workspace.knowledge, workspace.system, access, change, Once()
    return Case(name, profile, surface, *known, surroundings, here=False, known=listing)


def _surroundings(workspace: Workspace, change: EnvironmentChange) -> Surroundings:
    """Return the surroundings in the configuration folder that the profile selects."""
    moved = change.values.get("CLAUDE_CONFIG_DIR")
    return workspace.surroundings(str(moved) if moved else None)
