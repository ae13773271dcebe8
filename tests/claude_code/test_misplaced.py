"""Configuration that is nearly right is named: `doctor` and `status` say what Claude Code does not read."""

import json
from pathlib import Path
from typing import Any

import pytest

from ccsetup.claude_code import misplaced, settings
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.providers.aws import client_files
from tests.support.examined import a_world

USER, PROJECT, LOCAL = ".claude/settings.json", "work/.claude/settings.json", "work/.claude/settings.local.json"
FLAG = "CLAUDE_CODE_USE_BEDROCK"


def found(home: Path, files: dict[str, Any], **shell: str) -> list[str]:
    for name, content in files.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    (home / "work").mkdir(exist_ok=True)
    system = a_world(home, {"HOME": str(home), **shell}, cwd=home / "work")
    layers, _ = settings.layers(system)
    return [one.facts["name"] for one in misplaced.find_misplaced(layers, None, system, load_surfaces())]


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({USER: {FLAG: "1"}}, FLAG),
        ({PROJECT: {"AWS_REGION": "eu-west-1"}}, "AWS_REGION"),
        ({LOCAL: {"ANTHROPIC_BASE_URL": "https://x"}}, "ANTHROPIC_BASE_URL"),
        ({USER: {"Env": {FLAG: "1"}}}, "Env"),
        ({PROJECT: {"envs": {FLAG: "1"}}}, "envs"),
        ({LOCAL: {"environment": {FLAG: "1"}}}, "environment"),
        ({USER: {"environmentVariables": {FLAG: "1"}}}, "environmentVariables"),
        ({USER: {"apikeyHelper": "echo k"}}, "apikeyHelper"),
        ({PROJECT: {"api_key_helper": "echo k"}}, "api_key_helper"),
        ({LOCAL: {"Model": "haiku"}}, "Model"),
        ({USER: {"env": {"model": "haiku"}}}, "model in env"),
        ({".claude/settings-local.json": {}}, "this file"),
        ({"work/.claude/setting.json": {}}, "this file"),
        ({USER: {"env": {FLAG: "enabled"}}}, f"{FLAG} with this value"),
        ({PROJECT: {"env": {"CLAUDE_CODE_USE_VERTEX": "2"}}}, "CLAUDE_CODE_USE_VERTEX with this value"),
        ({USER: {"env": {"AWS_DEFAULT_PROFILE": "dev"}}}, "AWS_DEFAULT_PROFILE"),
    ],
)
def test_misplaced_configuration_is_named(tmp_path: Path, files: dict[str, Any], name: str) -> None:
    assert found(tmp_path, files) == [name]


def test_shell_is_checked_too(tmp_path: Path) -> None:
    assert found(tmp_path, {}, CLAUDE_CODE_USE_BEDROCK="y") == [f"{FLAG} with this value"]
    assert found(tmp_path, {}, AWS_DEFAULT_PROFILE="dev") == ["AWS_DEFAULT_PROFILE"]
    assert found(tmp_path, {}, AWS_DEFAULT_PROFILE="dev", AWS_PROFILE="dev") == []


@pytest.mark.parametrize("value", ["1", "TRUE", "yes", " on ", "0", "false", "off", ""])
def test_valid_flags_are_not_reported(tmp_path: Path, value: str) -> None:
    assert found(tmp_path, {USER: {"env": {FLAG: value}, "model": "opus", "permissions": {}}}) == []


@pytest.mark.parametrize(
    ("config", "credentials", "wanted"),
    [
        ("[dev]\n", "", "write [profile dev]"),
        ("[profile Dev]\n", "", "write [profile dev]"),
        ("[profile  dev]\n", "", "write [profile dev]"),
        ("", "[profile dev]\n", "write [dev]"),
        ("", "[Dev]\n", "write [dev]"),
        ("", '["dev"]\n', "write [dev]"),
        ("[profile other]\n", "[another]\n", None),
        ("[profile dev]\nregion = us-east-1\n[Dev]\n", "", None),
    ],
)
def test_near_misses_of_a_section_are_named(tmp_path: Path, config: str, credentials: str, wanted: str | None) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(config)
    (tmp_path / ".aws" / "credentials").write_text(credentials)
    files = client_files.read_files({}, tmp_path)
    assert [one.facts["wanted"] for one in misplaced.near_sections(files, "dev")] == ([wanted] if wanted else [])
