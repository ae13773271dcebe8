"""Google's APIs with the credentials a profile would have, without the SDK's detours.

`google.auth.default()` starts gcloud and waits up to twelve seconds for a metadata server that is not there; here the
file that is named, or the one that gcloud keeps, is read directly.
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsetup.clouds import ATTEMPTS, Access, Failed, failed, http
from ccsetup.recognise import Said

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LOCK = threading.Lock()
_HELD: "dict[Access, Credentials]" = {}
_LOCKS: dict[Access, threading.Lock] = {}
_CLOUDS = ("K_SERVICE", "GAE_ENV", "KUBERNETES_SERVICE_HOST", "GCE_METADATA_HOST")  # where a metadata server is likely


def credentials_file(environment: Mapping[str, str], home: Path) -> Path | None:
    """The credentials file in force: the one named, else gcloud's application default; None where there is none."""
    if named := environment.get("GOOGLE_APPLICATION_CREDENTIALS"):
        return Path(named)
    folder = Path(environment.get("CLOUDSDK_CONFIG") or home / ".config" / "gcloud")
    default = folder / "application_default_credentials.json"
    return default if default.is_file() else None


def on_google(environment: Mapping[str, str]) -> bool:
    """Whether a metadata server may answer here; told without asking one."""
    if any(name in environment for name in _CLOUDS):
        return True
    try:
        return Path("/sys/class/dmi/id/product_name").read_text().startswith("Google")
    except OSError:
        return False


def credentials(environment: Mapping[str, str], home: Path, quota_project: str) -> "Credentials":
    """Credentials with the quota project on them; the SDK's own exceptions when there are none that can be used."""
    from google.auth.exceptions import DefaultCredentialsError

    path = credentials_file(environment, home)
    if path is None:
        if on_google(environment):
            from google.auth import compute_engine

            return compute_engine.Credentials().with_quota_project(quota_project)
        raise DefaultCredentialsError("Your default credentials were not found.")
    try:
        info: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as why:
        raise DefaultCredentialsError(f"File {path} was not found.") from why
    except (OSError, ValueError) as why:
        raise DefaultCredentialsError(f"The file {path} is not a valid json file.") from why
    return _from(info, environment, quota_project)


def _from(info: dict[str, Any], environment: Mapping[str, str], quota_project: str) -> "Credentials":
    import google.auth

    if info.get("type") == "authorized_user":
        from google.oauth2 import credentials as user

        # The SDK ignores the file's own token_uri; gcloud's variable is the one way to move it.
        host = environment.get("CLOUDSDK_AUTH_TOKEN_HOST")
        found = user.Credentials.from_authorized_user_info(info, scopes=[SCOPE])
        if host:
            found = user.Credentials(
                None,
                refresh_token=info["refresh_token"],
                client_id=info["client_id"],
                client_secret=info["client_secret"],
                token_uri=host,
            )
        return found.with_quota_project(environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") or quota_project)
    loaded, _ = google.auth.load_credentials_from_dict(info, scopes=[SCOPE])
    return loaded.with_quota_project(environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") or quota_project)


def endpoint(service: str, environment: Mapping[str, str], default: str) -> str:
    """Where a Google API is called: gcloud's own override of it, else `default`; without a slash at the end."""
    override = environment.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}")
    return (override or default).rstrip("/")


def get(access: Access, url: str, place: str) -> dict[str, Any]:
    """What a Google API answers to GET; Failed when it refuses or cannot be asked."""
    return call(access, "GET", url, place)


def stream(access: Access, url: str, place: str, body: object) -> http.Answer:
    """The whole answer to a POST that streams; sent once. Failed when it is refused or cannot be sent."""
    try:
        headers = {"content-type": "application/json", **authorized(access, url)}
        answer = _ask(access.environment, "POST", url, headers, json.dumps(body).encode(), attempts=1)
    except Exception as why:
        raise failure(why, access, place, url) from why
    if answer.status != 200:
        raise failed(refused(answer), access, place, url)
    return answer


def prediction_host(location: str) -> str:
    """Where a model at `location` is called."""
    match location:
        case "global":
            return "https://aiplatform.googleapis.com"
        case "us" | "eu":
            return f"https://aiplatform.{location}.rep.googleapis.com"
        case region:
            return f"https://{region}-aiplatform.googleapis.com"


def call(access: Access, method: str, url: str, place: str, body: object = None) -> dict[str, Any]:
    """What a Google API answers; Failed when it refuses or cannot be asked."""
    try:
        headers = {"accept": "application/json", **authorized(access, url)}
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["content-type"] = "application/json"
        answer = _ask(access.environment, method, url, headers, sent)
        if answer.status == 200:
            return document(answer, url)
    except Exception as why:
        raise failure(why, access, place, url) from why
    raise failed(refused(answer), access, place, url)


def authorized(access: Access, url: str) -> dict[str, str]:
    """The headers that carry the profile's credentials and quota project; google-auth's exceptions without them."""
    with _LOCK:
        if access not in _HELD:
            _HELD[access] = credentials(access.environment, access.home, access.profile.set["project"])
    held, lock = _HELD[access], _LOCKS.setdefault(access, threading.Lock())
    headers: dict[str, str] = {}
    with lock:  # one exchange of the token, whoever needs it first
        held.before_request(_carrier(access.environment), "GET", url, headers)
    return headers


def document(answer: http.Answer, url: str) -> dict[str, Any]:
    """The JSON object of an answer; Unanswered where it holds something else."""
    try:
        found = json.loads(answer.body)
    except ValueError as why:
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}") from why
    if not isinstance(found, dict):
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}")
    return found


