"""The Claude Console's key, which Claude Code sends to a gateway beside the gateway's token (what it sends:
tests/agree/kinds_files.py)."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.here import prepare_here
from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes.case import Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.workspace import Workspace
from tests.support.client_runner import require_client, run_client
from tests.support.examined import a_profile, a_world

KEY, TOKEN, HOST = "sk-ant-api03-console-state-0f3a9", "gateway-token-0000001", "gw.example.com"
GATEWAY = {"ANTHROPIC_BASE_URL": f"https://{HOST}", "ANTHROPIC_AUTH_TOKEN": TOKEN}
SLUG = "console-key-beside-token"
HELPER = json.dumps({"apiKeyHelper": "echo helper"})
BESIDE: Mapping[str, tuple[dict[str, str], bool]] = {
    "token": ({}, True),
    "token and an empty key": ({"ANTHROPIC_API_KEY": ""}, True),
    "token and a key": ({"ANTHROPIC_API_KEY": "gateway-key"}, False),
    "token and a header": ({"ANTHROPIC_CUSTOM_HEADERS": "X-Api-Key: gateway-key"}, False),
    "Anthropic's host": ({"ANTHROPIC_BASE_URL": "https://api.anthropic.com"}, False),
    "the client's own gateway": ({"CLAUDE_CODE_USE_GATEWAY": "1"}, False),
    "saved sign-ins left alone": ({"CLAUDE_CODE_SIMPLE": "1"}, False),
}


def store(home: Path) -> Path:
    path = home / ".claude.json"
    path.write_text(json.dumps({"hasCompletedOnboarding": True, "primaryApiKey": KEY}))
    path.chmod(0o600)
    return path


def examined(workspace: Workspace, name: str = "", **answers: str) -> Report:
    wanted = [probe for probe in PROBES if probe.name in ("secrets", "console-key")]
    profile = a_profile("gateway", set={"base_url": f"https://{HOST}", **answers})
    once = Once()
    if name:
        return examine(wanted, {name: lambda: prepare_saved(workspace, name, profile, once)})[0]
    return examine(wanted, {"this shell": lambda: prepare_here(workspace, once)})[0]


@pytest.mark.parametrize("case", BESIDE)
def test_key_that_a_shell_sends_to_a_gateway_is_named(tmp_path: Path, case: str) -> None:
    path, (more, sent) = store(tmp_path), BESIDE[case]
    report = examined(Workspace(a_world(tmp_path, {"HOME": str(tmp_path), **GATEWAY, **more})))
    facts = [finding.facts for finding in report.findings if finding.check == SLUG]
    assert [(one["host"], one["path"]) for one in facts] == [(HOST, str(path))] * sent
    assert [one.check for one in report.broken] == ["console-key"] * (sent or case == "Anthropic's host")
    assert KEY not in str(report)


def test_key_is_named_for_a_profile_of_a_gateway(tmp_path: Path) -> None:
    store(tmp_path)
    workspace = Workspace(a_world(tmp_path, {"HOME": str(tmp_path), "MY_TOKEN": TOKEN}))
    by_token, by_key = examined(workspace, "p", auth_token="env:MY_TOKEN"), examined(workspace, "p", key="env:MY_TOKEN")
    assert [(one.check, one.facts["host"]) for one in by_token.findings] == [(SLUG, HOST)]
    assert (by_token.verdict, by_key.findings) == ("warning", ())
    assert KEY not in str(by_token)


def test_helper_is_sent_instead_of_the_key(tmp_path: Path) -> None:
    store(tmp_path)
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text(HELPER)
    report = examined(Workspace(a_world(tmp_path, {"HOME": str(tmp_path), **GATEWAY})))
    assert (report.findings, report.broken) == ((), ())


@pytest.mark.client
def test_logout_removes_the_key(tmp_path: Path) -> None:
    require_client()
    path = store(tmp_path)
    done = run_client("claude auth logout", home=tmp_path, cwd=tmp_path, environment=GATEWAY)
    assert done.exit_code == 0
    assert "primaryApiKey" not in json.loads(path.read_text())
