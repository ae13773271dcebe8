"""What a person reads: nothing twice, nothing that does not concern them, in any terminal; and no fault dressed up."""

import datetime
import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.fault import Error, Fault, html
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.program import EXECUTABLE, Program
from tests.support.warm import Warm

KEY = "sk-ant-api03-lab-console-AAAA"
ASCII = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date()), tls=True) as lab:
        yield lab


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Program:
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "claude").write_text("#!/bin/sh\necho '2.1.330 (Claude Code)'\n")
    (home / "bin" / "claude").chmod(0o755)
    environment = {**lab.environment(home), "LAB_KEY": KEY}
    environment.pop("ANTHROPIC_BASE_URL")
    path = f"{home / 'bin'}:{Warm(home).environment['PATH']}"
    return Warm(home, {**environment, "PATH": path})


def bedrock(here: Program, name: str, aws_profile: str, **more: str) -> None:
    here.init(name, "bedrock", aws_profile=aws_profile, region="us-east-1", **more)


def work(here: Program, lab: Lab, name: str = "work") -> None:
    here.init(name, "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"])


def one(here: Program, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(here.run("doctor", *arguments, "--json").out)["profiles"][0]
    return found


def terminal(here: Program, columns: int, *arguments: str) -> list[str]:
    """The text on a terminal of that width, without its colours."""
    reader, writer = pty.openpty()
    environment = {**here.environment, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [EXECUTABLE, "doctor", *arguments], env=environment, cwd=here.home, stdout=writer, stderr=subprocess.DEVNULL
    ):
        os.close(writer)
        text = b""
        try:
            while piece := os.read(reader, 65_536):
                text += piece
        except OSError:  # how Linux reports that the writer is gone
            pass
    os.close(reader)
    for code in (b"\x1b[1m", b"\x1b[2m", b"\x1b[0m"):
        text = text.replace(code, b"")
    return text.decode().replace("\r\n", "\n").splitlines()


def test_findings_of_one_page_are_grouped(here: Program) -> None:
    bedrock(
        here,
        "mine",
        "sandbox",
        **{"models.opus": "us.anthropic.claude-opus-5-5", "models.haiku": "us.anthropic.claude-haiku-5-5"},
    )
    done = here.run("doctor", "mine")
    consequences = [line for line in done.out.splitlines() if "↳" in line]
    assert len(consequences) == 1
    assert "and 1 more like it [bedrock-model-access, because of bedrock-use-case-form]" in consequences[0]
    errors = [place for place, line in enumerate(done.out.splitlines()) if line.startswith(("  ✗", "  ↳"))]
    others = [place for place, line in enumerate(done.out.splitlines()) if line.startswith(("  i", "  ✓"))]
    assert max(errors) < min(others)


def test_what_a_profile_shares_with_one_above_is_only_named(here: Program, lab: Lab) -> None:
    bedrock(here, "first", "stale")
    bedrock(here, "second", "stale")
    work(here, lab)
    out = here.run("doctor").out
    assert out.count("aws sts get-caller-identity --profile stale") == 1
    assert out.count("The AWS session token from AWS profile stale has expired ← root cause") == 2
    assert "same as first above" in out
    assert out.count("sends ccsetup's checks") == 1  # information is not repeated at all
    assert "3 profiles: 1 OK · 2 not working" in out


def test_the_first_cause_of_every_profile_is_named_in_each(here: Program, lab: Lab) -> None:
    work(here, lab)
    work(here, lab, "play")
    (here.home / ".claude.json").write_text("{")
    out = here.run("doctor", "play", "work").out
    assert out.count("✗ state-malformed, as for every profile above ← root cause") == 2
    assert out.count("ccsetup explain state-malformed") == 1


def test_checks_that_do_not_apply_are_left_to_json_and_verbose(here: Program, lab: Lab) -> None:
    work(here, lab)
    plain, verbose = here.ok("doctor", "work").out, here.ok("doctor", "work", "--verbose").out
    assert "skipped:" not in plain
    assert "key-helper (the profile has its own credential)" in verbose
    assert {"key-helper", "pins", "live"} <= {skipped["check"] for skipped in one(here, "work")["skipped"]}
    assert plain.splitlines()[-1].startswith("These checks were free. --live")


def test_offline_verdict_is_never_ok(here: Program) -> None:
    bedrock(here, "mine", "stale")
    done = here.run("doctor", "mine", "--offline")
    out = done.out
    assert (done.code, ": OK" in out) == (3, False)
    assert "unknown: no problem found without a request" in out


def test_lines_that_wrap_stay_indented(here: Program) -> None:
    bedrock(here, "mine", "stale")
    told = terminal(here, 60, "mine")
    assert [line for line in told if len(line) > 60 and "$ " not in line] == []
    assert not [
        line
        for line in told[1:]
        if line and not line.startswith("  ") and line == line.lstrip() and line[0] not in "abcdefghijklmnopqrstuvwxyzT"
    ]
    sign = next(place for place, line in enumerate(told) if line.startswith("  ✓"))
    assert told[sign + 1].startswith("    ")


@pytest.mark.thorough
def test_a_terminal_without_utf8_tells_passed_from_failed(here: Program, lab: Lab) -> None:
    work(here, lab)
    bedrock(here, "mine", "stale")
    done = here.run("doctor", environment=ASCII)
    assert done.code == 1
    assert "  x The AWS session token from AWS profile stale has expired <- root cause" in done.out
    assert "  + client" in done.out
    assert "?" not in done.out


@pytest.mark.parametrize("form", ["markdown", "junit", "json"])
def test_every_form_is_written_without_utf8(here: Program, form: str) -> None:
    bedrock(here, "mine", "stale")
    done = here.run("doctor", "--format", form, environment=ASCII)
    assert (done.code, done.err) == (1, "")
    assert "aws sts get-caller-identity --profile stale" in done.out
    assert done.out.isascii()


def test_a_document_is_one_without_profiles_too(here: Program) -> None:
    (found,) = json.loads(here.run("doctor", "--json").out)["profiles"]
    assert found["profile"] is None
    assert here.run("doctor", "--format", "junit").out.startswith("<?xml")


def test_every_form_has_the_providers_words_and_the_first_cause_first(here: Program) -> None:
    bedrock(here, "mine", "stale")
    for form in ("markdown", "junit"):
        out = here.run("doctor", "mine", "--format", form).out
        assert "403 ExpiredToken: The security token included in the request is expired" in out
    out = here.run("doctor", "mine", "--format", "markdown").out
    assert out.index("`aws-token-expired`") < out.index("`look-ups-diverted`")
    assert "the profile's `base_url`" in out


def test_a_providers_words_cannot_steer_the_terminal(here: Program, lab: Lab) -> None:
    work(here, lab)
    lab.inject(Fault(Error(418, "teapot_error", "short\x1b[31m and stout"), service="anthropic"))
    for form in ("text", "markdown", "junit"):
        assert "\x1b" not in here.run("doctor", "work", "--format", form).out


@pytest.mark.parametrize(
    ("status", "code"), [(429, "rate_limit_error"), (503, "UNAVAILABLE"), (500, "internal_failure")]
)
def test_a_token_endpoint_without_time_is_no_expired_sign_in(here: Program, lab: Lab, status: int, code: str) -> None:
    here.init("vertex", "vertex", project="acme-ml", location="global")
    lab.inject(Fault(Error(status, code, "Try again later."), service="google-token"))
    found = one(here, "vertex")
    assert (found["verdict"], found["root"]) == ("unknown", None)
    assert "token" in {broken["check"] for broken in found["broken"]}


def test_a_busy_sts_is_not_called_a_quota_of_bedrock(here: Program, lab: Lab) -> None:
    bedrock(here, "mine", "my-prod")
    lab.inject(Fault(Error(400, "Throttling", "Rate exceeded"), service="sts"))
    found = one(here, "mine")
    assert (found["verdict"], found["root"]) == ("unknown", None)
    assert {"check": "identity", "reason": "400 Throttling: Rate exceeded"} in found["broken"]


def test_a_guest_networks_page_in_place_of_anthropic_is_a_fault(here: Program, lab: Lab) -> None:
    here.init("work", "api-key", key="env:LAB_KEY")
    here = Warm(here.home, {**here.extra, **lab.proxied, "NO_PROXY": ""})
    lab.inject(Fault(html("Welcome to the guest network"), service="anthropic"))
    found = one(here, "work")
    assert (found["verdict"], found["root"]) == ("error", "endpoint-not-api")
    assert found["findings"][0]["title"].startswith("api.anthropic.com responds, but not")
