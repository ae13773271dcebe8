"""Who wins in Claude Code: a strict, frozen reading of `profiles/_precedence.toml`."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict

FILE = "_precedence"
FIRST_PARTY = "firstParty"  # the last provider, which needs no flag


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way the client can go, and what switches it on; every name is a variable, or a line of a settings file."""

    client: str  # its name in `claude auth status`
    title: str
    allowed: str
    flags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = msgspec.field(default=(), name="with")  # flags that go together with its own
    base: str = ""
    skip: str = ""
    place: tuple[str, ...] = ()
    place_default: str = ""
    project: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    cloud: Literal["", "aws", "google"] = ""


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What signs requests to the Anthropic API; "" names the saved login."""

    name: str
    method: str
    surface: str
    signed_in: bool = False
    tier: str = "opus"


class Precedence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The client's order, strongest first in every table."""

    title: str
    source: str
    seen: datetime.date
    client: str
    on: tuple[str, ...]
    largest: int
    types: dict[str, Literal["object", "string", "array"]]
    provider: tuple[Provider, ...]
    credential: tuple[Credential, ...]
    model: tuple[str, ...]
    aliases: dict[str, str]

    def is_on(self, value: str | None) -> bool:
        """Whether the client takes a flag of this value for switched on."""
        return value is not None and value.strip().lower() in self.on

    def selected(self, environment: Mapping[str, str]) -> tuple[Provider, ...]:
        """Every provider that the environment switches on, the one that is used first; the last one always is on."""
        return tuple(
            provider
            for provider in self.provider
            if all(self.is_on(environment.get(flag)) for flag in provider.flags)
            and all(environment.get(name) for name in provider.needs)
        )

    def signer(self, values: Mapping[str, str]) -> Credential:
        """What signs requests to the Anthropic API, by the variables and settings lines `values`; at last the login."""
        return next(one for one in self.credential if not one.name or values.get(one.name))

    @property
    def restricted(self) -> frozenset[str]:
        """Seen: `claude auth status` leaves these out of project and local files, though a session takes them."""
        bases = {name for provider in self.provider for name in (provider.base, *provider.needs)}
        return frozenset(bases | {credential.name for credential in self.credential if credential.name[:1].isupper()})

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a settings file that say how Claude is reached, or which model."""
        named = {name for provider in self.provider for name in provider.identity}
        named |= {credential.name for credential in self.credential} | {*self.model}
        return tuple(sorted(name for name in named if name[:1].islower()))


@cache
def load() -> Precedence:
    """Read it; a malformed file is a UserError that names file and key."""
    return strict.known(FILE, Precedence)
