"""AWS profiles as Claude Code finds them, and when their SSO sessions expire.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html (seen 2026-11-22).
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ccsetup.providers.aws import client_files, sources
from ccsetup.providers.aws.client_files import AwsFiles
from ccsetup.providers.aws.sources import Kind
from ccsetup.providers.aws.sso_expiry import NEVER, token_end
from ccsetup.system import lenient
from ccsetup.system.system import System

_SHOWN = ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION")  # none of these is a secret
_WORDS = {
    "keys": "keys",
    "role": "role",
    "process": "credential process",
    "login": "aws login",
    "web": "web identity",
}


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
            is_open = self.renews or self.expires == NEVER
            return f"{kind}, signed in" + ("" if is_open else f" until {self.expires:%Y-%m-%d %H:%M} UTC")
        return _WORDS.get(self.kind, "no credentials of its own")


def profiles(system: System, notes: list[str]) -> tuple[AwsProfile, ...]:
    """The profiles of both files, in their order; `sso-session` and `services` sections are skipped."""
    files = client_files.read_files(system.environment, system.home)
    return tuple(_profile(name, files, system, notes) for name in files.profiles)


def region_in_use(system: System, values: Mapping[str, str]) -> str:
    """The region of the profile that `values` name, as it is written; "" without one."""
    named = values.get("AWS_PROFILE") or "default"
    return client_files.read_files(system.environment, system.home).profiles.get(named, {}).get("region") or ""


def environment(system: System) -> Mapping[str, str]:
    """The AWS settings in the environment; credentials only as a presence mark: `AWS_ACCESS_KEY_ID` is "set"."""
    settings = {name: system.environment[name] for name in _SHOWN if system.environment.get(name)}
    if system.environment.get("AWS_ACCESS_KEY_ID"):
        settings["AWS_ACCESS_KEY_ID"] = "set"
    return settings


def _profile(name: str, files: AwsFiles, system: System, notes: list[str]) -> AwsProfile:
    values = files.profiles[name]
    steps = sources.chain(files.profiles, name)
    kind, last = steps[0].kind, steps[-1]
    if sources.has_process_instead(files.profiles, name, system.environment):
        kind = "process"
    region = values.get("region")
    if last.kind != "sso":
        return AwsProfile(name, kind, region, key_id=values["aws_access_key_id"] if kind == "keys" else None)
    signs = files.profiles[last.profile]
    session = signs.get("sso_session")
    start = files.sessions.get(session, {}).get("sso_start_url") if session else signs.get("sso_start_url")
    cached = hashlib.sha1((session or start or "").encode(), usedforsecurity=False).hexdigest()
    token = lenient.read_json(system.home / ".aws" / "sso" / "cache" / f"{cached}.json", notes)
    registered = lenient.parse_time(token.get("registrationExpiresAt"))
    renews = "refreshToken" in token and (registered is None or registered > system.now())
    end = token_end(token, system.now(), session=session is not None) if token else None
    return AwsProfile(name, kind, region, last.profile, end, renews)
