"""A sign-in that only Claude Code may use: `doctor --live` runs the real client once, against the lab."""

import json
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.client_runner import QUIET, require_client
from tests.support.program import Program
from tests.support.warm import Warm

CREDIT = "Your credit balance is too low to access the Anthropic API."
LIMIT = "This request would exceed your account's rate limit. Please try again later."


@pytest.fixture
def here(program: Program, lab: Lab) -> Warm:
    here = Warm(program.home, {**lab.environment(program.home), **QUIET})
    here.init("plan", "subscription", **{"env.ANTHROPIC_BASE_URL": lab.url, "models.haiku": "claude-haiku-5-5"})
    return here


def live(here: Warm, path: str) -> tuple[dict[str, Any], str]:
    """What doctor says of the profile, and what it says on stderr."""
    done = here.run("doctor", "plan", "--live", "--json", environment={"PATH": path})
    report: dict[str, Any] = json.loads(done.out)["profiles"][0]
    return report, done.err


def path() -> str:
    return f"{require_client().parent}:/usr/bin:/bin"


def messages(lab: Lab) -> list[str | None]:
    return [one.model for one in lab.requests_for("CreateMessage")]


@pytest.mark.client
def test_the_client_is_run_once_and_it_is_reported_before(here: Warm, lab: Lab) -> None:
    (here.home / ".claude" / "settings.json").write_text(
        json.dumps({"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": f"touch {here.home}/ran"}]}]}})
    )
    report, said = live(here, path())
    assert (report["root"], report["broken"]) == (None, []), report
    assert "live" in report["passed"]
    assert messages(lab) == ["claude-haiku-5-5"]
    assert 'claude -p --tools "" --max-turns 1 --model claude-haiku-5-5' in said
    assert "plan" in said
    assert "at most one token" not in said
    assert not (here.home / "ran").exists()
    assert not list((here.home / ".claude").glob("projects/**/*.jsonl"))


@pytest.mark.client
@pytest.mark.parametrize(
    ("error", "root"),
    [
        (Error(401, "authentication_error", "OAuth token has expired."), "subscription-expired"),
        (Error(429, "rate_limit_error", LIMIT), "api-overloaded"),
        (Error(400, "invalid_request_error", CREDIT), "api-credit-low"),
        (Error(529, "overloaded_error", "Overloaded"), "api-overloaded"),
        (Error(404, "not_found_error", "model: claude-haiku-5-5"), "api-model-not-found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_the_client_is_refused_for_is_known(here: Warm, lab: Lab, error: Error, root: str) -> None:
    lab.inject(Fault(error, operation="CreateMessage"))
    report, _ = live(here, path())
    assert (report["root"], report["verdict"]) == (root, "error"), report


def fake(home: Path, script: str) -> str:
    folder = home / "bin"
    folder.mkdir()
    program = folder / "claude"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "not installed"),
        ("exit 7", "exit code 7"),
        ("echo hello", "without a result"),
        ('echo "[]"', "without a result"),
        ('echo \'{"type":"other","is_error":false}\'', "without a result"),
        ("exec yes", "does not end"),
    ],
)
def test_a_client_that_cannot_tell_is_unknown_and_never_ok(here: Warm, script: str | None, reason: str) -> None:
    report, _ = live(here, "/usr/bin:/bin" if script is None else fake(here.home, script))
    assert report["verdict"] == "unknown", report
    (found,) = [one["reason"] for one in report["broken"] if one["check"] == "live"]
    assert reason in found


@pytest.mark.parametrize("words", ["", "Something new"])
def test_unknown_error_is_still_an_error(here: Warm, words: str) -> None:
    answer = json.dumps({"type": "result", "is_error": True, "result": words, "api_error_status": 418})
    report, _ = live(here, fake(here.home, f"echo '{answer}'"))
    assert (report["root"], report["verdict"]) == ("unrecognised-error", "error")
    assert words in str(report["findings"])


def test_nothing_is_run_without_a_sign_in(here: Warm) -> None:
    (here.home / ".claude" / ".credentials.json").unlink()
    report, _ = live(here, fake(here.home, f'[ "$1" = --version ] || touch {here.home}/ran'))
    assert report["root"] == "subscription-not-signed-in"
    assert not (here.home / "ran").exists()
