"""Header lines that Claude Code leaves out or refuses: as the client does, named by doctor without their text."""

import subprocess
from pathlib import Path

import pytest

from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes.case import Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.workspace import Workspace
from tests.support.answering import Answering
from tests.support.client_runner import QUIET, require_client
from tests.support.examined import a_profile, a_world
from tests.support.selection import examples

KEY = "sk-canary-5f0b9c7d1e"
NOT_SENT, REFUSED = "has no colon", "has a name or a value that HTTP does not allow"
CASES = {
    "named": (f"X-One: {KEY}", "", ""),
    "blanks around names": (f"X-One : {KEY}\r\nX-Two:", "", ""),
    "Latin-1": (f"X-One: {KEY}é", "", ""),
    "a bare key": (KEY, f"line 1 {NOT_SENT}", "warning"),
    "a bare key below a header": (f"X-One: 1\n\n{KEY}", f"line 2 {NOT_SENT}", "warning"),
    "a blank in the name": (f"X One: {KEY}", f"line 1 {REFUSED}", "error"),
    "no name": (f"X-One: 1\n: {KEY}", f"line 2 {REFUSED}", "error"),
    "beyond Latin-1": (f"X-One: {KEY}€", f"line 1 {REFUSED}", "error"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_sent_is_named_by_its_line(tmp_path: Path, name: str) -> None:
    lines, reason, severity = CASES[name]
    report = look(tmp_path, lines, auth_token="env:MY_TOKEN")
    assert [(one.facts["reason"].split(",")[0], one.weight) for one in report.findings] == (
        [(reason, severity)] if reason else []
    )
    assert KEY not in str(report)


def test_bare_key_that_is_the_only_credential_is_an_error(tmp_path: Path) -> None:
    report = look(tmp_path, KEY)
    assert (report.verdict, report.root) == ("error", "headers-malformed")


@pytest.mark.client
@pytest.mark.parametrize("name", examples(CASES, "a bare key", "a blank in the name"))
def test_the_client_sends_no_request_with_a_header_that_it_refuses(tmp_path: Path, name: str) -> None:
    lines, reason, _ = CASES[name]
    with Answering() as gateway:
        environment = {**QUIET, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "ANTHROPIC_CUSTOM_HEADERS": lines}
        environment |= {"ANTHROPIC_BASE_URL": gateway.url, "ANTHROPIC_API_KEY": "sk-ant-api03-gateway"}
        subprocess.run(
            [require_client(), "-p", "hi"], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, timeout=120,
            check=False, capture_output=True,
        )  # fmt: skip
        messages = [asked for asked in gateway.asked if asked.path == "/v1/messages"]
    assert bool(messages) == (REFUSED not in reason)
    if reason:
        assert KEY not in str([asked.headers for asked in messages])


def look(home: Path, lines: str, **more: str) -> Report:
    environment = {"HOME": str(home), "MY_TOKEN": "gateway-token-1234", "MY_HEADERS": lines}
    answers = {"base_url": "https://gw.example.com", "headers": "env:MY_HEADERS", **more}
    workspace, profile = Workspace(a_world(home, environment)), a_profile("gateway", set=answers)
    wanted = [probe for probe in PROBES if probe.name == "secrets"]
    return examine(wanted, {"p": lambda: prepare_saved(workspace, "p", profile, Once())})[0]
