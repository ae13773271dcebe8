"""A first start behind a closed network: Claude Code calls api.anthropic.com, and a gateway does not change that."""

import json
from pathlib import Path

import pytest

from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes.case import Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.workspace import Workspace
from tests.support.answering import Answering
from tests.support.examined import a_profile, a_world

GATEWAY = "https://gw.example.com"


def look(home: Path, base: str, proxy: str, secret: str = "key", **more: str) -> Report:
    given = {secret: "env:MY_TOKEN", "base_url": base}
    environment = {
        "HOME": str(home),
        "MY_TOKEN": "gateway-token-1234",
        "HTTPS_PROXY": proxy,
        "HTTP_PROXY": proxy,
        **more,
    }
    workspace, profile = Workspace(a_world(home, environment)), a_profile("gateway", set=given)
    wanted = [probe for probe in PROBES if probe.name in ("proxy", "onboarding")]
    return examine(wanted, {"p": lambda: prepare_saved(workspace, "p", profile, Once())})[0]


def slugs(report: Report) -> list[str]:
    return [finding.check for finding in report.findings]


@pytest.mark.parametrize("state", [None, "{}", '{"hasCompletedOnboarding": false}', "not json", "[]"])
def test_closed_network_stops_a_first_start(tmp_path: Path, state: str | None) -> None:
    if state is not None:
        (tmp_path / ".claude.json").write_text(state)
    report = look(tmp_path, GATEWAY, "http://127.0.0.1:9")
    assert (report.verdict, slugs(report)) == ("error", ["onboarding-needs-anthropic"])
    assert report.findings[0].facts["path"] == str(tmp_path / ".claude.json")


def test_later_start_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(json.dumps({"hasCompletedOnboarding": True}))
    assert slugs(look(tmp_path, GATEWAY, "http://127.0.0.1:9")) == []


def test_file_of_the_configuration_folder_counts(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (tmp_path / ".claude.json").write_text(json.dumps({"hasCompletedOnboarding": True}))
    report = look(tmp_path, GATEWAY, "http://127.0.0.1:9", CLAUDE_CONFIG_DIR=str(folder))
    assert slugs(report) == ["onboarding-needs-anthropic"]


def test_gateway_on_this_machine_changes_nothing(tmp_path: Path) -> None:
    """Seen on 2.1.332: the first start calls api.anthropic.com with a key, even if the gateway is right here."""
    assert slugs(look(tmp_path, "http://127.0.0.1:4000", "http://127.0.0.1:9")) == ["onboarding-needs-anthropic"]


@pytest.mark.parametrize("base", [GATEWAY, "http://127.0.0.1:4000"])
def test_first_start_with_a_token_calls_only_the_gateway(tmp_path: Path, base: str) -> None:
    assert slugs(look(tmp_path, base, "http://127.0.0.1:9", "auth_token")) == []


def test_first_start_with_a_key_helper_calls_only_the_gateway(tmp_path: Path) -> None:
    settings = tmp_path / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"apiKeyHelper": "echo key"}')
    assert slugs(look(tmp_path, GATEWAY, "http://127.0.0.1:9")) == []


def test_profile_without_a_host_of_its_own_is_not_judged(tmp_path: Path) -> None:
    with Answering():
        workspace = Workspace(a_world(tmp_path, {"MY_KEY": "x", "HTTPS_PROXY": "http://127.0.0.1:9"}))
        profile = a_profile("api-key", set={"key": "env:MY_KEY"})
        wanted = [probe for probe in PROBES if probe.name == "onboarding"]
        report = examine(wanted, {"p": lambda: prepare_saved(workspace, "p", profile, Once())})[0]
    assert slugs(report) == []
