"""What sign-ins left in `~/.aws`, read and never written: the AWS files in botocore's form, SSO tokens, `aws login`."""

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccsetup.providers.aws.client_files import AwsFiles, Values
from ccsetup.providers.aws.programs import Keys
from ccsetup.providers.aws.sso_expiry import token_end
from ccsetup.system import lenient


class LoginRenewalDue(Exception):
    """The keys of an `aws login` session have expired. Claude Code would renew them, and write the new ones."""


class LoginSessionMissing(Exception):
    """No usable file of an `aws login` session was found."""


class TokenCache:
    """A folder of SSO tokens for botocore, which end when they do for Claude Code; what it writes stays in memory.
    `session`: they are those of an sso-session."""

    def __init__(self, folder: Path, now: datetime.datetime, *, session: bool) -> None:
        self._folder, self._now, self._session = folder, now, session
        self._kept: dict[str, Any] = {}

    def __contains__(self, key: str) -> bool:
        return bool(self._content(key))

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - botocore's own type
        if content := self._content(key):
            return content
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401
        self._kept[key] = value

    def _content(self, key: str) -> Any:  # noqa: ANN401
        if key in self._kept:
            return self._kept[key]
        content = dict(lenient.read_json(self._folder / f"{key}.json", []))
        if content and not self._session and not content.get("accessToken"):
            content["accessToken"] = ""  # seen on 2.1.332: the client asks without it, and AWS decides
        if not content or (self._session and "expiresAt" not in content):
            return content
        end = token_end(content, self._now, session=self._session)
        return {**content, "expiresAt": end.isoformat()}


def read_login(session: str, environment: Mapping[str, str], home: Path, now: datetime.datetime) -> Keys:
    """Return the keys that `aws login` left; raises LoginSessionMissing or LoginRenewalDue.

    Claude Code renews keys that have expired with the session's refresh token, which works only once.
    """
    moved = environment.get("AWS_LOGIN_CACHE_DIRECTORY")
    folder = Path(moved) if moved else home / ".aws" / "login" / "cache"
    file = folder / f"{hashlib.sha256(session.encode()).hexdigest()}.json"
    content = lenient.read_json(file, [])
    keys = content.get("accessToken")
    names = ("accessKeyId", "secretAccessKey", "sessionToken", "accountId")
    whole = all(content.get(name) for name in ("clientId", "refreshToken", "dpopKey"))
    if not isinstance(keys, dict) or not whole or not all(isinstance(keys.get(name), str) for name in names):
        raise LoginSessionMissing(f"no sign-in for the session {session} in {file}")
    expires = lenient.parse_time(keys.get("expiresAt"))
    if expires is None or expires <= now:
        raise LoginRenewalDue(f"the keys of the session {session} expired at {keys.get('expiresAt')}")
    return Keys(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"], expires)


def full_config(files: AwsFiles) -> dict[str, dict[str, Any]]:
    """Return the client's reading of the files in botocore's form, without settings that only botocore knows
    and without endpoints (see `endpoints`)."""
    profiles = {name: _known(values) for name, values in files.profiles.items()}
    return {"profiles": profiles, "sso_sessions": dict(files.sessions)}


def _known(values: Values) -> dict[str, str]:
    own = ("sso_", "role_", "source_profile", "credential_", "web_identity_token_file", "mfa_serial", "external_id")
    return {key: value for key, value in values.items() if key == "region" or key.startswith(own)}