def refused(answer: http.Answer) -> Said:
    """A Google API's no: ErrorInfo's reason first, the canonical status second; its metadata as parts."""
    try:
        body = json.loads(answer.body)
        error = (body[0] if isinstance(body, list) else body)["error"]  # streams wrap it in a list
        if isinstance(error, str):  # the token endpoint
            return Said(answer.status, error, str(body.get("error_description", error)))
        info: dict[str, Any] = next(
            (one for one in error.get("details", ()) if "ErrorInfo" in str(one.get("@type"))), {}
        )
        status, reason = str(error.get("status", "")), str(info.get("reason", ""))
        parts = {str(name).lower(): str(value) for name, value in dict(info.get("metadata", {})).items()}
        told = {name: value for name, value in (("status", status), ("reason", reason)) if value}
        code = reason or status or _STATUS.get(answer.status, str(answer.status))
        return Said(answer.status, code, str(error.get("message", ""))[:600], {**parts, **told})
    except (ValueError, LookupError, TypeError, AttributeError):
        return Said(answer.status, _STATUS.get(answer.status, str(answer.status)), _clipped(answer.text))


def failure(why: Exception, access: Access, place: str, url: str) -> Failed:
    """What an exception on the way to `url` means."""
    if isinstance(why, Failed):
        return why
    if isinstance(why, http.Unanswered):
        return failed(Said(None, why.code, str(why)), access, place, url)
    words = why.args[0] if why.args else why
    said = Said(None, type(why).__name__, str(words[0] if isinstance(words, tuple) else words)[:600])
    return failed(said, access, place, url)


def _carrier(environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - google-auth's transport is a callable by custom
    """google-auth's way out, by our transport."""

    def carry(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: object) -> http.Answer:  # noqa: ANN401
        sent = body.encode() if isinstance(body, str) else body
        answer = _ask(environment, method, url, dict(headers or {}), sent)
        return _Carried(answer.status, answer.headers, answer.body)

    return carry


class _Carried(http.Answer):
    """An answer as google-auth reads it."""

    @property
    def data(self) -> bytes:
        return self.body


def _ask(
    environment: Mapping[str, str],
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    attempts: int = ATTEMPTS,
) -> http.Answer:
    # REQUESTS_CA_BUNDLE is what Google's own tools read.
    bundle = environment.get("REQUESTS_CA_BUNDLE") or None
    return http.ask(method, url, environment, headers=headers, body=body, bundle=bundle, attempts=attempts)


def _clipped(text: str) -> str:
    return " ".join(text.split())[:300]


_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
