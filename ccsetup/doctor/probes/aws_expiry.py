"""The minutes until a person has to renew AWS credentials.

Credentials from a role, a process or the platform are refreshed by every SDK, so their expiry does not matter.
"""

import base64
import binascii
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ccsetup.doctor.probes.case import Case
from ccsetup.providers.aws import client_files, sources
from ccsetup.providers.aws.sso_expiry import token_end
from ccsetup.system import lenient

_SHORT_TERM = "bedrock-api-key-"
_SIGNED_BY_PERSON = ("sso", "assume-role", "shared-credentials-file", "config-file")
_WRITTEN = ("x_security_token_expires", "aws_expiration")  # written by saml2aws and by aws-azure-login


def left(case: Case, method: str) -> int | None:
    """Return the minutes until a person must sign in again or copy new keys; None if unknown."""
    now = case.access.now
    if method == "env":
        return _noted(case.access.environment.get("AWS_CREDENTIAL_EXPIRATION"), now)
    if method not in _SIGNED_BY_PERSON:
        return None
    files = client_files.read_files(case.access.environment, case.access.home)
    for step in sources.chain(files.profiles, case.access.environment.get("AWS_PROFILE") or "default"):
        profile = files.profiles.get(step.profile, {})
        if step.kind == "sso":
            return _signed_in(case, profile, files.sessions)
        expiry = next((profile[key] for key in _WRITTEN if key in profile), None)
        if expiry is not None:
            return _noted(expiry, now)
    return None


def of_key(key: str, now: datetime.datetime) -> int | None:
    """Return the remaining minutes of a short-term Bedrock API key, a presigned URL in base64; None for other keys."""
    if not key.startswith(_SHORT_TERM):
        return None
    text = key.removeprefix(_SHORT_TERM)
    try:
        url = base64.b64decode(text + "=" * (-len(text) % 4)).decode()
        query = {name.lower(): values[0] for name, values in parse_qs(urlsplit(f"https://{url}").query).items()}
        begun = datetime.datetime.strptime(query["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        return _between(now, begun + datetime.timedelta(seconds=int(query["x-amz-expires"])))
    except (binascii.Error, ValueError, KeyError, OverflowError):
        return None


def _signed_in(case: Case, own: Mapping[str, Any], sessions: Mapping[str, Any]) -> int | None:
    """Return the remaining minutes of an SSO sign-in, or of its registration if it renews itself until then; None if
    unreadable."""
    session = own.get("sso_session")
    start = session or own.get("sso_start_url", "")
    file = case.access.home / ".aws" / "sso" / "cache" / f"{hashlib.sha1(start.encode()).hexdigest()}.json"  # noqa: S324
    try:
        token = lenient.read_json(file, [])
        now = case.access.now
        renews = session in sessions and token.get("refreshToken") and token.get("registrationExpiresAt")
        registered = _minutes(token["registrationExpiresAt"], now) if renews else None
        ends = _between(now, token_end(token, now, session=session is not None)) if token else None
        return max((end for end in (ends, registered) if end is not None), default=None)
    except (KeyError, AttributeError, TypeError):
        return None


def _noted(text: object, now: datetime.datetime) -> int | None:
    """Return the minutes until a time that a tool noted beside the keys; None once it is past: the client does not read
    it, and AWS tells whether the keys have expired."""
    minutes = _minutes(text, now)
    return minutes if minutes is None or minutes > 0 else None


def _minutes(text: object, now: datetime.datetime) -> int | None:
    """Return the minutes until an ISO 8601 time; None if it is not one."""
    moment = lenient.parse_time(str(text).strip())
    return None if moment is None else _between(now, moment)


def _between(now: datetime.datetime, then: datetime.datetime) -> int:
    return int((then - now).total_seconds() // 60)
