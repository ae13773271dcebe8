"""Versions of Claude Code that are known to be broken: a strict, frozen reader of `profiles/_known_broken.toml`."""

import datetime
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict

FILE = "_known_broken"
Condition = Literal["", "bearer", "sso-region", "project-lookup"]


class BrokenVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range of versions, both ends included, that fails on `surfaces` under a condition."""

    first: str
    last: str
    surfaces: tuple[str, ...]
    what: str
    condition: Condition = ""

    @property
    def extent(self) -> str:
        """The range in words."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    def covers(self, version: str) -> bool:
        """Whether the version is in the range; False if it is not known."""
        numbers = version_numbers(version)
        return bool(numbers) and version_numbers(self.first) <= numbers <= version_numbers(self.last)


class KnownBroken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: str
    source: str
    seen: datetime.date
    version: tuple[BrokenVersion, ...]


@cache
def _table() -> KnownBroken:
    """Load the table, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, KnownBroken)


def broken_versions(version: str, surface: str) -> Iterator[BrokenVersion]:
    """Yield the entries for this version of Claude Code on this surface, regardless of their condition."""
    yield from (entry for entry in _table().version if entry.covers(version) and surface in entry.surfaces)


def version_numbers(version: str) -> tuple[int, ...]:
    """The first three numbers of a version; empty without any."""
    return tuple(int(number) for number in re.findall(r"\d{1,9}", version)[:3])
