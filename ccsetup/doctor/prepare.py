"""Profiles, made ready for an examination."""

from collections.abc import Mapping

from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.knowledge import pages, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access
from ccsetup.providers.catalogue import Listing
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace


def saved(desk: Workspace, name: str, profile: Profile, once: Once, *, live: bool = False) -> Case:
    """A saved profile for an examination. A secret that cannot be fetched is part of what is examined."""
    desk.refuse_unusable(name, profile)
    unfetched: Finding | None = None
    secrets: Mapping[str, Secret] = {}
    try:
        secrets = desk.secrets(name, profile)
    except pages.Explained as why:
        unfetched = why.finding
    change = desk.change_with(name, profile, secrets)
    child = secret_shapes.masked(environment.applied(change, desk.world.environment))
    access = Access(name, profile, secrets, child, desk.world.home, desk.world.now(), once)
    surface, scene = desk.knowledge.surface(profile.surface), _scene(desk, change)
    return Case(name, profile, surface, desk.knowledge, desk.world, access, change, once, scene, unfetched, live)


def draft(desk: Workspace, access: Access, listing: Listing) -> Case:
    """A profile that is not saved yet, for an examination of what its provider says."""
    name, profile = access.name, access.profile
    change = desk.change_with(name, profile, access.secrets)
    surface, scene = desk.knowledge.surface(profile.surface), _scene(desk, change)
    known = desk.knowledge, desk.world, access, change, Once()
    return Case(name, profile, surface, *known, scene, here=False, known=listing)


def _scene(desk: Workspace, change: EnvironmentChange) -> Surroundings:
    """What Claude Code finds where the profile keeps its login and settings."""
    moved = change.values.get("CLAUDE_CONFIG_DIR")
    return desk.scene(str(moved) if moved else None)
