"""Surfaces: strict, frozen readers of `profiles/*.toml`."""

import datetime
import fnmatch
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

import msgspec

from ccsetup.knowledge import location, precedence, strict
from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.prefix import Prefix
from ccsetup.knowledge.traits import (
    AuthKind,
    Cloud,
    Limits,
    Lists,
    Live,
    Own,
    Place,
    Prices,
    Signs,
    Traits,
    Wire,
    Wizard,
)
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices

SHARED = "_shared"


class Variable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a surface sets one variable; a name ending in `*` is a family of names."""

    fixed: str | None = None  # always this value
    ask: str | None = None  # the value of this answer
    on_with: str = ""  # a flag that is on if this answer is given; without it, `[env]` may set it
    clear: bool = False  # borrowed only to be unset
    secret: bool = False  # a credential that no answer sets
    never_empty: bool = False  # the client treats an empty value differently from unset
    sent: tuple[AuthKind, ...] = ("x-api-key",)  # how the client sends the secret in it; ccsetup uses the first


class Env(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owns: dict[str, Variable] = {}
    borrows: dict[str, Variable] = {}
    left_alone: dict[str, str] = {}


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that an account may use only while requests are retained in one of these modes."""

    model: str  # the provider's id, without prefix
    modes: tuple[str, ...]  # least retention first
    source: str


