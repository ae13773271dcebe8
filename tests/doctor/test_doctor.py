"""`doctor` as a process: what it says of what it cannot see, how it ends, in which forms; and that it always ends."""

import datetime
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ccsetup.lab.fault import Drip, Error, Fault, Flood, Hang, Reset, Truncate, html, redirect
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.program import Done, Program
from tests.support.warm import Warm

KEY = "sk-ant-api03-lab-console-AAAA"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date())) as lab:
        yield lab


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Program:
    """Every tool points at the lab, a `claude` is on the PATH, and no shell variable is a leftover."""
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "claude").write_text("#!/bin/sh\necho '2.1.330 (Claude Code)'\n")
    (home / "bin" / "claude").chmod(0o755)
    environment = {**lab.environment(home), "LAB_KEY": KEY}
    environment.pop("ANTHROPIC_BASE_URL")
    program = Warm(home, environment)
    path = f"{home / 'bin'}:{program.environment['PATH']}"
    return Warm(home, {**environment, "PATH": path})


def work(here: Program, lab: Lab, name: str = "work", **more: str) -> None:
    here.init(name, "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"], **more)


def examined(done: Done) -> dict[str, Any]:
    document = json.loads(done.out)
    assert document["schema"] == 1
    return {one["profile"]: one for one in document["profiles"]}


def test_a_healthy_profile_passes_and_says_what_was_looked_at(here: Program, lab: Lab) -> None:
    work(here, lab)
    done = here.ok("doctor", "work", "--json")
    found = examined(done)["work"]
    assert {"profile", "surface", "verdict", "root", "findings", "passed", "skipped", "broken"} <= set(found)
    assert (found["verdict"], found["root"], found["findings"]) == ("ok", None, [])
    assert {"listing", "host", "secrets"} <= set(found["passed"])
    assert "live" in {one["check"] for one in found["skipped"]}


def test_a_finding_has_the_contracts_keys_and_a_remedy_to_paste(here: Program, lab: Lab) -> None:
    work(here, lab)
    done = here.run("doctor", "work", "--json", environment={"LAB_KEY": "sk-ant-api03-of-another-life-BBBB"})
    found = examined(done)["work"]
    assert (done.code, found["root"]) == (1, "api-key-rejected")
    finding = found["findings"][0]
    assert {"check", "severity", "title", "facts", "remedy", "because_of"} <= set(finding)
    assert any(command.startswith("read -rs LAB_KEY") for command in finding["remedy"]["commands"])
    assert "another-life" not in done.out + done.err


def test_two_faults_at_once_the_earlier_gate_is_the_root(here: Program, lab: Lab) -> None:
    work(here, lab)
    settings = here.home / ".claude" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"env": {"CLAUDE_CODE_USE_VERTEX": "1"}}')
    done = here.run("doctor", "work", "--json", environment={"LAB_KEY": "sk-ant-api03-of-another-life-BBBB"})
    found = examined(done)["work"]
    assert found["root"] == "settings-override"
    assert "api-key-rejected" in {one["check"] for one in found["findings"]}


