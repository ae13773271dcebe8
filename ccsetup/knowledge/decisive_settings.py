"""Settings outside a profile that can change what Claude Code does: a strict, frozen reader of
`profiles/_deciding.toml`."""

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
    """Variables (`NAME*` for a family) that matter where one of `signs` signs requests (empty: everywhere), unless one
    of `unless` is set."""

    names: tuple[str, ...]
    signs: tuple[Signs, ...] = ()
    unless: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the variable is in this group, in upper or lower case."""
        return _matches(name, self.names)


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables in the `env` of a project's or local file: those that the client ignores there (`newer`: since lately),
    and AWS credentials that it reads there after its first requests."""

    never: tuple[str, ...]
    newer: tuple[str, ...]
    late: tuple[str, ...]


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings-file keys: commands that return a credential, commands that refresh one, and keys that change the
    model."""

    helpers: tuple[str, ...]
    refresh: dict[str, tuple[Signs, ...]]  # key → the ways of signing for which it counts; empty: any
    models: tuple[str, ...]  # keys that change the model, overriding the profile


class Deciding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: str
    source: str
    seen: datetime.date
    client: str
    verbatim: tuple[str, ...]
    secret: tuple[str, ...]
    permits: tuple[str, ...]
    preferences: tuple[str, ...]
    variables: tuple[Variables, ...]
    network: Variables
    folder: Folder
    shell_only: tuple[str, ...]
    default: dict[str, str]
    agents: dict[str, str]  # the client's built-in agents, and the model that each requests
    lines: Lines

    def decides(self, name: str, surface: str, environment: Mapping[str, str]) -> bool:
        """Whether setting `name` in a settings layer changes what Claude Code does on `surface` in `environment`."""
        return any(
            group.has(name)
            for group in self.of_surface(surface)
            if not any(environment.get(other) for other in group.unless)
        )

    def is_kept(self, name: str) -> bool:
        """Whether the user's own files keep the variable beside any profile: the network's, and permissions."""
        return self.network.has(name) or _matches(name, self.permits)

    def is_preference(self, name: str) -> bool:
        """Whether the variable chooses a model, region or tier, and not who signs or where requests go."""
        return _matches(name, self.preferences)

    def decides_anywhere(self, name: str) -> bool:
        """Whether the variable is in any group, or is a network variable."""
        return self.network.has(name) or any(group.has(name) for group in self.variables)

    def refreshes(self, line: str, surface: str) -> bool:
        """Whether the settings key `line` refreshes a credential that counts on `surface`."""
        signs = self.lines.refresh.get(line)
        return signs is not None and (not signs or _signs(surface) in signs)

    def serves(self, model: str, surface: str) -> bool:
        """Whether a model id has the form that `surface` serves; a surface without a form accepts any."""
        return re.search(find_surface(surface).ids, model) is not None

    def ignored_in_folder(self, name: str) -> bool:
        """Whether the client ignores the variable in a project's or local file; older versions follow some of them."""
        return self.never_from_folder(name) or _matches(name, self.folder.newer)

    def never_from_folder(self, name: str) -> bool:
        """Like `ignored_in_folder`, of every client since 2.1.241."""
        return _matches(name, self.folder.never)

    def late_from_folder(self, name: str) -> bool:
        """Whether the variable holds AWS credentials that the client reads in such a file after its first requests."""
        return _matches(name, self.folder.late)

    def trimmed(self, name: str, value: str) -> str:
        """`value` as the client reads it from a settings file: trimmed, unless `name` is read verbatim."""
        return value if _matches(name, self.verbatim) else value.strip()

    def may_be_secret(self, name: str, value: str) -> bool:
        """Whether the value must not be written to a file, judged by the variable's name or a login inside a URL."""
        return _matches(name, self.secret) or _LOGIN.search(value) is not None

    def of_surface(self, surface: str) -> Iterator[Variables]:
        """The groups of variables that count on `surface`."""
        yield from (group for group in self.variables if not group.signs or _signs(surface) in group.signs)

    def watched(self, surface: str) -> tuple[str, ...]:
        """Names and families to search for in the bytes of a settings file, as written and in lower case."""
        names = [name for group in (*self.of_surface(surface), self.network) for name in group.names]
        return tuple(dict.fromkeys(written for name in names for written in (name, name.lower())))


def _signs(surface: str) -> str:
    """The way of signing on the surface; empty for an unknown surface."""
    match = load_surfaces().surfaces.get(surface)
    return match.signs if match else ""


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name.upper(), pattern) for pattern in patterns)


@cache
def load() -> Deciding:
    """Load the table, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, Deciding)
