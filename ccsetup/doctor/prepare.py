"""Prepares profiles for a doctor run."""

import time
from collections.abc import Mapping
from dataclasses import replace

from ccsetup.claude_code import effective, signing
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.signing import Signing
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.knowledge import pages, precedence
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
        unsent="" if unfetched else _unsent_instead(workspace, access, surroundings),
    )


def prepare_draft(workspace: Workspace, access: Access, listing: Listing | None) -> Case:
    """Return the case of a profile that is not saved yet, with its provider's listing."""
    name, profile = access.name, access.profile
    change = workspace.change_with(name, profile, access.secrets)
    surface, surroundings = workspace.knowledge.surface(profile.surface), _surroundings(workspace, change)
    known = workspace.knowledge, workspace.system, access, change, Once()
    return Case(name, profile, surface, *known, surroundings, here=False, known=listing)


def why_unsent(found: Signing) -> str:
    """Return why ccsetup cannot send the same request to the Anthropic API; "" if it can, or sends none."""
    if found.way == "federation":
        return "only Claude Code exchanges the identity token of a federation"
    if found.way == signing.PROFILE:
        return f"only Claude Code can use the Anthropic profile {found.details}"
    is_beside = found.way == "claude-login" and found.beside
    return f"only Claude Code can send the login beside {found.beside}" if is_beside else ""


def _unsent_instead(workspace: Workspace, access: Access, surroundings: Surroundings) -> str:
    """Return what Claude Code sends to the Anthropic API instead of a key that the profile does not hold, if ccsetup
    does not send it; "" where nothing signs, and where another bill would be charged than the profile's."""
    surface, values = access.surface, access.environment
    if surface.signs != "key" or surface.flag or access.credentials:
        return ""
    lines = effective.values(effective.lines(surroundings.layers))
    system = replace(workspace.system, environment=values, home=access.home)
    provider = precedence.load().selected(values)[0]
    found = signing.find_signing(provider, {**values, **lines}, system, surroundings.console_key)
    if found.chosen_by == signing.CONSOLE_KEY:
        return "Claude Code sends the key of the Claude Console, as the profile has none, and ccsetup does not"
    if not surface.is_gateway:  # which charges its own bill, whoever signs
        return ""
    if found.way == "claude-login":
        return "only Claude Code can send the login, which signs as the profile has no key"
    return why_unsent(found)


def _surroundings(workspace: Workspace, change: EnvironmentChange) -> Surroundings:
    """Return the surroundings in the configuration folder that the profile selects."""
    moved = change.values.get("CLAUDE_CONFIG_DIR")
    return workspace.surroundings(str(moved) if moved else None)