def test_unknown_words_are_shown_as_they_are(here: Program, lab: Lab) -> None:
    work(here, lab)
    lab.inject(Fault(Error(418, "teapot_error", "short and stout"), service="anthropic"))
    done = here.run("doctor", "work")
    assert done.code == 1
    assert "418 teapot_error: short and stout" in done.out
    assert "unrecognised-error" in done.out


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fault",
    [
        Hang(),
        Reset(),
        Drip(size=1, ms=1000),
        Truncate(keep=10),
        Flood(),
        html("Sign in"),
        redirect("https://sso.example"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_a_provider_does_the_run_ends_and_others_are_examined(
    here: Program,
    lab: Lab,
    fault: Any,  # noqa: ANN401 - any of the lab's
) -> None:
    work(here, lab)
    here.init("max", "subscription", **{"plan": "pro", "oauth_token": "env:LAB_KEY"})
    does = fault.does if isinstance(fault, Fault) else fault
    lab.inject(Fault(does, service="anthropic"))
    with Lab() as sound:
        here.init("sound", "api-key", key="env:LAB_KEY", base_url=sound.base_urls["api-key"])
        began = time.monotonic()
        done = here.run("doctor", "work", "sound", "--json")
        assert time.monotonic() - began < 30
    found = examined(done)
    assert found["work"]["verdict"] in ("error", "unknown")
    assert found["sound"]["root"] in (None, "clock-skew")
    assert "Traceback" not in done.err
    assert done.code in (1, 3)


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    hangs = (
        "import threading, ccsetup.__main__ as program\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "hang = lambda: ThreadPoolExecutor().submit(threading.Event().wait).result()\n"
        "threading.Thread(target=hang, daemon=True).start()\n"
        "print('said')\n"
        "program.leave(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", hangs], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (3, "said\n")


def test_a_profile_that_cannot_be_read_keeps_no_other_from_being_examined(here: Program, lab: Lab) -> None:
    work(here, lab)
    (here.profiles / "torn.toml").write_text("schema = 1\nsurface =")
    done = here.run("doctor", "--json")
    found = examined(done)
    assert (found["work"]["verdict"], found["torn"]["verdict"], done.code) == ("ok", "unknown", 3)
    (broken,) = found["torn"]["broken"]
    assert "torn.toml" in broken["reason"]
    assert any("torn.toml" in hint for hint in broken["hints"])


def test_a_secret_that_cannot_be_read_is_the_root_and_hides_what_needs_it(here: Program, lab: Lab) -> None:
    here.init("work", "api-key", key="env:NOT_THERE", base_url=lab.base_urls["api-key"])
    found = examined(here.run("doctor", "work", "--json"))["work"]
    assert found["root"] == "secret-missing"
    reasons = {one["check"]: one["reason"] for one in found["skipped"]}
    assert reasons["listing"] == "needs secrets, which found secret-missing"


def test_an_unknown_name_is_refused_before_anything_is_looked_at(here: Program, lab: Lab) -> None:
    work(here, lab)
    lab.forget()
    done = here.run("doctor", "work", "wrok")
    assert (done.code, done.out) == (2, "")
    assert "work" in done.err
    assert not lab.requests


def test_offline_makes_no_request(here: Program, lab: Lab) -> None:
    work(here, lab)
    lab.forget()
    done = here.run("doctor", "--offline", "--json")
    assert (done.code, json.loads(done.out)["profiles"][0]["verdict"]) == (3, "unknown")  # the credential was not tried
    assert not lab.requests


def test_two_profiles_that_ask_the_same_ask_once(here: Program, lab: Lab) -> None:
    work(here, lab)
    work(here, lab, "twin")
    lab.forget()
    here.ok("doctor")
    assert len(lab.requests_for("ListModels")) == 1


def test_live_sends_one_request_for_each_distinct_pin_and_a_429_is_no_success(here: Program, lab: Lab) -> None:
    pins = {
        "models.opus": "claude-opus-5-5",
        "models.default": "claude-opus-5-5[1m]",
        "models.haiku": "claude-haiku-5-5",
    }
    work(here, lab, **pins)
    done = here.ok("doctor", "work", "--live", "--json")
    assert "is billed" in done.err
    assert "live" in examined(done)["work"]["passed"]
    assert sorted(str(one.model) for one in lab.requests_for("CreateMessage")) == [
        "claude-haiku-5-5",
        "claude-opus-5-5",
    ]
    limited = Error(429, "rate_limit_error", "This request would exceed your organization's rate limit of 50 requests")
    lab.inject(Fault(limited, operation="CreateMessage"))
    done = here.run("doctor", "work", "--live", "--json")
    assert (done.code, examined(done)["work"]["root"]) == (1, "api-rate-limited")


def test_junit_and_markdown_say_the_same(here: Program, lab: Lab) -> None:
    work(here, lab)
    broken = {"LAB_KEY": "sk-ant-api03-of-another-life-BBBB"}
    done = here.run("doctor", "--format", "junit", environment=broken)
    suites = ElementTree.fromstring(done.out)
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == [
        "api-key-rejected"
    ]
    done = here.run("doctor", "--format", "markdown", environment=broken)
    assert "| work | api-key | ❌ error | api-key-rejected |" in done.out
    assert str(here.home) not in done.out


def test_a_pending_profile_is_so_until_a_run_is_clean(here: Program, lab: Lab) -> None:
    answers = ("--set", "key=env:WRONG", "--set", f"base_url={lab.base_urls['api-key']}")
    done = here.run("init", "work", "--surface", "api-key", *answers, "--yes", "--force",
                    environment={"WRONG": "sk-ant-api03-of-another-life-BBBB"})  # fmt: skip
    assert done.code == 0
    assert "api-key-rejected" in here.ok("list").out
    assert "pending" in here.run("doctor", environment={"WRONG": "sk-ant-api03-of-another-life-BBBB"}).out
    assert here.run("doctor", environment={"WRONG": KEY}).code == 0
    assert "pending" not in here.ok("list").out
