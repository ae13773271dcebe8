"""AWS profiles as botocore and Claude Code find them, and when their SSO sessions expire.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html (seen 2026-11-22).
"""

import datetime
import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ccsetup.system import lenient
from ccsetup.system.system import System

Kind = Literal["sso", "keys", "role", "process", "login", "none"]
_SHOWN = ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION")  # none of these is a secret
_MOST_HOPS = 8  # length of a source_profile chain; stops circles


@dataclass(frozen=True, slots=True)
class AwsProfile:
    """One profile. `sso_profile` is the name for `aws sso login --profile`: this one, or the one whose role it assumes.

    `expires` is None without SSO, and for a session that was never started on this machine; `renews` means that the
    sign-in lasts longer, because the SDK can refresh the token.
    """

    name: str
    kind: Kind
    region: str | None = None
    sso_profile: str | None = None
    expires: datetime.datetime | None = None
    renews: bool = False
    key_id: str | None = None  # of static keys

    def expired(self, now: datetime.datetime) -> bool:
        """Whether the user has to sign in again."""
        return self.sso_profile is not None and (self.expires is None or (self.expires <= now and not self.renews))

    def state(self, now: datetime.datetime) -> str:
        """How it signs in, in a few words."""
        if self.sso_profile is not None:
            kind = "SSO" if self.kind == "sso" else "role by SSO"
            if self.expires is None:
                return f"{kind}, not signed in"
            if self.expired(now):
                return f"{kind}, expired"
            return f"{kind}, signed in" + ("" if self.renews else f" until {self.expires:%Y-%m-%d %H:%M} UTC")
        words = {"keys": "keys", "role": "role", "process": "credential process", "login": "aws login"}
        return words.get(self.kind, "no credentials of its own")


def profiles(system: System, notes: list[str]) -> tuple[AwsProfile, ...]:
    """The profiles of both files, in their order; `sso-session` and `services` sections are skipped."""
    config = lenient.read_sections(_path(system, "AWS_CONFIG_FILE", "config"), notes)
    settings: dict[str, dict[str, str]] = {}
    sessions: dict[str, Mapping[str, str]] = {}
    for section, values in config.items():
        kind, name = _named(section)
        if kind == "profile":
            settings.setdefault(name, {}).update(values)
        elif kind == "sso-session":
            sessions[name] = values
    for section, values in lenient.read_sections(
        _path(system, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), notes
    ).items():
        settings.setdefault(section, {}).update(values)
    return tuple(_profile(name, settings, sessions, system, notes) for name in settings)


def refuse_unbounded(environment: Mapping[str, str], home: Path) -> None:
    """botocore's own error for a file that it would take minutes or gigabytes to read."""
    from botocore.exceptions import ConfigParseError

    for variable, name in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        path = Path(environment.get(variable) or home / ".aws" / name).expanduser()
        if not lenient.is_bounded_ini(path):
            raise ConfigParseError(path=str(path))


def environment(system: System) -> Mapping[str, str]:
    """The AWS settings in the environment; credentials only as a presence mark: `AWS_ACCESS_KEY_ID` is "set"."""
    settings = {name: system.environment[name] for name in _SHOWN if system.environment.get(name)}
    if system.environment.get("AWS_ACCESS_KEY_ID"):
        settings["AWS_ACCESS_KEY_ID"] = "set"
    return settings


def _path(system: System, variable: str, name: str) -> Path:
    named = system.environment.get(variable)
    if not named:
        return system.home / ".aws" / name
    return system.home / named[2:] if named.startswith("~/") else Path(named)


def _named(section: str) -> tuple[str, str]:
    """Kind and name of a section of the config file: `[profile "x y"]`, `[default]`, `[sso-session s]`."""
    try:
        words = shlex.split(section)
    except ValueError:
        return "", ""
    match words:
        case ["default"]:
            return "profile", "default"
        case [("profile" | "sso-session") as kind, name]:
            return kind, name
        case _:
            return "", ""


def _profile(
    name: str,
    settings: Mapping[str, Mapping[str, str]],
    sessions: Mapping[str, Mapping[str, str]],
    system: System,
    notes: list[str],
) -> AwsProfile:
    kind = _kind(settings[name])
    source, hops = name, 0
    while _kind(settings.get(source, {})) == "role" and hops < _MOST_HOPS:
        source, hops = settings[source].get("source_profile", ""), hops + 1
    region = settings[name].get("region") or None
    signs = settings.get(source, {})
    if _kind(signs) != "sso":
        return AwsProfile(name, kind, region, key_id=settings[name]["aws_access_key_id"] if kind == "keys" else None)
    session = signs.get("sso_session")
    start = sessions.get(session, {}).get("sso_start_url") if session else signs.get("sso_start_url")
    cached = hashlib.sha1((session or start or "").encode(), usedforsecurity=False).hexdigest()
    token = lenient.read_json(system.home / ".aws" / "sso" / "cache" / f"{cached}.json", notes)
    registered = lenient.parse_time(token.get("registrationExpiresAt"))
    renews = "refreshToken" in token and (registered is None or registered > system.now())
    return AwsProfile(name, kind, region, source, lenient.parse_time(token.get("expiresAt")), renews)


def _kind(values: Mapping[str, str]) -> Kind:
    """The kind of credentials, in the order in which botocore tries its providers."""
    match values:
        case {"role_arn": _}:
            return "role"
        case {"sso_session": _} | {"sso_start_url": _}:
            return "sso"
        case {"aws_access_key_id": _}:
            return "keys"
        case {"login_session": _}:
            return "login"
        case {"credential_process": _}:
            return "process"
        case _:
            return "none"
