"""Google credentials as a profile would have them, without the SDK's detours.

`google.auth.default()` starts gcloud and waits up to twelve seconds for a metadata server that is not there; here the
file that is named, or the one that gcloud keeps, is read directly.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsetup.clouds import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS, network

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
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


def way(session: Any, environment: Mapping[str, str]) -> None:  # noqa: ANN401 - requests brings no types
    """Give a session of `requests` the environment's proxy, what the client trusts beside its own, and our patience."""
    from requests.adapters import HTTPAdapter

    class Way(HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:  # noqa: ANN401
            super().init_poolmanager(*given, **named, ssl_context=trusted)

        def proxy_manager_for(self, proxy: str, **named: Any) -> Any:  # noqa: ANN401
            return super().proxy_manager_for(proxy, **named, ssl_context=trusted)

        def send(self, request: Any, **named: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
            proxy = network.proxy(environment, request.url)
            proxies = {request.url.partition(":")[0]: proxy} if proxy else {}
            return super().send(request, **{**named, "proxies": proxies, "timeout": (CONNECT_SECONDS, REQUEST_SECONDS)})

    # To what this holds, `requests` adds its own certificates or those of REQUESTS_CA_BUNDLE.
    trusted = network.trusting(None, network.added(environment))
    for scheme in ("https://", "http://"):
        session.mount(scheme, Way(max_retries=ATTEMPTS - 1))
