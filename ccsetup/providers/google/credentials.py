"""Application default credentials, read directly from the named file or from gcloud's.

`google.auth.default()` starts gcloud and waits up to twelve seconds for a metadata server that may not exist.
"""

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ccsetup.providers.access import Access
from ccsetup.providers.credential_programs import guard_google
from ccsetup.providers.google.adc_source import LARGEST, as_client_reads, credentials_file, on_google, universe
from ccsetup.system import decoding, files, redact

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_ALLOW = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"
_EXCHANGE = "CLOUDSDK_AUTH_TOKEN_HOST"  # moves the token endpoint of users and service accounts, as in gcloud
_METADATA = ("GCE_METADATA_IP", "GCE_METADATA_HOST")  # in Claude Code's order
_LOCK = threading.Lock()
_HELD: "dict[Hashable, tuple[Credentials, threading.Lock]]" = {}


@dataclass(frozen=True, slots=True)
class CredentialSource:
    """The source of the credentials: a file and its content, or neither on a Google machine."""

    path: Path | None
    text: str = field(repr=False)

    @property
    def info(self) -> dict[str, Any]:
        """The file's content, as Claude Code reads it."""
        document: dict[str, Any] = decoding.from_json_of_any_form(self.text) if self.text else {}
        return as_client_reads(document)


def source(access: Access) -> CredentialSource:
    """The credentials source in use; raises google-auth's exceptions if it is missing or unreadable."""
    from google.auth.exceptions import DefaultCredentialsError

    path = credentials_file(access.environment, access.home)
    if path is None:
        if on_google(access.environment):
            return CredentialSource(None, "")
        raise DefaultCredentialsError("Your default credentials were not found.")
    try:
        text = files.read_named(path, LARGEST).decode()
        sound = isinstance(decoding.from_json_of_any_form(text), dict)
    except FileNotFoundError as error:
        raise DefaultCredentialsError(f"File {path} was not found.") from error
    except (OSError, ValueError) as error:
        raise DefaultCredentialsError(f"The file {path} is not a valid json file.") from error
    if not sound:
        raise DefaultCredentialsError(f"The file {path} is not a valid json file.")
    redact.note(text)  # its parts are secrets: a private key, a refresh token
    return CredentialSource(path, text)


def quota_project(access: Access) -> tuple[str, bool]:
    """The project that requests are counted against, and whether Claude Code itself would send it; if it is not
    configured, the profile's own project."""
    named = access.environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") or source(access).info.get("quota_project_id")
    return (str(named), True) if named else (access.profile.set["project"], False)


def token_key(access: Access) -> Hashable:
    """Equal for profiles that have the same access token."""
    source_ = source(access)
    moved = (_ALLOW, _EXCHANGE, "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS", *_METADATA)
    return (source_, *(access.environment.get(name) for name in moved))


def credentials(access: Access) -> "tuple[Credentials, threading.Lock]":
    """The credentials, shared by profiles with the same source, and the lock to use them under."""
    key = token_key(access)
    with _LOCK:
        if key not in _HELD:
            source_ = source(access)
            _HELD[key] = (_made(source_, access.environment), threading.Lock())
        return _HELD[key]


def _made(source_: CredentialSource, environment: Mapping[str, str]) -> "Credentials":
    from google.auth.exceptions import DefaultCredentialsError

    if source_.path is None:
        return _of_machine(next((environment[name] for name in _METADATA if environment.get(name)), ""))
    try:
        return _from(source_.info, environment)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DefaultCredentialsError(f"Failed to load credentials from {source_.path}: {error_text(error)}") from error


def _of_machine(host: str) -> "Credentials":
    """The machine's credentials, from the metadata server at `host` if given: the SDK itself reads only this process's
    variable, and once."""
    from google.auth import compute_engine
    from google.auth.transport import Request

    class AtHost(compute_engine.Credentials):
        def refresh(self, request: Request) -> None:
            def moved(url: str, **options: Any) -> Any:  # noqa: ANN401 - the SDK's own types
                parts = urlsplit(url)
                return request(url=parts._replace(scheme="http", netloc=host).geturl(), **options)

            super().refresh(moved)

    return AtHost() if host else compute_engine.Credentials()


