"""What a profile declares of its requests, in the terms of what is seen on the wire."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import HEADERS
from ccsetup.providers import hosts
from ccsetup.providers.catalogue import TIERS, bare
from ccsetup.system.secret import Secret
from ccsetup.trace.recorder.request import AuthKind, Provider

_AWS: Mapping[str, tuple[Provider, str]] = {
    "bedrock": ("bedrock", "bedrock-runtime"),
    "mantle": ("mantle", "bedrock-mantle"),
    "claude-aws": ("anthropic-aws", "aws-external-anthropic"),
}
_MANTLE_ID = re.compile(r"anthropic\.claude-[a-z]+(-\d+)+")  # no date and no version: those are Bedrock's
_BEARER: tuple[AuthKind, ...] = ("bearer",)
_KEY: tuple[AuthKind, ...] = ("x-api-key",)


@dataclass(frozen=True, slots=True)
class Declared:
    """None where the profile leaves it to the client, or says nothing that the wire could show."""

    provider: Provider
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
    mantle: str | None = None  # beside Bedrock: the host of the ids that are Mantle's

    def at(self, model: str | None) -> tuple[Provider, str | None]:
        """Provider and host of a call for `model`."""
        if self.mantle and model and _MANTLE_ID.fullmatch(model):
            return "mantle", self.mantle
        return self.provider, self.host


def of(surface: str, change: EnvironmentChange, knowledge: Knowledge) -> Declared:
    """What the environment of a profile of this surface declares."""
    values = {name: value for name, value in environment.revealed(change).items() if value}
    known = knowledge.surfaces[surface]
    provider, host, place, project = _where(surface, values)
    base = _base_url(known, values)
    auth, secret = _credential(surface, known, change, values)
    return Declared(
        provider=provider,
        host=urlsplit(base).hostname if base else host,
        place=place,
        project=project,
        auth=auth,
        secret=secret,
        aws_profile=values.get("AWS_PROFILE") if auth == ("sigv4",) else None,
        google=values.get("GOOGLE_APPLICATION_CREDENTIALS") if provider in ("vertex", "anthropic-google") else None,
        login=surface == "subscription" and secret is None,
        main=_model("ANTHROPIC_MODEL", values),
        background=_pin("ANTHROPIC_DEFAULT_HAIKU_MODEL", values),
        moved=bool(base),
        mantle=_where("mantle", values)[1] if surface == "bedrock" and "CLAUDE_CODE_USE_MANTLE" in values else None,
    )


def _where(surface: str, values: Mapping[str, str]) -> tuple[Provider, str | None, str | None, str | None]:
    """Provider, host, place, project."""
    if surface in _AWS:
        region = values.get("AWS_REGION")
        return _AWS[surface][0], _host(lambda: hosts.aws(_AWS[surface][1], region or "")), region, None
    match surface:
        case "vertex":
            project, location = values.get("ANTHROPIC_VERTEX_PROJECT_ID"), values.get("CLOUD_ML_REGION")
            if any(name.startswith("VERTEX_REGION_CLAUDE_") for name in values):  # a place for each model
                return "vertex", None, None, project
            return "vertex", _host(lambda: hosts.vertex(location or "")), location, project
        case "claude-gcp":
            location = values.get("ANTHROPIC_GOOGLE_CLOUD_LOCATION", "global")
            return "anthropic-google", "claude.googleapis.com", location, values.get("ANTHROPIC_GOOGLE_CLOUD_PROJECT")
        case "foundry":
            resource = values.get("ANTHROPIC_FOUNDRY_RESOURCE", "")
            return "foundry", _host(lambda: hosts.foundry(resource)), None, None
        case _:
            return "anthropic", "api.anthropic.com", None, None


def _host(compose: Callable[[], str]) -> str | None:
    """The host; None where a region, location or resource cannot become part of one, and the client decides."""
    try:
        return compose()
    except hosts.NotAPlace:
        return None


def _credential(
    surface: str, known: Surface, change: EnvironmentChange, values: Mapping[str, str]
) -> tuple[tuple[AuthKind, ...], Secret | None]:
    """Kinds of which one is sent, and the secret of the profile that is sent, if it is one."""
    if any(re.fullmatch(r"CLAUDE_CODE_SKIP_\w+_AUTH", name) for name in values):
        return (), None
    held = {name: value for name, value in change.values.items() if isinstance(value, Secret) and name != HEADERS}
    variable = next((name for name in known.env.owns if name in held), None)
    secret = held[variable] if variable else None
    kinds: tuple[AuthKind, ...] = ()
    match surface:
        case "subscription" | "vertex" | "claude-gcp":
            kinds = _BEARER
        case "bedrock" | "mantle" | "claude-aws" if secret is None:
            kinds = ("sigv4",)
        case "mantle":
            kinds = ("bearer", "x-api-key")  # seen: one version sends it in this way, another in that
        case "bedrock":
            kinds = _BEARER
        case "foundry" if secret is None:
            kinds = _BEARER
        case _ if secret is not None:
            kinds = _BEARER if variable and variable.endswith("_AUTH_TOKEN") else _KEY
    return kinds, secret


def _base_url(known: Surface, values: Mapping[str, str]) -> str | None:
    named = (name for name, how in known.env.owns.items() if how.ask == "base_url")
    return next((values[name] for name in named if name in values), None)


def _model(variable: str, values: Mapping[str, str]) -> str | None:
    """The id that the variable leads to, by way of a pin where it names a tier; None where the client chooses."""
    named = bare(values.get(variable, ""))
    return _pin(f"ANTHROPIC_DEFAULT_{named.upper()}_MODEL", values) if named in TIERS else named or None


def _pin(variable: str, values: Mapping[str, str]) -> str | None:
    found = bare(values.get(variable, ""))
    return None if found in (*TIERS, "best", "opusplan", "default", "") else found
