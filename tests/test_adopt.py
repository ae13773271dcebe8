"""`ccsetup init --from-env` and `--from-settings`: what is set up already becomes the same profile."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.desktop import in_keyring_session
from tests.program import Done, Program

SECRET = "sk-ant-api03-adopted-0123456789"

# As Claude Code's own wizards write them (facts of 2.1.330), and as people do by hand.
BEDROCK = {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_REGION": "eu-west-1",
    "AWS_PROFILE": "my-prod",
    "ANTHROPIC_DEFAULT_OPUS_MODEL": "eu.anthropic.claude-opus-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    "CLAUDE_CODE_SUBAGENT_MODEL": "eu.anthropic.claude-sonnet-5",
}
VERTEX = {
    "CLAUDE_CODE_USE_VERTEX": "1",
    "ANTHROPIC_VERTEX_PROJECT_ID": "my-project",
    "CLOUD_ML_REGION": "global",
    "VERTEX_REGION_CLAUDE_HAIKU_4_5": "us-east5",
    "GOOGLE_APPLICATION_CREDENTIALS": "/etc/key.json",
}


def profile(program: Program, name: str = "mine") -> dict[str, object]:
    return tomllib.loads((program.profiles / f"{name}.toml").read_text())


def settings(program: Program, content: object, place: str = ".claude/settings.json") -> Path:
    path = program.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def adopt(program: Program, how: str, *flags: str, environment: Mapping[str, str] | None = None) -> Done:
    return program.run("init", "mine", how, "--no-verify", *flags, environment=environment)


@pytest.mark.parametrize("how", ["--from-env", "--from-settings"])
def test_bedrock_and_vertex_as_the_clients_own_wizards_leave_them(program: Program, how: str) -> None:
    for env, surface, answers, rest in (
        (
            BEDROCK,
            "bedrock",
            {"aws_profile": "my-prod", "region": "eu-west-1"},
            {"CLAUDE_CODE_SUBAGENT_MODEL": "eu.anthropic.claude-sonnet-5"},
        ),
        (
            VERTEX,
            "vertex",
            {"project": "my-project", "location": "global", "credentials_file": "/etc/key.json"},
            {"VERTEX_REGION_CLAUDE_HAIKU_4_5": "us-east5"},
        ),
    ):
        file = settings(program, {"env": env, "theme": "dark"}) if how == "--from-settings" else None
        before = file.read_bytes() if file else b""
        done = adopt(program, how, "--force", environment=env if file is None else None)
        assert done.code == 0, done.err
        found = profile(program)
        assert (found["surface"], found["set"], found["env"]) == (surface, answers, rest)
        if surface == "bedrock":
            assert found["models"] == {
                "opus": BEDROCK["ANTHROPIC_DEFAULT_OPUS_MODEL"],
                "haiku": BEDROCK["ANTHROPIC_DEFAULT_HAIKU_MODEL"],
            }
        if file is not None:
            assert file.read_bytes() == before
            assert "ccsetup apply --clear --scope user" in done.err


def test_the_adopted_profile_does_what_was_there(program: Program) -> None:
    """Round trip: the profile's environment holds every line that was adopted."""
    assert adopt(program, "--from-env", environment=BEDROCK).code == 0
    env = json.loads(program.ok("env", "mine", "--shell", "json").out)["env"]
    assert {name: env[name] for name in BEDROCK} == BEDROCK


def test_a_key_of_the_shell_stays_where_it_is(program: Program) -> None:
    done = adopt(program, "--from-env", environment={"ANTHROPIC_API_KEY": SECRET, "ANTHROPIC_MODEL": "opus"})
    assert done.code == 0, done.err
    assert profile(program)["set"] == {"key": "env:ANTHROPIC_API_KEY"}
    assert profile(program)["models"] == {"default": "opus"}
    assert SECRET not in done.out + done.err


def test_a_key_in_a_settings_file_moves_only_with_agreement(program: Program) -> None:
    settings(program, {"env": {"ANTHROPIC_API_KEY": SECRET}})
    done = adopt(program, "--from-settings")
    assert (done.code, "--yes" in done.err, program.profiles.exists()) == (2, True, False)
    done = adopt(program, "--from-settings", "--set", "key=env:MY_KEY")
    assert (done.code, profile(program)["set"]) == (0, {"key": "env:MY_KEY"})
    done = adopt(program, "--from-settings", "--yes", "--dry-run", "--force")
    assert (done.code, 'key = "keyring:"' in done.out) == (0, True)
    assert SECRET not in done.out + done.err