def error_text(error: Exception) -> str:
    """google-auth's error message; for other exceptions only the type, since the message could contain the file's
    content."""
    from google.auth.exceptions import GoogleAuthError

    return str(error.args[0]) if isinstance(error, GoogleAuthError) and error.args else type(error).__name__


def _from(info: dict[str, Any], environment: Mapping[str, str]) -> "Credentials":
    """Create credentials with the class of each type: the SDK's general function requests a project from the network,
    and warns."""
    match info.get("type"):
        case "authorized_user":
            return _of_a_person(info, environment)
        case "service_account":
            from google.oauth2 import service_account

            moved = environment.get(_EXCHANGE, "") or info["token_uri"]
            return service_account.Credentials.from_service_account_info({**info, "token_uri": moved}, scopes=[SCOPE])
        case "impersonated_service_account":
            return _impersonated(info, environment)
        case "external_account":
            return _external(info, environment)
        case "external_account_authorized_user":
            from google.auth import external_account_authorized_user

            return external_account_authorized_user.Credentials.from_info({**info, "scopes": [SCOPE]})
        case other:
            raise ValueError(f"type {other}")


def _of_a_person(info: dict[str, Any], environment: Mapping[str, str]) -> "Credentials":
    from google.oauth2 import credentials as user

    credentials_ = user.Credentials.from_authorized_user_info(info, scopes=[SCOPE])
    host = environment.get(_EXCHANGE)
    if not host:
        return credentials_
    # The SDK ignores the file's token_uri; gcloud's variable is the only way to change it.
    named = {name: info[name] for name in ("refresh_token", "client_id", "client_secret")}
    return user.Credentials(None, token_uri=host, **named)


def _impersonated(info: dict[str, Any], environment: Mapping[str, str]) -> "Credentials":
    from google.auth import exceptions, impersonated_credentials

    domain = universe(info["source_credentials"])
    if info.get("universe_domain") and universe(info) != domain:
        raise exceptions.MalformedError(f"universe_domain is not that of source_credentials, {domain}")
    path = urlsplit(info["service_account_impersonation_url"]).path
    host = endpoint("IAMCREDENTIALS", environment, f"https://iamcredentials.{domain}")  # not the host in the file
    return impersonated_credentials.Credentials(
        _from(as_client_reads(info["source_credentials"]), environment),
        path.rpartition("/")[2].removesuffix(":generateAccessToken"),
        [SCOPE],
        delegates=info.get("delegates"),
        iam_endpoint_override=f"{host}{path}",
    )


def _external(info: dict[str, Any], environment: Mapping[str, str]) -> "Credentials":
    from google.auth import aws, exceptions, identity_pool, pluggable

    class Pluggable(pluggable.Credentials):
        """Runs its program if the profile's environment allows it: the SDK asks this process's own."""

        def _validate_running_mode(self) -> None:
            if environment.get(_ALLOW) != "1":
                raise exceptions.MalformedError(f"Executables need to be explicitly allowed (set {_ALLOW} to '1')")

    if info.get("subject_token_type") == "urn:ietf:params:aws:token-type:aws4_request":
        return aws.Credentials.from_info(info, scopes=[SCOPE])
    if not isinstance(info.get("audience"), str):
        raise exceptions.MalformedError("audience is not set")
    guard_google()
    kind = Pluggable if info.get("credential_source", {}).get("executable") else identity_pool.Credentials
    return kind.from_info(info, scopes=[SCOPE])


def endpoint(service: str, environment: Mapping[str, str], default: str) -> str:
    """The base URL of a Google API: gcloud's override, else `default`, without a trailing slash."""
    override = environment.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}")
    return (override or default).rstrip("/")
