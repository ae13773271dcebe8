"""Profiles that would send a secret unencrypted to another machine."""

from ccsetup.knowledge import urls
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment
from ccsetup.profile.profile import ALLOW_HTTP, Profile, references
from ccsetup.system.secret import Secret


def find_insecure(name: str, profile: Profile, knowledge: Knowledge, home: str) -> Finding | None:
    """The first variable by which it does, unless the profile says that it may; None if every address is encrypted,
    leads to this machine, or gets no secret."""
    surface = knowledge.surfaces[profile.surface]
    held = references(profile, surface)
    if allows_http(profile) or (not held and profile.env.get(surface.unsigned_flag)):
        return None
    change = environment.change(name, profile, knowledge, home=home, secrets=dict.fromkeys(held, Secret("")))
    for variable, value in change.values.items():
        if isinstance(value, str) and urls.is_destination(variable) and urls.is_insecure(value):
            facts = {"profile": name, "surface": profile.surface, "variable": variable, "host": urls.host(value)}
            return Finding("insecure-url", facts)
    return None


def allows_http(profile: Profile) -> bool:
    return profile.set.get(ALLOW_HTTP) == "true"
