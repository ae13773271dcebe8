"""A key that was declined in Claude Code's prompt is not used by an interactive session, and that is reported."""

import json
import re
import signal
import time
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes.case import Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.run import examine
from ccsetup.workspace import Workspace
from tests.support.client_runner import QUIET, require_client
from tests.support.examined import a_profile, a_world
from tests.support.selection import examples

KEY = "sk-ant-api03-declined-once-0000000001"
END = KEY[-20:]


def responses(approved: list[object], rejected: list[object]) -> str:
    return json.dumps({"customApiKeyResponses": {"approved": approved, "rejected": rejected}})


@pytest.mark.parametrize(
    ("state", "declined"),
    [
        (responses([], [END]), True),
        (responses(["other"], ["another", END]), True),
        (responses([END], []), False),
        (responses([], ["another"]), False),
        (responses([], [7, None]), False),
        ('{"customApiKeyResponses": []}', False),
        ("{}", False),
        ("not json", False),
    ],
)
@pytest.mark.parametrize("surface", ["api-key", "gateway"])
def test_declined_key_is_named(tmp_path: Path, state: str, declined: bool, surface: str) -> None:
    (tmp_path / ".claude.json").write_text(state)
    base = {"base_url": "https://gw.example.com"} if surface == "gateway" else {}
    workspace = Workspace(a_world(tmp_path, {"HOME": str(tmp_path), "MY_KEY": f"{KEY}\n"}))
    profile = a_profile(surface, set={"key": "env:MY_KEY", **base})
    wanted = [probe for probe in PROBES if probe.name in ("secrets", "declined")]
    report = examine(wanted, {"p": lambda: prepare_saved(workspace, "p", profile, Once())})[0]
    assert [finding.check for finding in report.findings] == ["key-declined"] * declined
    assert END not in str(report)


@pytest.mark.client
@pytest.mark.parametrize("declined", examples((True, False), True))
def test_client_leaves_a_declined_key_out(tmp_path: Path, declined: bool) -> None:
    client, work = require_client(), tmp_path / "work"
    work.mkdir()
    state = json.loads(responses([], [END]) if declined else responses([END], []))
    state |= {"hasCompletedOnboarding": True, "projects": {str(work): {"hasTrustDialogAccepted": True}}}
    (tmp_path / ".claude.json").write_text(json.dumps(state))
    environment = {
        **QUIET,
        "HOME": str(tmp_path),
        "PATH": f"{client.parent}:/usr/bin:/bin",
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "ANTHROPIC_API_KEY": KEY,
    }
    child = pexpect.spawn(str(client), cwd=work, env=environment, dimensions=(50, 160), encoding="utf-8", timeout=5)
    seen, until = "", time.monotonic() + (40 if declined else 10)
    try:
        while time.monotonic() < until and not re.search(r"Not.{1,8}logged.{1,8}in", seen):
            try:
                seen += child.read_nonblocking(4096, 1)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
    finally:
        child.kill(signal.SIGKILL)
        child.wait()
    assert bool(re.search(r"Not.{1,8}logged.{1,8}in", seen)) == declined
