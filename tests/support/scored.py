"""How well doctor does, counted over all tests that expect a root: found, missed, false alarms."""

from collections.abc import Callable
from typing import Literal

import pytest

Score = Literal["found", "missed", "false alarm"]
KEY = "doctor"


def score(expected: str | None, root: str | None) -> Score:
    """What one examination counts as; None as expected root is a healthy set-up."""
    if root == expected:
        return "found"
    return "false alarm" if expected is None else "missed"


def summary(reports: list[pytest.TestReport]) -> str:
    """One line for the end of a test run; "" where nothing was scored."""
    counted = [value for one in reports for name, value in one.user_properties if name == KEY]
    if not counted:
        return ""
    found, missed, alarms = (counted.count(word) for word in ("found", "missed", "false alarm"))
    return f"doctor: {found} found, {missed} missed, {alarms} false alarms"


Scored = Callable[[str | None, str | None], None]
