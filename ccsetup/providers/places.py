"""Where a profile's requests go, in one word."""

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile

ANTHROPIC = "https://api.anthropic.com"


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
