"""The unreadable profiles that a command over all profiles leaves out."""

from collections.abc import Sequence

from ccsetup.system import console
from ccsetup.system.errors import UserError


def print_left_out(unreadable: Sequence[tuple[str, UserError]], home: str) -> bool:
    """Print each profile's error, then the names that are left out; return whether there are any."""
    for _, error in unreadable:
        console.refuse(error, home)
    if unreadable:
        console.say(f"left out, because unreadable: {', '.join(name for name, _ in unreadable)}")
    return bool(unreadable)
