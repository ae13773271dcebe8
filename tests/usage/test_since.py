"""The forms of `--since`."""

import datetime

import pytest

from ccsetup.advice.since import parse_since
from ccsetup.system.errors import UserError

NOW = datetime.datetime(2026, 3, 31, 14, 30, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("30d", "2026-03-01"),
        ("0d", "2026-03-31"),
        ("today", "2026-03-31"),
        ("Yesterday", "2026-03-30"),
        ("24h", "2026-03-30T14:30:05"),
        ("2w", "2026-03-17"),
        ("1W", "2026-03-24"),
        ("1m", "2026-02-28"),
        ("3m", "2025-12-31"),
        ("4m", "2025-11-30"),
        ("1y", "2025-03-31"),
        ("2026-03-05", "2026-03-05"),
        ("2026-02", "2026-02-01"),
        ("2026-W10", "2026-03-02"),
        ("2026-03-05T10:00", "2026-03-05T10:00"),
        ("2026-03-05T10:00Z", "2026-03-05T10:00"),
        ("2026-03-05T10:00+02:00", "2026-03-05T08:00"),
        ("1960-01-01", "1970-01-01"),
        ("99999d", "1970-01-01"),
        ("99999y", "1970-01-01"),
        ("0001-01-01T00:00+14:00", "1970-01-01"),
    ],
)
def test_period_begins(text: str, start: str) -> None:
    moment = datetime.datetime.fromisoformat(start).replace(tzinfo=datetime.UTC)
    assert parse_since(text, NOW) == moment.timestamp() * 1000


@pytest.mark.parametrize(
    "text", ["", "30", "-1d", "999999d", "2026-13", "2026-13-01", "tomorrow", "d", "7days", "2026", "١d", "1s"]
)
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="is not a date or a length of time"):
        parse_since(text, NOW)
