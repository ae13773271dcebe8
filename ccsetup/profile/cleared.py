"""The user's own values of variables that ccsetup owns: a switch clears them, and `--off` does not restore them.

A switch from no profile keeps their names in CCSETUP_CLEARED, so that `--off` can name them. Imports next to nothing:
it runs in shell start-up.
"""

from collections.abc import Iterable, Mapping

CLEARED = "CCSETUP_CLEARED"  # NAME, NAME
_ASSIGN = {"sh": "\\export {}='{}'\n", "fish": "set -gx {} '{}'\n", "powershell": "$env:{} = '{}'\n"}


def cleared_names(owned: Iterable[str], environment: Mapping[str, str]) -> list[str]:
    """The owned variables with a value that no profile gave: none while a profile is active."""
    return [] if environment.get("CCSETUP_PROFILE") else sorted(name for name in owned if environment.get(name))


def assignment(names: list[str], spoken: str) -> str:
    """Code of the dialect `spoken` that keeps the names."""
    return _ASSIGN[spoken].format(CLEARED, ", ".join(names)) if names else ""


def at_switch(names: list[str]) -> str:
    """A message, or an empty string if there is nothing to say."""
    return f"ccsetup: cleared from this shell: {', '.join(names)} (not restored by --off)" if names else ""


def at_off(environment: Mapping[str, str]) -> str:
    """A message, or an empty string if there is nothing to say."""
    names = environment.get(CLEARED, "") if environment.get("CCSETUP_PROFILE") else ""
    return f"ccsetup: still unset: {names} (set again if you need it)" if names else ""
