"""How many minutes AWS credentials have left, where somebody must renew them.

What a role, a process or the platform gives is fetched anew by every SDK before it ends; that end is nobody's matter.
"""

import base64
import binascii
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ccsetup.doctor.probes.case import Case
from ccsetup.providers.aws import session as aws
from ccsetup.system import lenient

_SHORT_TERM = "bedrock-api-key-"
_WRITTEN = ("x_security_token_expires", "aws_expiration")  # by saml2aws, by aws-azure-login


def left(case: Case, method: str) -> int | None:
    """Minutes until a person must sign in again or copy new keys; None where nothing says so."""
    now = case.access.now
    if method == "env":
        return _minutes(case.access.environment.get("AWS_CREDENTIAL_EXPIRATION"), now)
    profiles, sessions = _configured(case)
    name = case.access.environment.get("AWS_PROFILE") or "default"
    for own in _chain(profiles, name):
        if "sso_role_name" in own or "sso_session" in own:
            return _signed_in(case, own, sessions)
        written = next((own[key] for key in _WRITTEN if key in own), None)
        if written is not None:
            return _minutes(written, now)
    return None


def of_key(key: str, now: datetime.datetime) -> int | None:
    """Minutes left of a short-term Bedrock API key, which is a presigned URL in base64; None for any other."""
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


def _configured(case: Case) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The AWS profiles and the SSO sessions of the configuration, which was read for the credentials already."""
    config = aws.session(case.access)._session.full_config  # boto3 hides what botocore shows
    return config.get("profiles", {}), config.get("sso_sessions", {})


def _chain(profiles: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The profile, and those its role is assumed from."""
    found: list[Mapping[str, Any]] = []
    names: list[str] = []
    while name in profiles and name not in names:
        names.append(name)
        found.append(profiles[name])
        name = str(profiles[name].get("source_profile", ""))  # indented lines below it make it a table
    return found


def _signed_in(case: Case, own: Mapping[str, Any], sessions: Mapping[str, Any]) -> int | None:
    """Minutes left of an SSO sign-in; None for one that renews itself."""
    session = own.get("sso_session")
    start = session or own.get("sso_start_url", "")
    file = case.access.home / ".aws" / "sso" / "cache" / f"{hashlib.sha1(start.encode()).hexdigest()}.json"  # noqa: S324
    try:
        token = lenient.read_json(file, [])
        renews = session in sessions and token.get("refreshToken") and token.get("registrationExpiresAt")
        return _minutes(token["registrationExpiresAt" if renews else "expiresAt"], case.access.now)
    except (KeyError, AttributeError, TypeError):
        return None


def _minutes(text: object, now: datetime.datetime) -> int | None:
    """Until an ISO 8601 time; None for what is none."""
    moment = lenient.moment(str(text).strip())
    return None if moment is None else _between(now, moment)


def _between(now: datetime.datetime, then: datetime.datetime) -> int:
    return int((then - now).total_seconds() // 60)
