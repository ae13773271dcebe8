"""Where a profile's requests go, in one word."""

import re
from collections.abc import Mapping

from ccsetup.knowledge.secret_shapes import trim
from ccsetup.knowledge.surfaces import Surface, find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import hosts

ANTHROPIC = "https://api.anthropic.com"
_OF_MODEL = re.compile(r"(?:(?P<before>\d[\d_]*)_)?(?P<tier>[A-Z]+)(?:_(?P<after>\d[\d_]*))?")


def host_of(url: str) -> str:
    """The host and path of a URL."""
    return url.partition("://")[2].rstrip("/")


def place(profile: Profile) -> str:
    """Where the profile's requests go: a region, a location, or the API's host."""
    surface = find_surface(profile.surface)
    where = surface.place
    if where and (answer := profile.env.get(where.variable) or profile.set.get(where.answer) or where.default):
        return answer
    moved = profile.env.get(surface.base_variable) or profile.set.get("base_url")
    return host_of(moved or ("" if where else ANTHROPIC))


def own_place(surface: Surface, environment: Mapping[str, str], model: str) -> str | None:
    """Return the place that a variable sets for this model alone; None if none does.

    The variable is that of the longest name with which the model's id begins, and a value that no place has counts for
    nothing. One that a newer client may have added counts, too, unless a known one is for the same model.
    Source: the program of Claude Code 2.1.332, and its requests on loopback (2026-11-28).
    """
    begins = surface.place.by_model if surface.place else ""
    if not begins:
        return None
    variables = {
        named: name
        for name in (*environment, *surface.env.owns)
        if name.startswith(begins) and (named := _begins_with(name.removeprefix(begins)))
    }
    for named in sorted(variables, key=len, reverse=True):
        if model.startswith(named) and not re.match(r"\d{3}", model[len(named) :]):
            value = trim(environment.get(variables[named], ""))
            return value if hosts.is_region_of_client(value) else None
    return None


def _begins_with(words: str) -> str:
    """With what the ids begin that the rest of a variable's name stands for: "claude-opus-4" for 4_0_OPUS,
    "claude-3-5-haiku" for 3_5_HAIKU, "claude-fable-5" for FABLE_5. Empty for other words."""
    match = _OF_MODEL.fullmatch(words)
    version = (match["before"] or match["after"] or "").replace("_", "-") if match else ""
    if not match or not version:
        return ""
    tier = match["tier"].lower()
    return f"claude-{version}-{tier}" if version.startswith("3") else f"claude-{tier}-{version.removesuffix('-0')}"
