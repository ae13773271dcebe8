"""Where the Google credentials come from that sign a profile's requests: the file, and the kind of credential."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccsetup.system import decoding, files, presence

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
LARGEST = 4 << 20  # bytes of a credentials file
_CLOUDS = (
    "K_SERVICE",
    "GAE_ENV",
    "KUBERNETES_SERVICE_HOST",
    "GCE_METADATA_HOST",
    "GCE_METADATA_IP",
)  # where a metadata server is likely
_KEY = "service_account"
_USER = "authorized_user"
_UNIVERSE = "universe_domain"
_GOOGLE = "googleapis.com"
_KINDS = {
    _USER: "the Google sign-in in",
    _KEY: "the service account's key in",
    "external_account": "the workload identity in",
    "external_account_authorized_user": "the workforce identity in",
    "impersonated_service_account": "the impersonated service account in",
}
_EXCHANGE = "https://oauth2.googleapis.com/token"  # of a signed claim for a token
_EXCHANGES = {"external_account": "token", "external_account_authorized_user": "oauthtoken"}


def as_client_reads(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a credentials file's content as Google's library inside Claude Code takes it: a key of a type that it does
    not know, or of none, is a service account's, and its `token_uri` is not followed; a user's `universe_domain` is not
    read; a workload or workforce identity needs no `token_url`.

    Source: `GoogleAuth.fromJSON` and `JWT.fromJSON` in the program of Claude Code 2.1.332; seen with each kind of file.
    """
    kind = content.get("type")
    is_known = isinstance(kind, str) and kind in _KINDS
    if kind == _KEY or (not is_known and content.get("client_email") and content.get("private_key")):
        return {**content, "type": _KEY, "token_uri": _EXCHANGE}
    if kind == _USER:
        return {name: value for name, value in content.items() if name != _UNIVERSE}
    exchange = _EXCHANGES.get(str(kind), "")
    return {"token_url": f"https://sts.{universe(content)}/v1/{exchange}", **content} if exchange else dict(content)


def universe(content: Mapping[str, Any]) -> str:
    """Return the domain of the Google Cloud that a credentials file is for."""
    return str(content.get(_UNIVERSE) or _GOOGLE)


def named_file(environment: Mapping[str, str]) -> str | None:
    """The credentials file that a variable names. Seen on 2.1.332: in lower case it counts too, after the usual one."""
    return environment.get(VARIABLE) or environment.get(VARIABLE.lower())


def credentials_file(environment: Mapping[str, str], home: Path) -> Path | None:
    """The credentials file in use: the named one, else gcloud's application default; None if not found."""
    if named := named_file(environment):
        return Path(named)
    default = _default(home)
    return default if presence.is_file(default) else None


def on_google(environment: Mapping[str, str]) -> bool:
    """Whether a metadata server is likely here, judged without a request."""
    if any(name in environment for name in _CLOUDS):
        return True
    try:
        return Path("/sys/class/dmi/id/product_name").read_text().startswith("Google")
    except OSError:
        return False


def source_facts(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Where the credentials come from, as facts for pages.

    google_signer    completes "credentials from …"
    user_adc         the file that `gcloud auth application-default login` replaces; "" if that command does not help
    service_account  the address of the account whose key is used; "" if it is not a key
    adc_path         the file; "" without one
    """
    named = named_file(environment)
    path = credentials_file(environment, home)
    if path is None:
        on_machine = on_google(environment)
        default = "" if on_machine else str(_default(home))
        return _facts("this machine's metadata server" if on_machine else "this machine", default, "", "")
    try:
        read = decoding.from_json_of_any_form(files.read_named(path, LARGEST))
    except (OSError, ValueError):
        read = None
    content = as_client_reads(read) if isinstance(read, dict) else {}
    kind = content.get("type")
    words = _KINDS.get(kind, "") if isinstance(kind, str) else ""
    is_persons = kind == _USER or (not words and not named)  # gcloud replaces its own broken file
    account = content.get("client_email") if kind == _KEY else None
    return _facts(f"{words or 'the file'} {path}", str(path) if is_persons else "", str(account or ""), str(path))


def _facts(signer: str, user_adc: str, service_account: str, path: str) -> dict[str, str]:
    return {"google_signer": signer, "user_adc": user_adc, "service_account": service_account, "adc_path": path}


def _default(home: Path) -> Path:
    """Seen on 2.1.332: Claude Code reads no other folder, whatever CLOUDSDK_CONFIG and XDG_CONFIG_HOME say."""
    return home / ".config" / "gcloud" / "application_default_credentials.json"
