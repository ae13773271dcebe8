"""`--since`: where the period begins that is looked at."""

import datetime
import re

from ccsetup.system.errors import UserError

METAVAR = "DATE|30d"
_AGO = re.compile(r"([0-9]{1,5})([hdwmy])")
_DAYS_AGO = {"today": 0, "yesterday": 1}
_DAYS_OF = {"d": 1, "w": 7}
_MONTHS_OF = {"m": 1, "y": 12}
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def parse_since(text: str, now: datetime.datetime) -> int:
    """The beginning of the period in milliseconds, not before 1970. All but hours begins at midnight, UTC. Raises
    UserError."""
    start = _parse(text.strip(), now.astimezone(datetime.UTC))
    if start is None:
        hint = "for example 7d, 24h, 2w, 3m (months), yesterday, 2026-11-01, or 2026-11 for that month on"
        raise UserError(f"--since {text!r} is not a date or a length of time", hint)
    return max(0, int(start.timestamp() * 1000))


def moves_within_a_day(text: str) -> bool:
    """Whether the period begins later as the day goes on."""
    return text.strip().lower().endswith("h")


def _parse(text: str, now: datetime.datetime) -> datetime.datetime | None:
    try:
        if ago := _AGO.fullmatch(text.lower()):
            return _before(now, int(ago[1]), ago[2])
        if (days := _DAYS_AGO.get(text.lower())) is not None:
            return _before(now, days, "d")
        moment = datetime.datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _before(now: datetime.datetime, count: int, unit: str) -> datetime.datetime:
    """So long before now; of a month that is too short, its last day."""
    try:
        if unit == "h":
            return now - datetime.timedelta(hours=count)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if unit in _DAYS_OF:
            return today - datetime.timedelta(days=count * _DAYS_OF[unit])
        year, month = divmod(today.year * 12 + today.month - 1 - count * _MONTHS_OF[unit], 12)
        first = today.replace(year=year, month=month + 1, day=1)
        return min(first + datetime.timedelta(days=today.day - 1), _end_of_month(first))
    except (OverflowError, ValueError):  # before the year 1
        return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def _end_of_month(first: datetime.datetime) -> datetime.datetime:
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    return following - datetime.timedelta(days=1)
