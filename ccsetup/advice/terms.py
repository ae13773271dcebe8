"""Terms by name and link, and the questions to have answered in writing: a reader of `profiles/_scope.toml`."""

import datetime
from functools import cache

import msgspec

from ccsetup.knowledge import strict
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.system.errors import UserError

FILE = "_scope"


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    url: str


class ScopeData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `unasked` are the reasons for facts that no request shows, by fact; `residency` those of the
    residency setting, by who has the say."""

    title: str
    source: str
    seen: datetime.date
    questions: tuple[str, ...]
    residency: dict[str, str]
    unasked: dict[str, str]
    terms: dict[str, tuple[Term, ...]]


@cache
def load_scope() -> ScopeData:
    """`profiles/_scope.toml`; a malformed file is a UserError that names file and key."""
    return strict.read_table(FILE, ScopeData)


def terms_of(surface: str) -> list[Term]:
    """The terms of a surface, each once; none for one that only its operator has terms for."""
    data, groups = load_scope(), find_surface(surface).choose.terms
    if unknown := [group for group in groups if group not in data.terms]:
        raise UserError(f"profiles/{surface}.toml: choose.terms: {FILE}.toml has no terms {unknown[0]!r}")
    return [term for group in groups for term in data.terms[group]]