@pytest.mark.secret_service
def test_with_agreement_the_key_is_in_the_keyring_and_in_no_profile(program: Program) -> None:
    settings(program, {"env": {"ANTHROPIC_API_KEY": SECRET}})
    done = in_keyring_session(
        program, "set -e\nccsetup init mine --from-settings --yes --no-verify 2>/dev/null\nccsetup key mine"
    )
    assert (done.code, done.out.splitlines()[-1]) == (0, SECRET), done.err
    assert profile(program)["set"] == {"key": "keyring:"}


def test_a_helper_of_the_users_becomes_a_command_reference(program: Program) -> None:
    settings(program, {"apiKeyHelper": "pass show claude", "model": "sonnet"})
    assert adopt(program, "--from-settings").code == 0
    assert profile(program)["set"] == {"key": "cmd:pass show claude"}
    assert profile(program)["models"] == {"default": "sonnet"}


def test_a_command_that_a_folder_brings_along_is_not_taken_over(program: Program) -> None:
    settings(program, {"apiKeyHelper": "touch /tmp/owned"}, "repo/.claude/settings.json")
    done = program.run("init", "mine", "--from-settings", "--no-verify", cwd=program.home / "repo")
    assert "not adopted: apiKeyHelper" in done.err
    assert "cmd:" not in (program.profiles / "mine.toml").read_text()


def test_what_cannot_be_adopted_is_said(program: Program) -> None:
    keys = {
        "AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIk7",
        "AWS_REGION": "mars",
    }
    settings(program, {"env": {"CLAUDE_CODE_USE_BEDROCK": "true", **keys}, "awsCredentialExport": "x"})
    done = adopt(program, "--from-settings", "--set", "region=us-east-1")
    assert done.code == 0, done.err
    for left in (*keys, "awsCredentialExport"):
        assert f"not adopted: {left}: " in done.err
    assert "wJalrXUtnFEMIk7" not in done.out + done.err


def test_the_strongest_file_that_selects_something_is_taken(program: Program) -> None:
    settings(program, {"env": BEDROCK})
    local = settings(program, {"env": VERTEX}, "repo/.claude/settings.local.json")
    settings(program, {"env": {"EDITOR": "vi"}}, "repo/.claude/settings.json")
    done = program.run("init", "mine", "--from-settings", "--no-verify", cwd=program.home / "repo")
    assert (done.code, profile(program)["surface"]) == (0, "vertex")
    assert f"from ~/{local.relative_to(program.home)}" in done.err
    assert "--scope local" in done.err


def test_where_nothing_is_set_up_nothing_is_adopted(program: Program) -> None:
    for how in ("--from-env", "--from-settings"):
        done = adopt(program, how)
        assert (done.code, program.profiles.exists()) == (2, False)
    assert adopt(program, "--from-env", "--surface", "vertex", environment=BEDROCK).code == 2
    assert adopt(program, "--from-env", "--from-settings", environment=BEDROCK).code == 2
    assert program.run("init", "--from-env", environment=BEDROCK).code == 2


def test_what_apply_wrote_is_not_adopted_back(program: Program) -> None:
    program.init("work", "api-key", key="env:MY_KEY")
    program.ok("apply", "work", "--yes")
    done = adopt(program, "--from-settings")
    assert (done.code, "was written by `ccsetup apply work`" in done.err) == (2, True)


def test_a_saved_login_is_a_subscription(program: Program) -> None:
    oauth = {"accessToken": "sk-ant-oat01-x", "subscriptionType": "pro", "expiresAt": 4_102_444_800_000}
    settings(program, {"claudeAiOauth": oauth}, ".claude-work/.credentials.json")
    folder = str(program.home / ".claude-work")
    done = adopt(program, "--from-env", environment={"CLAUDE_CONFIG_DIR": folder})
    assert done.code == 0, done.err
    assert profile(program)["set"] == {"plan": "pro", "config_dir": folder}
