"""CLAUDE_CONFIG_DIR, empty, blank or relative: the folder that Claude Code then reads lies in the current one."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.claude_code import settings
from ccsetup.lab.lab import Lab
from tests.support.client_runner import run_client
from tests.support.examined import a_world
from tests.support.program import Program

KEY = "sk-ant-api03-lab-console-AAAA"
OTHER = "sk-ant-api03-lab-nope-AAAA"
FOLDERS = (("", "."), (" ", " "), ("conf", "conf"), ("./conf", "conf"), ("../conf", "../conf"))


def _settings(folder: Path, text: Mapping[str, object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(text))
    return folder / "settings.json"


@pytest.mark.parametrize(("moved", "folder"), FOLDERS)
def test_status_reads_the_folder_that_the_client_reads(program: Program, moved: str, folder: str) -> None:
    work = program.home / "work"
    path = _settings(work / folder, {"env": {"ANTHROPIC_API_KEY": OTHER}, "model": "haiku"})
    _settings(program.home / ".claude", {"env": {"ANTHROPIC_AUTH_TOKEN": "not-read"}})
    document = json.loads(program.run("status", "--json", environment={"CLAUDE_CONFIG_DIR": moved}, cwd=work).out)
    layers = {one["name"]: one["layer"] for one in document["variables"]}
    assert layers.items() >= {("ANTHROPIC_API_KEY", "user"), ("model", "user")}, path
    assert document["identity"].startswith("api-key: ANTHROPIC_API_KEY")


@pytest.mark.client
@pytest.mark.thorough
@pytest.mark.parametrize(("moved", "folder"), FOLDERS)
def test_client_reads_that_folder(lab: Lab, tmp_path: Path, moved: str, folder: str) -> None:
    work = tmp_path / "home" / "work"
    _settings(work / folder, {"env": {"ANTHROPIC_API_KEY": KEY}})
    environment = {**lab.environment(tmp_path / "home"), "ANTHROPIC_BASE_URL": lab.base_urls["api-key"]}
    environment |= {"ANTHROPIC_API_KEY": OTHER, "CLAUDE_CONFIG_DIR": moved}
    ran = run_client("claude -p hello", home=tmp_path / "home", cwd=work, environment=environment)
    assert ran.exit_code == 0, (ran.stdout, ran.stderr)


def test_empty_one_leaves_the_state_in_the_home(program: Program) -> None:
    work = program.home / "work"
    work.mkdir()
    for folder, region in ((work, "eu-west-1"), (program.home, "eu-west-3")):
        (folder / ".claude.json").write_text(json.dumps({"env": {"AWS_REGION": region}}))
    for moved, region in (("", "eu-west-3"), (".", "eu-west-1")):
        shell = {"CLAUDE_CONFIG_DIR": moved, "CLAUDE_CODE_USE_BEDROCK": "1"}
        document = json.loads(program.run("status", "--json", environment=shell, cwd=work).out)
        assert document["place"] == region


def test_empty_one_is_named_with_the_folder(program: Program) -> None:
    work = program.home / "work"
    work.mkdir()
    document = json.loads(program.run("status", "--json", environment={"CLAUDE_CONFIG_DIR": ""}, cwd=work).out)
    (found,) = document["findings"]
    assert found["check"] == "config-misplaced"
    assert str(work) in found["title"]


def test_login_of_the_current_folder_signs(program: Program) -> None:
    work = program.home / "work"
    work.mkdir()
    stored = {
        "claudeAiOauth": {"accessToken": "sk-ant-oat01-x", "subscriptionType": "max", "scopes": ["user:inference"]}
    }
    (work / ".credentials.json").write_text(json.dumps(stored))
    for moved, identity in (("", "claude-login: max-5x"), (str(program.home), "none")):
        document = json.loads(program.run("status", "--json", environment={"CLAUDE_CONFIG_DIR": moved}, cwd=work).out)
        assert document["identity"] == identity


@pytest.mark.parametrize("moved", ["", "conf"])
@pytest.mark.parametrize(
    "settings",
    [
        {"apiKeyHelper": "touch ran; echo sk-ant-api03-x"},
        {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}, "awsCredentialExport": "touch ran; echo {}"},
    ],
    ids=["key helper", "credential export"],
)
def test_command_in_it_is_not_run(program: Program, moved: str, settings: Mapping[str, object]) -> None:
    work = program.home / "work"
    _settings(work / moved, settings)
    done = program.run("doctor", "--here", "--json", environment={"CLAUDE_CONFIG_DIR": moved}, cwd=work)
    (found,) = json.loads(done.out)["profiles"]
    assert found["verdict"] != "ok"
    assert not (work / "ran").exists()
    assert program.run("init", "p", "--from-settings", environment={"CLAUDE_CONFIG_DIR": moved}, cwd=work).code == 2


@pytest.mark.parametrize("moved", ["", "conf"])
def test_proxy_in_it_is_not_followed(program: Program, moved: str) -> None:
    work = program.home / "work"
    _settings(work / moved, {"env": {"HTTPS_PROXY": "http://127.0.0.1:7", "ANTHROPIC_API_KEY": OTHER}})
    done = program.run("doctor", "--here", "--json", environment={"CLAUDE_CONFIG_DIR": moved}, cwd=work)
    (found,) = json.loads(done.out)["profiles"]
    assert any("HTTPS_PROXY" in one["reason"] for one in found["broken"])


def test_apply_refuses_to_write_into_the_current_folder(program: Program) -> None:
    program.init("p", "api-key", key="env:MY_KEY")
    work = program.home / "work"
    work.mkdir()
    done = program.run("apply", "p", "--yes", environment={"CLAUDE_CONFIG_DIR": ""}, cwd=work)
    assert done.code == 2
    assert "CLAUDE_CONFIG_DIR is set and empty" in done.err
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("command", [("env", "p", "--shell", "sh"), ("run", "p", "--", "claude", "--version")])
def test_settings_in_it_are_named_where_they_would_win(program: Program, command: tuple[str, ...]) -> None:
    program.init("p", "bedrock", region="us-east-1", aws_profile="dev")
    work = program.home / "work"
    _settings(work, {"env": {"AWS_REGION": "eu-west-1"}})
    done = program.run(*command, environment={"CLAUDE_CONFIG_DIR": ""}, cwd=work)
    assert "AWS_REGION" in done.err


def test_managed_file_that_names_another_folder_moves_the_users_file(tmp_path: Path) -> None:
    """Seen on 2.1.332, with a folder of its own as /etc/claude-code."""
    for folder, key in ((".claude", "first"), ("other", "second"), ("third", "third")):
        (tmp_path / folder).mkdir()
        env = {"ANTHROPIC_API_KEY": key, **({"CLAUDE_CONFIG_DIR": str(tmp_path / "third")} if key == "first" else {})}
        content = {"env": env, "apiKeyHelper": f"echo {key}"}
        (tmp_path / folder / "settings.json").write_text(json.dumps(content))
    managed = settings.Layer("managed", tmp_path / "m.json", {"CLAUDE_CONFIG_DIR": str(tmp_path / "other")}, {})
    system = a_world(tmp_path, {})
    found = settings._user_layers(None, [managed], system)
    assert [
        (one.env["ANTHROPIC_API_KEY"], "apiKeyHelper" in one.content)
        for one in found
        if isinstance(one, settings.Layer)
    ] == [("second", True), ("first", False)]
    (tmp_path / ".claude" / "settings.json").unlink()
    only, missing = settings._user_layers(None, [managed], system)
    assert isinstance(only, settings.Layer)
    assert (only.env["ANTHROPIC_API_KEY"], missing) == ("second", None)
