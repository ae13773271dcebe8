"""What settings layers can decide beside a profile: a strict, frozen reading of `profiles/_deciding.toml`."""

import datetime
import fnmatch
import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from ccsetup.knowledge import strict
from ccsetup.knowledge.surfaces import find_surface, load_surfaces
from ccsetup.knowledge.traits import Signs

FILE = "_deciding"
_LOGIN = re.compile(r"://[^/@\s]+@")


class Variables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables (`NAME*` for a family) that decide where one of `signs` signs (empty: everywhere) unless
    one of `unless` is set."""

    names: tuple[str, ...]
    signs: tuple[Signs, ...] = ()
    unless: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the variable is one of these, in any case."""
        return _matches(name, self.names)


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings lines: commands that yield a credential, and commands that renew one."""

    helpers: tuple[str, ...]
    refresh: dict[str, tuple[Signs, ...]]  # what signs where it counts, anything when empty
    models: tuple[str, ...]  # lines that change which model answers, whatever the profile says


class Deciding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: str
    source: str
    seen: datetime.date
    client: str
    verbatim: tuple[str, ...]
    secret: tuple[str, ...]
    variables: tuple[Variables, ...]
    network: Variables
    default: dict[str, str]
    agents: dict[str, str]  # the client's own agents that ask for a model, and for which
    lines: Lines

    def decides(self, name: str, surface: str, environment: Mapping[str, str]) -> bool:
        """Whether a settings layer that sets `name` changes what Claude Code does on `surface` in `environment`."""
        return any(
            group.has(name)
            for group in self.of_surface(surface)
            if not any(environment.get(other) for other in group.unless)
        )

    def refreshes(self, line: str, surface: str) -> bool:
        """Whether the settings line `line` renews a credential that counts on `surface`."""
        signs = self.lines.refresh.get(line)
        return signs is not None and (not signs or _signs(surface) in signs)

    def serves(self, model: str, surface: str) -> bool:
        """Whether an id has the form of those that `surface` serves; a surface without a form takes any."""
        return re.search(find_surface(surface).ids, model) is not None

    def trimmed(self, name: str, value: str) -> str:
        """`value` as the client takes it from a settings file."""
        return value if _matches(name, self.verbatim) else value.strip()

    def may_be_secret(self, name: str, value: str) -> bool:
        """Whether the value must not be written down: by the variable's name, or for a login inside a URL."""
        return _matches(name, self.secret) or _LOGIN.search(value) is not None

    def of_surface(self, surface: str) -> Iterator[Variables]:
        """The groups that count on `surface`."""
        yield from (group for group in self.variables if not group.signs or _signs(surface) in group.signs)

    def watched(self, surface: str) -> tuple[str, ...]:
        """Names and families to look for in the bytes of a settings file, in both cases."""
        names = [name for group in (*self.of_surface(surface), self.network) for name in group.names]
        return tuple(dict.fromkeys(written for name in names for written in (name, name.lower())))


def _signs(surface: str) -> str:
    """What signs on the surface; empty for one that ccsetup does not know."""
    known = load_surfaces().surfaces.get(surface)
    return known.signs if known else ""


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name.upper(), pattern) for pattern in patterns)


@cache
def load() -> Deciding:
    """Read it; a malformed file is a UserError that names file and key."""
    return strict.known(FILE, Deciding)
