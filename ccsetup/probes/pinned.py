"""What the probes of every surface say of a pin: what it means in a listing, what is close to it, what else is used."""

import re

from ccsetup.catalogue import Listing, Model, bare, nearest
from ccsetup.probes.case import Case

_DATED = re.compile(r"[-@]\d{8}$")
_NEWEST = re.compile(r"@(default|latest)$")


def named(listing: Listing, pin: str) -> Model | None:
    """The entry that a pin means. Outside of Bedrock an id without its date stands for the dated one."""
    wanted = _NEWEST.sub("", bare(pin))
    exact = listing.find(wanted)
    return exact or next((one for one in listing.models if _DATED.sub("", one.id) == wanted), None)


def close(listing: Listing, pin: str) -> str:
    """The ids that somebody may have meant, in words; "none" where the listing has none at all."""
    return " or ".join(nearest(pin, listing)) or "none"


def means(case: Case, tier: str) -> str:
    """What Claude Code takes a tier for that is not pinned, in words."""
    alias = case.surface.aliases.get(tier)
    return f"{alias} in Claude Code {case.surface.client}" if alias else "not known"
