"""`transcripts-short-lived`: how long the client keeps what `cost` reads."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program
from tests.support.transcripts import answer, write

SLUG = "transcripts-short-lived"


def examined(program: Program) -> Any:  # noqa: ANN401
    [found] = json.loads(program.run("doctor", "key", "--offline", "--json").out)["profiles"]
    return found


@pytest.fixture
def key(program: Program) -> Program:
    program.init("key", "api-key", key="env:MY_KEY")
    return program


def setting(folder: Path, value: object) -> Path:
    path = folder / ".claude" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cleanupPeriodDays": value}))
    return path


@pytest.mark.parametrize(("value", "days"), [(7, "7"), (1, "1"), (29, "29")])
def test_a_short_period_is_information(key: Program, value: int, days: str) -> None:
    setting(key.home, value)
    found = examined(key)
    [one] = [one for one in found["findings"] if one["check"] == SLUG]
    assert (one["severity"], one["facts"]["days"]) == ("info", days)
    assert one["remedy"]["commands"][1].startswith("grep -n cleanupPeriodDays ~/.claude/settings.json")
    assert found["root"] != SLUG
    assert "ledger" in key.ok("explain", SLUG).out


@pytest.mark.parametrize("value", [None, 30, 365, 0, -3, True, "7", 7.5])
def test_the_clients_own_period_or_a_longer_one_is_not(key: Program, value: object) -> None:
    if value is not None:
        setting(key.home, value)
    found = examined(key)
    assert SLUG not in [one["check"] for one in found["findings"]]
    assert "transcripts" in found["passed"]


def test_cost_says_the_same_period_and_outlives_it(key: Program) -> None:
    setting(key.home, 7)
    path = write(key.home / ".claude", "s1", answer("msg_1", 1, (1, 2, 3, 4, 5)))
    words = ("cost", "--since", "2026-11-01", "--json")
    assert json.loads(key.ok(*words).out)["retention_days"] == 7
    path.unlink()
    assert json.loads(key.ok(*words).out)["profiles"][0]["requests"] == 1
