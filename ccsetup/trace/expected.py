"""What a profile declares of its requests, in the terms of what is seen on the wire."""

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
from ccsetup.providers.catalogue import TIERS, without_suffix
from ccsetup.system.secret import Secret

_MANTLE_ID = re.compile(r"anthropic\.claude-[a-z]+(-\d+)+")  # no date and no version: those are Bedrock's


@dataclass(frozen=True, slots=True)
class Declared:
    """None where the profile leaves it to the client, or says nothing that the wire could show."""

    provider: str
    host: str | None
    place: str | None = None
    project: str | None = None
    auth: tuple[AuthKind, ...] = ()  # one of these; empty for whatever there is
    secret: Secret | None = None  # the credential itself, where it is one
    aws_profile: str | None = None
    google: str | None = None  # a credentials file
    login: bool = False  # Claude's own
    main: str | None = None  # models
    background: str | None = None
    moved: bool = False  # to an address of the profile's own, where only the path tells the provider
    mantle: tuple[str, str] | None = None  # beside Bedrock: provider and host of the ids that are Mantle's

    def at(self, model: str | None) -> tuple[str, str | None]:
        """Provider and host of a call for `model`."""
        if self.mantle and model and _MANTLE_ID.fullmatch(model):
            return self.mantle
        return self.provider, self.host


def of(surface: str, change: EnvironmentChange, knowledge: Knowledge) -> Declared:
    """What the environment of a profile of this surface declares."""
    values = {name: value for name, value in environment.reveal(change).items() if value}
    known = knowledge.surfaces[surface]
    host, place = _where(known, values)
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
        mantle=_beside(mantle, values) if mantle else None,
    )


def _beside(surface: Surface, values: Mapping[str, str]) -> tuple[str, str] | None:
    """Provider and host of the surface; None where the client decides on the host."""
    host, _ = _where(surface, values)
    return (surface.wire.provider, host) if host else None


def _where(surface: Surface, values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Host and place."""
    where = surface.place
    if where is None:
        return surface.own.host or None, None
    if where.by_model and any(name.startswith(where.by_model) for name in values):
        return None, None
    place = values.get(where.variable) or where.default or None
    shown = None if where.answer == "resource" else place  # a resource is a part of the host alone
    return _host(lambda: hosts.own_host(surface, place or "")), shown


def _host(compose: Callable[[], str]) -> str | None:
    """The host; None where a region, location or resource cannot become part of one, and the client decides."""
    try:
        return compose()
    except hosts.NotAPlace:
        return None


def _credential(
    surface: Surface, change: EnvironmentChange, values: Mapping[str, str]
) -> tuple[tuple[AuthKind, ...], Secret | None]:
    """Kinds of which one is sent, and the secret of the profile that is sent, if it is one."""
    if any(re.fullmatch(r"CLAUDE_CODE_SKIP_\w+_AUTH", name) for name in values):
        return (), None
    held = {name: value for name, value in change.values.items() if isinstance(value, Secret) and name != HEADERS}
    for variable, how in surface.env.owns.items():
        if variable in held:
            return how.sent, held[variable]
    return surface.wire.unsigned, None


def _model(variable: str, values: Mapping[str, str]) -> str | None:
    """The id that the variable leads to, by way of a pin where it names a tier; None where the client chooses."""
    named = without_suffix(values.get(variable, ""))
    return _pin(f"ANTHROPIC_DEFAULT_{named.upper()}_MODEL", values) if named in TIERS else named or None


def _pin(variable: str, values: Mapping[str, str]) -> str | None:
    found = without_suffix(values.get(variable, ""))
    return None if found in (*TIERS, "best", "opusplan", "default", "") else found