class Served(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where models from version `since` up to version `until` are known to be served, or known not to be."""

    since: tuple[int, ...] = ()
    until: tuple[int, ...] = ()
    at: tuple[str, ...] = ()
    not_at: tuple[str, ...] = ()

    def excludes(self, version: tuple[int, ...], place: str) -> bool:
        """Whether this rules out a model of that version at that place."""
        if version < self.since or (self.until and version > self.until):
            return False
        return place in self.not_at or (bool(self.at) and place not in self.at)


class Betas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The values of ANTHROPIC_BETAS that the client sends here, in the header and in the body; it drops the rest."""

    header: tuple[str, ...]
    body: tuple[str, ...] = ()


class Surface(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way Claude Code reaches Claude."""

    title: str
    bills: str
    source: str
    seen: datetime.date
    client: str
    lists: Lists
    signs: Signs
    own: Own
    wire: Wire
    env: Env
    ask: tuple[Ask, ...]
    live: Live = "anthropic"
    limits: Limits = "none"
    prices: Prices = "unknown"
    cloud: Cloud = ""
    pins: bool = False  # `init` pins the tiers: for an unpinned tier the client guesses, and the attempt may cost money
    fixed_aliases: bool = False  # an alias resolves to a model built into the client, not to the newest
    certificates: tuple[str, ...] = ()  # more variables of certificate files, which doctor checks
    ids: str = ""  # the form of its model ids
    faults: str = ""  # the surface whose pages in checks/ apply here too
    place: Place | None = None
    wizard: Wizard = Wizard()
    choose: Traits = Traits()
    also: tuple[str, ...] = ()  # flags of other surfaces that may be set together with its own
    aliases: dict[str, str] = {}  # the id that this `client` requests for a tier's alias
    prefix: Prefix | None = None  # None if ids are the same in every region
    exactly_one: tuple[tuple[str, ...], ...] = ()  # groups of answers of which exactly one must be given
    at_most_one: tuple[tuple[str, ...], ...] = ()
    needs: dict[str, str] = {}  # {answer: the answer without which it must not be given}
    retention: tuple[Retention, ...] = ()
    served: tuple[Served, ...] = ()
    betas: Betas | None = None  # None if the client sends any value
    settings: dict[str, str] = {}  # settings-file key → the variable that it overrides, "" for a login
    name: str = ""  # the file's name

    def question(self, name: str) -> Ask | None:
        """The setting called `name`, or None."""
        return next((ask for ask in self.ask if ask.name == name), None)

    @property
    def secret(self) -> Ask | None:
        """The secret that `--key-stdin` sets: the first one, never the headers. Returns None if there are no
        secrets."""
        return next((ask for ask in self.ask if ask.secret and not ask.plain), None)

    def flag_of(self, answer: str) -> str:
        """The flag without which the client does not send the answer's secret; empty if it needs none."""
        return next((name for name, how in self.env.owns.items() if how.on_with == answer), "")

    def is_sent(self, answer: str, values: Mapping[str, str]) -> bool:
        """Whether the client sends the answer's secret with these variables."""
        return not (flag := self.flag_of(answer)) or precedence.load().is_on(values.get(flag))

    @property
    def is_gateway(self) -> bool:
        """Whether the host comes only from the profile."""
        return not self.own.host

    @property
    def is_direct(self) -> bool:
        """Whether it is Anthropic's own API, with a key or a login."""
        return self.signs in ("key", "login") and not self.is_gateway

    @property
    def is_keyed(self) -> bool:
        """Whether it is Anthropic's own API with a key, which a key helper may print."""
        return self.is_direct and self.signs == "key"

    @property
    def base_variable(self) -> str:
        """The variable of its base URL; empty if it has none."""
        return self.own.base or self.variable("base_url")

    def variable(self, answer: str) -> str:
        """The first variable that the answer sets; empty if it sets none."""
        every = (*self.env.owns.items(), *self.env.borrows.items())
        return next((name for name, how in every if how.ask == answer), "")

    @property
    def unsigned_flag(self) -> str:
        """The variable that makes Claude Code send unsigned requests; empty if it has none."""
        return next((name for name in self.env.owns if re.fullmatch(r"CLAUDE_CODE_SKIP_\w+_AUTH", name)), "")

    @property
    def flag(self) -> str:
        """The variable that selects the surface; empty if it has none."""
        return next((name for name, how in self.env.owns.items() if how.fixed is not None), "")


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all surfaces share: the model variables, and the rest of the variables that every switch unsets."""

    title: str
    source: str
    seen: datetime.date
    client: str
    models: dict[str, str]
    env: Env
    secrets: tuple[str, ...] = ()  # credentials that no surface has, and no profile may hold
    carried: tuple[str, ...] = ()  # patterns of variables that a timer lacks and gets from the shell it is made in
    aliases: tuple[str, ...] = ()  # what the client takes for a model beside ids
    needs: dict[str, str] = {}  # the first client that can speak with a model: {tier-version: client version}
    certificates: tuple[str, ...] = ()  # variables of certificate files, which doctor checks on every surface
    destinations: tuple[str, ...] = ()  # patterns of variables that say where requests with a secret go
    escapes: tuple[str, ...] = ()  # patterns of variables that `trace` keeps from the client


class Knowledge(msgspec.Struct, frozen=True, dict=True):  # a dict for what is computed once
    """All of `profiles/`."""

    surfaces: Mapping[str, Surface]
    shared: Shared

    def surface(self, name: str) -> Surface:
        """The surface called `name`; raises UserError with the known ones if there is no match."""
        if name not in self.surfaces:
            raise UserError(f"unknown surface {name!r}", choices(name, self.surfaces))
        return self.surfaces[name]

    def selected(self, flags: Collection[str]) -> Surface | None:
        """The surface that the client's provider with these flags is; of Anthropic's own API the one with a key."""
        first = next(iter(flags), "")
        return next((one for one in self.surfaces.values() if one.flag == first and not one.is_gateway), None)

    def together(self, surface: Surface, environment: Mapping[str, str]) -> Iterator[Surface]:
        """The surfaces whose flags may be set together with that of `surface`, and are set in `environment`."""
        flags = [flag for flag in surface.also if environment.get(flag)]
        yield from (other for other in self.surfaces.values() if other.flag in flags)

    @property
    def certificates(self) -> tuple[str, ...]:
        """Every variable that names a certificate file on some surface."""
        named = (name for surface in self.surfaces.values() for name in surface.certificates)
        return tuple(dict.fromkeys((*self.shared.certificates, *named)))

    @cached_property
    def owned(self) -> Mapping[str, Variable]:
        """Every variable that ccsetup alone manages and every switch unsets, computed from all surfaces."""
        merged = dict(self.shared.env.owns)
        for surface in self.surfaces.values():
            merged |= surface.env.owns
        return MappingProxyType(merged)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Every variable that any surface names, families (`NAME*`) included."""
        borrowed = {name for surface in self.surfaces.values() for name in surface.env.borrows}
        return frozenset({*self.owned, *borrowed, *self.shared.env.borrows, *self.shared.models.values()})

    def is_escape(self, name: str) -> bool:
        """Whether the variable could make a traced client bypass the recorder."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.shared.escapes)

    def is_owned(self, name: str) -> bool:
        """Whether every profile that does not set the variable unsets it; members of families included."""
        return name in self.owned or name.startswith(self._owned_families)

    def is_known(self, name: str) -> bool:
        """Whether a profile may set or unset the variable; members of families included."""
        return name in self.variables or name.startswith(self._families)

    @cached_property
    def _owned_families(self) -> tuple[str, ...]:
        return tuple(key[:-1] for key in self.owned if key.endswith("*"))

    @cached_property
    def _families(self) -> tuple[str, ...]:
        return tuple(key[:-1] for key in self.variables if key.endswith("*"))

    def is_accounted(self, name: str) -> bool:
        """Whether a variable of the client's, or a family (`NAME*`), is owned, borrowed or left alone with a reason."""
        known = {*self.variables, *self.shared.env.left_alone}
        in_family = any(key.endswith("*") and name.startswith(key[:-1]) for key in known)
        return name in known or in_family or (name.endswith("*") and {name[:-1], f"{name[:-1]}_*"} <= known)

    def is_secret(self, name: str) -> bool:
        """Whether the variable `name` carries a credential."""
        variable = self.owned.get(name)
        if variable is None:
            return name in self.shared.secrets
        asks = (surface.question(variable.ask or "") for surface in self.surfaces.values())
        return variable.secret or any(ask is not None and ask.secret for ask in asks)


@cache
def load_surfaces(folder: Path | None = None) -> Knowledge:
    """Load every surface, once; raises UserError naming file and key if one is malformed."""
    folder = folder or Path(location.folder("profiles"))
    files = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    shared = strict.read(files.pop(SHARED), Shared)
    # Files with a leading underscore are not surfaces.
    surfaces = {
        name: msgspec.structs.replace(strict.read(path, Surface), name=name)
        for name, path in files.items()
        if not name.startswith("_")
    }
    for name, surface in surfaces.items():
        for key, variable in (*surface.env.owns.items(), *surface.env.borrows.items()):
            if variable.ask is not None and surface.question(variable.ask) is None:
                raise UserError(f"profiles/{name}.toml: {key} asks for {variable.ask!r}, which no [[ask]] has")
        if surface.place is not None and surface.question(surface.place.answer) is None:
            raise UserError(f"profiles/{name}.toml: no [[ask]] has {surface.place.answer!r}")
        if surface.faults and surface.faults not in surfaces:
            raise UserError(f"profiles/{name}.toml: faults: no surface is called {surface.faults!r}")
        beside = (*surface.needs.items(), *((how.on_with,) for how in surface.env.owns.values() if how.on_with))
        for answer in {answer for group in (*surface.exactly_one, *surface.at_most_one, *beside) for answer in group}:
            if surface.question(answer) is None:
                raise UserError(f"profiles/{name}.toml: no [[ask]] has {answer!r}")
    return Knowledge(surfaces=MappingProxyType(surfaces), shared=shared)


def find_surface(name: str) -> Surface:
    """The surface called `name`, which must exist: loading a profile checks it."""
    return load_surfaces().surfaces[name]
