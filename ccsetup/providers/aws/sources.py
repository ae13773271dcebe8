"""Which of an AWS profile's settings Claude Code signs with: the order of sources inside one profile.

Source: `fromIni` and `fromNodeProviderChain` in the program of Claude Code 2.1.330, and its behaviour on loopback
(2026-11-27). botocore's order is role, web identity, SSO, keys, login, process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ccsetup.providers.aws.client_files import Values

ENV_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_AUTHORIZATION = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# Of both, the client reads the first (seen on 2.1.332), botocore the second.
CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
WEB = {
    "web_identity_token_file": "AWS_WEB_IDENTITY_TOKEN_FILE",
    "role_arn": "AWS_ROLE_ARN",
    "role_session_name": "AWS_ROLE_SESSION_NAME",
}
Kind = Literal["role", "keys", "web", "process", "sso", "login", "named", "none"]
_SSO = ("sso_start_url", "sso_account_id", "sso_session", "sso_region", "sso_role_name")


@dataclass(frozen=True, slots=True)
class Source:
    """One profile of a chain, and what it contributes: a role to assume, or, in the last step, the credentials.

    "named" stands for the `credential_source` of this profile, "none" for a profile without credentials, and `circle`
    says that the profile's source was visited before.
    """

    profile: str
    kind: Kind
    circle: bool = False


def chain(profiles: Mapping[str, Values], name: str) -> tuple[Source, ...]:
    """Return the roles that a profile leads through, and the source that signs the first request."""
    steps: list[Source] = []
    visited: set[str] = set()
    from_source = False
    while True:
        values = profiles.get(name, {})
        if from_source:  # a `credential_source` without a role: the source's own credentials
            return (*steps, Source(name, "named"))
        kind = _kind(values, visited=bool(visited))
        if kind != "role":
            return (*steps, Source(name, kind))
        source = values.get("source_profile")
        if source in visited:
            return (*steps, Source(name, kind, circle=True))
        steps.append(Source(name, kind))
        if source is None:
            return (*steps, Source(name, "named"))
        visited.add(source)
        from_source = "role_arn" not in profiles.get(source, {}) and "credential_source" in profiles.get(source, {})
        from_source = from_source and not _has_keys(profiles[source])
        name = source


def has_process_instead(profiles: Mapping[str, Values], name: str, environment: Mapping[str, str]) -> bool:
    """Whether the profile's program signs instead of its role, whose source is known to have no credentials."""
    *roles, last = chain(profiles, name)
    if not roles or "credential_process" not in profiles[name]:
        return False
    source = profiles.get(last.profile, {}).get("credential_source") if last.kind == "named" else ""
    is_unset = source == "Environment" and not has_env_keys(environment)
    return last.circle or last.kind == "none" or is_unset


def has_env_keys(environment: Mapping[str, str]) -> bool:
    return all(environment.get(name) for name in ENV_KEYS)


def env_keys_sign(environment: Mapping[str, str]) -> bool:
    """Whether the environment's keys come before the AWS files: a profile that is named comes before them."""
    return not environment.get("AWS_PROFILE") and has_env_keys(environment)


def web_identity(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment's web identity, by the names of a profile's settings; empty if it is not complete."""
    given = {key: value for key, name in WEB.items() if (value := environment.get(name))}
    return given if {"web_identity_token_file", "role_arn"} <= given.keys() else {}


def container(environment: Mapping[str, str]) -> str:
    """Return the variable that names the container's credentials; "" if none does."""
    return next((name for name in CONTAINER if environment.get(name)), "")


def for_container(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with which botocore asks the container as the client does (seen on 2.1.332): at one
    address, and with the variable's token before the trimmed one of a file."""
    kept = {name: value for name, value in environment.items() if name not in CONTAINER}
    if variable := container(environment):
        is_url = variable == CONTAINER[0]  # blanks around a URL are no part of it
        kept[variable] = environment[variable].strip() if is_url else environment[variable]
    file = kept.get(f"{_AUTHORIZATION}_FILE", "")
    if not kept.get(_AUTHORIZATION) and file:
        try:
            kept[_AUTHORIZATION] = Path(file).read_text().strip()
        except (OSError, ValueError):
            return kept  # botocore says what is wrong with it
    kept.pop(f"{_AUTHORIZATION}_FILE", None)
    return kept


def sign_without_files(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a source that signs before or after the AWS files. An instance's role does not show
    there."""
    return env_keys_sign(environment) or bool(web_identity(environment) or container(environment))


def has_role(values: Values) -> bool:
    """Whether the profile assumes a role: a role and exactly one source of credentials for it."""
    return "role_arn" in values and ("source_profile" in values) != ("credential_source" in values)


def _has_keys(values: Values) -> bool:
    return "aws_access_key_id" in values and "aws_secret_access_key" in values


def _kind(values: Values, *, visited: bool) -> Kind:
    """The kind of credentials. In a chain, a source's keys come before its own role."""
    if has_role(values) and not (visited and _has_keys(values)):
        return "role"
    if _has_keys(values):
        return "keys"
    if "web_identity_token_file" in values and "role_arn" in values:
        return "web"
    if "credential_process" in values:
        return "process"
    if any(key in values for key in _SSO):
        return "sso"
    return "login" if "login_session" in values else "none"
