"""Terms by name and link, and the questions to have answered in writing: a reader of `profiles/_scope.toml`."""

import datetime
from functools import cache

import msgspec

from ccsetup.knowledge import strict

FILE = "_scope"


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    url: str


class ScopeData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `unasked` are the reasons for facts that no look-up shows, by fact; `residency` those of the
    residency setting, by who has the say."""

    title: str
    source: str
    seen: datetime.date
    questions: tuple[str, ...]
    residency: dict[str, str]
    unasked: dict[str, str]
    terms: dict[str, tuple[Term, ...]]
    surfaces: dict[str, tuple[str, ...]]


@cache
def load_scope() -> ScopeData:
    """`profiles/_scope.toml`; a malformed file is a UserError that names file and key."""
    return strict.read_table(FILE, ScopeData)


def terms_of(surface: str) -> list[Term]:
    """The terms of a surface, each once; none for one that only its operator has terms for."""
    data = load_scope()
    return [term for group in data.surfaces.get(surface, ()) for term in data.terms[group]]
