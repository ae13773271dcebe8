"""When an SSO token ends, by Claude Code's reading of its file, which takes any value for a time as JavaScript does.

Seen on 2.1.332 (2026-11-28) with each form of `expiresAt`, for an AWS profile with SSO lines of its own, and with an
sso-session.
"""

import datetime
import email.utils
import re
from collections.abc import Mapping

NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
_EPOCH = datetime.datetime.fromtimestamp(0, datetime.UTC)
_ISO = re.compile(r"\d{4}-\d\d(-\d\d)?([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_WINDOW = datetime.timedelta(minutes=5)
_RENEWS = ("clientId", "clientSecret", "refreshToken")


def token_end(token: Mapping[str, object], now: datetime.datetime, *, session: bool) -> datetime.datetime:
    """Return when the token ends. One without a time that can be read never ends for a profile, and has ended for a
    `session`, whose token must also be renewable in its last five minutes."""
    end = _date(token["expiresAt"]) if "expiresAt" in token else None
    if not session:
        return end or NEVER
    renews = all(token.get(name) for name in _RENEWS)
    return _EPOCH if end is None or (end - now <= _WINDOW and not renews) else end


def _date(value: object) -> datetime.datetime | None:
    """The time that JavaScript's Date makes of a JSON value; None for an invalid one."""
    match value:
        case None | bool():
            return _EPOCH
        case int() | float():
            milliseconds = float(value)
        case [one]:
            return _date(one)
        case str() if _ISO.fullmatch(value):
            return _iso(value)
        case str() if value[:1].isalpha():
            parsed = email.utils.parsedate_tz(value)
            milliseconds = email.utils.mktime_tz(parsed) * 1000 if parsed else float("nan")
        case _:
            return None
    try:
        return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(text: str) -> datetime.datetime | None:
    """A day is in UTC, and a time without a zone is local."""
    try:
        moment = datetime.datetime.fromisoformat(text if len(text) != len("2026-11") else f"{text}-01")
    except ValueError:
        return None
    is_day = len(text) <= len("2026-11-28")
    return (moment.replace(tzinfo=datetime.UTC) if is_day else moment).astimezone(datetime.UTC)
