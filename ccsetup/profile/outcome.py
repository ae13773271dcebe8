"""What a profile would do on this machine, checked against an allow list, `profiles/_trust.toml`. Anything not listed
needs the user's permission if the profile was imported. Pure: no file, process or request."""

import datetime
import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict, urls
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment
from ccsetup.profile.profile import Profile, references
from ccsetup.system.secret import Secret

OWN_ENTRY = "keyring:"  # the reference to the profile's own entry in the keyring
# As browsers and the client parse URLs: http:/host and http:\host count, too.
_URL = re.compile(r"(?:\b(?:https?|wss?):[\\/]*|://)([^\s/?#\\]+)", re.IGNORECASE)

Kind = Literal["variable", "host", "program", "path", "secret"]
KINDS: tuple[Kind, ...] = ("variable", "host", "program", "path", "secret")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables that are harmless if `like` matches the whole value; `NAME*` is a family."""

    why: str
    like: str
    names: tuple[str, ...]

    def allows(self, name: str, value: str) -> bool:
        return _is_any(name, self.names) and re.fullmatch(self.like, value, re.ASCII) is not None


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `profiles/_trust.toml`. `shown` is for headings: {programs, hosts or paths: patterns of
    variables}."""

    title: str
    source: str
    seen: datetime.date
    client: str
    harmless: tuple[Rule, ...]
    expect: dict[str, str]
    shown: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs permission: a variable or setting with its value, or a secret by its reference."""

    kind: Kind
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What needs permission, and the hosts that receive requests, including the secrets."""

    needs: tuple[Need, ...]
    hosts: tuple[str, ...]

    def needs_of(self, kind: Kind) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if need.kind == kind)

    @property
    def names(self) -> tuple[str, ...]:
        """What the needs are about, without values."""
        return tuple(dict.fromkeys(need.name for need in self.needs))


@cache
def load_allowed() -> Allowed:
    """Load the allow list, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table("_trust", Allowed)


def find_outcome(name: str, profile: Profile, knowledge: Knowledge, home: str) -> Outcome:
    """What the profile `name` would do that the allow list does not cover."""
    surface = knowledge.surfaces[profile.surface]
    needs = [*_variables(name, profile, knowledge, home), *_answers(profile, surface), *_expected(profile)]
    foreign = tuple(dict.fromkeys(host for need in needs for host in _hosts(need, surface)))
    secrets = [*_secrets(profile, surface, moved=bool(foreign))]
    return Outcome((*needs, *secrets), foreign or (surface.own.host.format_map(profile.set),))


def _variables(name: str, profile: Profile, knowledge: Knowledge, home: str) -> Iterator[Need]:
    """Every variable that the profile sets, by [set] and [models] as well as by [env], even if [env] hides the
    others."""
    surface = knowledge.surfaces[profile.surface]
    secrets = dict.fromkeys(references(profile, surface), Secret(""))
    seen: set[tuple[str, str]] = set()
    for variant in (profile, msgspec.structs.replace(profile, env={})):
        change = environment.change(name, variant, knowledge, home=home, secrets=secrets)
        for variable, value in change.values.items():
            if value is None or isinstance(value, Secret) or variable == environment.ACTIVE:
                continue
            if (variable, value) not in seen and not _is_harmless(variable, value, surface):
                yield Need(_kind(variable), variable, value)
            seen.add((variable, value))


def _is_harmless(variable: str, value: str, surface: Surface) -> bool:
    how = surface.env.owns.get(variable) or surface.env.borrows.get(variable)
    if how is not None and how.fixed is not None and how.fixed == value:
        return True
    if how is not None and how.ask == "base_url":
        return re.fullmatch(surface.own.urls, value, re.ASCII) is not None
    return any(rule.allows(variable, value) for rule in load_allowed().harmless)


def _answers(profile: Profile, surface: Surface) -> Iterator[Need]:
    """Settings that set no variable: harmless only if limited to a closed list."""
    set_by_variable = {how.ask for how in (*surface.env.owns.values(), *surface.env.borrows.values())}
    for ask in surface.ask:
        if ask.name in profile.set and ask.name not in set_by_variable and not ask.secret and not ask.one_of:
            yield Need("variable", f"set.{ask.name}", profile.set[ask.name])


def _expected(profile: Profile) -> Iterator[Need]:
    for key, value in profile.expect.items():
        if re.fullmatch(load_allowed().expect.get(key, "(?!)"), value, re.ASCII) is None:
            yield Need("variable", f"expect.{key}", value)


def _kind(variable: str) -> Kind:
    """The heading under which the variable is shown."""
    shown: Mapping[str, Kind] = {"programs": "program", "hosts": "host", "paths": "path"}
    return next((kind for key, kind in shown.items() if _is_any(variable, load_allowed().shown[key])), "variable")


def _hosts(need: Need, surface: Surface) -> Iterator[str]:
    """The hosts in a variable's value, without a login."""
    named = _URL.findall(need.value)
    if surface.place and need.name == surface.place.variable and surface.place.answer == "resource":
        named = [surface.own.host.format(resource=need.value)]
    elif not named and need.kind == "host" and need.value:
        named = [need.value]
    yield from (urls.in_ascii(host.rpartition("@")[2] or host) for host in named)


def _secrets(profile: Profile, surface: Surface, *, moved: bool) -> Iterator[Need]:
    """The secrets that the profile would read, other than its own keyring entry. If requests are `moved` to another
    host, its own entry counts too, and so do this machine's credentials that would sign them."""
    secrets = references(profile, surface)
    for reference in secrets.values():
        if moved or reference != OWN_ENTRY:
            yield Need("secret", reference)
    if moved and not secrets:
        yield Need("secret", surface.own.ambient)


def _is_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
