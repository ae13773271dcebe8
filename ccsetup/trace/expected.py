"""The requests that a profile declares, in terms of what can be observed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.knowledge.traits import AuthKind
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import HEADERS
from ccsetup.providers import hosts
from ccsetup.providers.catalogue import MANTLE_ID, TIERS, without_suffix
from ccsetup.system.secret import Secret


@dataclass(frozen=True, slots=True)
class Declared:
    """The expected properties of requests. None if the profile leaves it to the client, or a request does not show
    it."""

    provider: str
    host: str | None
    place: str | None = None
    project: str | None = None
    auth: tuple[AuthKind, ...] = ()  # one of these; empty for any
    secret: Secret | None = None  # the credential itself, if it is a secret
    aws_profile: str | None = None
    google: str | None = None  # a credentials file
    login: bool = False  # Claude's own login
    main: str | None = None  # models
    background: str | None = None
    moved: bool = False  # to the profile's own address, where only the path shows the provider
    mantle: tuple[str, str] | None = None  # used beside Bedrock: provider and host for Mantle's ids

    def destination_for(self, model: str | None) -> tuple[str, str | None]:
        """Return provider and host of a call for `model`."""
        if self.mantle and model and MANTLE_ID.fullmatch(model):
            return self.mantle
        return self.provider, self.host


def declared_requests(surface: str, change: EnvironmentChange, knowledge: Knowledge) -> Declared:
    """Return what the environment of a profile of this surface declares."""
    values = {name: value for name, value in environment.reveal(change).items() if value}
    known = knowledge.surfaces[surface]
    host, place = _host_and_place(known, values)
    base = values.get(known.base_variable) if known.question("base_url") else None
    auth, secret = _credential(known, change, values)
    mantle = next(knowledge.together(known, values), None)
    return Declared(
        provider=known.wire.provider,
        host=urlsplit(base).hostname if base else host,
        place=place,
        project=values.get(known.variable("project")),
        auth=auth,
        secret=secret,
        aws_profile=values.get("AWS_PROFILE") if auth == ("sigv4",) else None,
        google=values.get("GOOGLE_APPLICATION_CREDENTIALS") if known.signs == "google" else None,
        login=known.signs == "login" and secret is None,
        main=_model("ANTHROPIC_MODEL", values),
        background=_pin("ANTHROPIC_DEFAULT_HAIKU_MODEL", values),
        moved=bool(base),
        mantle=_provider_and_host(mantle, values) if mantle else None,
    )


def _provider_and_host(surface: Surface, values: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the surface's provider and host; None if the client chooses the host."""
    host, _ = _host_and_place(surface, values)
    return (surface.wire.provider, host) if host else None


def _host_and_place(surface: Surface, values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return host and place; None each if unknown."""
    place_traits = surface.place
    if place_traits is None:
        return surface.own.host or None, None
    if place_traits.by_model and any(name.startswith(place_traits.by_model) for name in values):
        return None, None
    place = values.get(place_traits.variable) or place_traits.default or None
    shown = None if place_traits.answer == "resource" else place  # a resource is part of the host only
    return _host(lambda: hosts.own_host(surface, place or "")), shown


def _host(compose: Callable[[], str]) -> str | None:
    """Return the host; None if a region, location or resource cannot be part of a host, in which case the client
    decides."""
    try:
        return compose()
    except hosts.NotAPlace:
        return None


def _credential(
    surface: Surface, change: EnvironmentChange, values: Mapping[str, str]
) -> tuple[tuple[AuthKind, ...], Secret | None]:
    """Return the possible kinds of credential, and the profile's secret if it is sent."""
    if any(re.fullmatch(r"CLAUDE_CODE_SKIP_\w+_AUTH", name) for name in values):
        return (), None
    secrets = {name: value for name, value in change.values.items() if isinstance(value, Secret) and name != HEADERS}
    for variable, how in surface.env.owns.items():
        if variable in secrets:
            return how.sent, secrets[variable]
    return surface.wire.unsigned, None


def _model(variable: str, values: Mapping[str, str]) -> str | None:
    """Return the model id for the variable's value, through the pin if it names a tier; None if the client chooses."""
    named = without_suffix(values.get(variable, ""))
    return _pin(f"ANTHROPIC_DEFAULT_{named.upper()}_MODEL", values) if named in TIERS else named or None


def _pin(variable: str, values: Mapping[str, str]) -> str | None:
    model = without_suffix(values.get(variable, ""))
    return None if model in (*TIERS, "best", "opusplan", "") else model
