"""Claude Code's order of precedence: a strict, frozen reader of `profiles/_precedence.toml`."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict

FILE = "_precedence"
FIRST_PARTY = "firstParty"  # the default provider, last in the order, which needs no flag
CLOUD_GATEWAY = "gateway"


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider that the client can use, and what selects it; each name is a variable or a settings-file key."""

    client: str  # its name in `claude auth status`
    title: str
    allowed: str
    flags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = msgspec.field(default=(), name="with")  # flags that may be set together with its own
    base: str = ""
    skip: str = ""
    despite_skip: tuple[str, ...] = ()  # credentials that sign all the same
    beside_skip: tuple[str, ...] = ()  # and others that are sent then, if no bearer token is
    ignores: tuple[str, ...] = ()  # headers that it does not take for a credential
    place: tuple[str, ...] = ()
    place_default: str = ""
    project: tuple[str, ...] = ()
    quota_project_counts: bool = False  # as the project, where nothing else names one
    identity: tuple[str, ...] = ()
    cloud: Literal["", "aws", "google"] = ""
    leads: tuple[str, ...] = ()
    tries_models: bool = False  # before it reads the AWS credentials of a project's files, where nothing pins the model

    @property
    def is_direct(self) -> bool:
        """Whether it signs as the Anthropic API does: with `credential`, and a base URL of the user's."""
        return self.client in (FIRST_PARTY, CLOUD_GATEWAY)


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What signs requests to the Anthropic API; "" is the saved login."""

    name: str
    method: str
    surface: str
    needs: tuple[str, ...] = ()
    unless: str = ""  # the variable with which it signs nothing
    unread_with: str = ""  # the flag with which the client does not read it
    signed_in: bool = False
    tier: str = "opus"
    ignores: tuple[str, ...] = ()  # headers that it replaces, or that are sent beside it


class Remapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models that the client replaces by a tier at a session's beginning."""

    models: tuple[str, ...]
    tier: str
    unless: str  # the flag that leaves them as they are
    providers: tuple[str, ...]


class Precedence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The client's order of precedence; every table lists the strongest first."""

    title: str
    source: str
    seen: datetime.date
    client: str
    on: tuple[str, ...]
    largest: int
    types: dict[str, tuple[str, ...]]  # type, or several with "|" between them: settings lines
    remapped: Remapped
    provider: tuple[Provider, ...]
    credential: tuple[Credential, ...]
    model: tuple[str, ...]
    body: str
    aliases: dict[str, str]

    def is_on(self, value: str | None) -> bool:
        """Whether the client treats a flag with this value as on."""
        return value is not None and value.strip().lower() in self.on

    def selected(self, environment: Mapping[str, str]) -> tuple[Provider, ...]:
        """Every provider that the environment selects, the effective one first; the default provider is always last."""
        return tuple(
            provider
            for provider in self.provider
            if all(self.is_on(environment.get(flag)) for flag in provider.flags)
            and all(environment.get(name) for name in provider.needs)
        )

    def signer(self, values: Mapping[str, str]) -> Credential:
        """What signs requests to the Anthropic API, given these variables and settings-file keys; the saved login if
        none does."""
        return next(
            credential
            for credential in self.credential
            if not credential.name
            or (
                all(values.get(name, "").strip() for name in (credential.name, *credential.needs))
                and not values.get(credential.unless, "").strip()
                and self.reads(credential.name, values)
            )
        )

    def reads(self, name: str, values: Mapping[str, str]) -> bool:
        """Whether the client reads this credential, given these variables."""
        return not any(self.is_on(values.get(one.unread_with)) for one in self.credential if one.name == name)

    def remapped_tier(self, provider: Provider, values: Mapping[str, str], model: str) -> str | None:
        """The tier that a session begins with instead of a model without its suffix; None if it keeps the model."""
        rule = self.remapped
        keeps = provider.client not in rule.providers or self.is_on(values.get(rule.unless))
        return None if keeps or model.lower() not in rule.models else rule.tier

    def model_of_body(self, values: Mapping[str, str]) -> str | None:
        """The model that the fields added to each request body name; text of the JSON if it is not a string."""
        import json

        try:
            fields = json.loads(values.get(self.body) or "null")
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict) or "model" not in fields:
            return None
        model = fields["model"]
        return model if isinstance(model, str) else json.dumps(model)

    @property
    def restricted(self) -> frozenset[str]:
        """Names that `claude auth status` ignores in project and local files, although a session uses them
        (observed)."""
        bases = {name for provider in self.provider for name in (provider.base, *provider.needs)}
        return frozenset(bases | {credential.name for credential in self.credential if credential.name[:1].isupper()})

    @property
    def lines(self) -> tuple[str, ...]:
        """The settings-file keys that decide how Claude is reached, or which model is used."""
        named = {name for provider in self.provider for name in provider.identity}
        named |= {credential.name for credential in self.credential} | {*self.model}
        return tuple(sorted(name for name in named if name[:1].islower()))


@cache
def load() -> Precedence:
    """Load the order, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, Precedence)
