"""A pin in a listing, as the providers themselves read it."""

import re

from ccsetup.catalogue import Listing, Model, bare

_DATED = re.compile(r"[-@]\d{8}$")
_NEWEST = re.compile(r"@(default|latest)$")


def named(listing: Listing, pin: str) -> Model | None:
    """The entry that a pin means. Outside of Bedrock an id without its date stands for the dated one."""
    wanted = _NEWEST.sub("", bare(pin))
    exact = listing.find(wanted)
    return exact or next((one for one in listing.models if _DATED.sub("", one.id) == wanted), None)
