"""The environments of other programs: none gets a secret that it does not need."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping

from ccsetup.knowledge import secret_shapes, surfaces
from ccsetup.system import process, redact

_SAVED = "CCSETUP_SAVED_"
_AWS = ("AWS_*", "CCSETUP_SAVED_AWS_*")


def bare_environment(environment: Mapping[str, str], needs: Iterable[str] = ()) -> dict[str, str]:
    """For a program that needs no secret: what the person has, without what is one or looks like one. `needs` are
    patterns of variables that it gets anyway."""
    return _without(
        environment, lambda name, value: _is_providers(name, value) or bool(secret_shapes.kind(name, value)), needs
    )


def helper_environment(environment: Mapping[str, str], command: str) -> dict[str, str]:
    """For the user's own `command`: the same with the tokens of other services, but no provider's, unless the command
    names the variable; AWS's for one that calls `aws`."""
    words = set(re.findall(r"\w+", command))
    return _without(environment, _is_providers, (*words, *(_AWS if "aws" in words else ())))


def _without(
    environment: Mapping[str, str], is_secret: Callable[[str, str], bool], needs: Iterable[str]
) -> dict[str, str]:
    needs = tuple(needs)
    found = {
        name: value
        for name, value in environment.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in needs)
        or not is_secret(name.removeprefix(_SAVED), value)
    }
    return {**found, "PATH": process.user_path(environment)}


def _is_providers(name: str, value: str) -> bool:
    """Whether the variable holds a secret by which Claude is reached, under any name."""
    if not value:
        return False
    return surfaces.load_surfaces().is_secret(name) or redact.is_noted(value) or bool(secret_shapes.providers(value))
