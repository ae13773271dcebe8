"""`ccsetup init --from-env` and `--from-settings`: what is set up already becomes the same profile."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.desktop import in_keyring_session
from tests.support.program import Done, Program

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


def test_key_of_the_shell_moves_to_a_private_file_where_there_is_no_keyring(program: Program) -> None:
    """The next switch unsets its variable."""
    environment = {"ANTHROPIC_API_KEY": f" {SECRET}\r", "ANTHROPIC_MODEL": "opus"}
    done = adopt(program, "--from-env", environment=environment)
    assert (done.code, "--yes" in done.err, program.profiles.exists()) == (2, True, False)
    done = adopt(program, "--from-env", "--yes", environment=environment)
    assert done.code == 0, done.err
    file = program.home / ".config/ccsetup/secrets/mine.key"
    assert profile(program)["set"] == {"key": f"file:{file}"}
    assert profile(program)["models"] == {"default": "opus"}
    assert (file.read_text(), file.stat().st_mode & 0o777) == (SECRET, 0o600)
    assert "~/.config/ccsetup/secrets/mine.key" in done.err
    assert SECRET not in done.out + done.err
    assert program.run("run", "mine", "--", "printenv", "ANTHROPIC_API_KEY").out == f"{SECRET}\n"
    program.ok("copy", "mine", "other")
    program.ok("remove", "mine", "--yes")
    assert program.run("run", "other", "--", "printenv", "ANTHROPIC_API_KEY").out == f"{SECRET}\n"


def test_private_file_goes_with_its_profile(program: Program) -> None:
    assert adopt(program, "--from-env", "--yes", environment={"ANTHROPIC_API_KEY": SECRET}).code == 0
    program.ok("remove", "mine", "--yes")
    assert not list((program.home / ".config/ccsetup/secrets").iterdir())


@pytest.mark.secret_service
def test_key_of_the_shell_goes_into_the_keyring(program: Program) -> None:
    script = f"export ANTHROPIC_API_KEY={SECRET}\nccsetup init mine --from-env --yes --no-verify\nccsetup key mine"
    done = in_keyring_session(program, script)
    assert (done.code, done.out.splitlines()[-1]) == (0, SECRET), done.err
    assert profile(program)["set"] == {"key": "keyring:"}
    assert not (program.home / ".config/ccsetup/secrets").exists()


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


def test_command_that_a_folder_brings_along_is_refused(program: Program) -> None:
    settings(program, {"apiKeyHelper": "touch /tmp/owned"}, "repo/.claude/settings.json")
    words = ("init", "mine", "--from-settings", "--no-verify")
    done = program.run(*words, cwd=program.home / "repo")
    assert (done.code, "apiKeyHelper in " in done.err, program.profiles.exists()) == (2, True, False)
    done = program.run(*words, "--set", "key=env:MY_KEY", cwd=program.home / "repo")
    assert (done.code, profile(program)["set"]) == (0, {"key": "env:MY_KEY"})


AWS_KEYS = {"AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIk7"}


def test_unused_credential_is_left_and_named(program: Program) -> None:
    settings(
        program, {"env": {"CLAUDE_CODE_USE_BEDROCK": "true", "AWS_PROFILE": "p", **AWS_KEYS, "AWS_REGION": "mars"}}
    )
    done = adopt(program, "--from-settings", "--set", "region=us-east-1")
    assert done.code == 0, done.err
    for left in (*AWS_KEYS, "AWS_REGION"):
        assert f"not adopted: {left}: " in done.err
    assert "wJalrXUtnFEMIk7" not in done.out + done.err


_FIRST = {"ANTHROPIC_API_KEY": SECRET}
_BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"}
_VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "my-project", "CLOUD_ML_REGION": "global"}
DECISIVE: tuple[tuple[str, dict[str, str], dict[str, object]], ...] = (
    ("ANTHROPIC_BASE_URL", {**_FIRST, "ANTHROPIC_BASE_URL": "gw.example.com"}, {}),
    ("ANTHROPIC_BASE_URL", {**_FIRST, "ANTHROPIC_BASE_URL": "http://[::1"}, {}),
    ("ANTHROPIC_BASE_URL", {**_FIRST, "ANTHROPIC_BASE_URL": "https://gw.example.com/a b"}, {}),
    ("ANTHROPIC_BASE_URL", {**_FIRST, "ANTHROPIC_BASE_URL": "https://user:pw@gw.example.com"}, {}),
    ("ANTHROPIC_BASE_URL", {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x", "ANTHROPIC_BASE_URL": "https://gw"}, {}),
    ("AWS_REGION", {**_BEDROCK, "AWS_REGION": "mars"}, {}),
    ("AWS_ACCESS_KEY_ID", {**_BEDROCK, **AWS_KEYS}, {}),
    ("awsCredentialExport", _BEDROCK, {"awsCredentialExport": "x"}),
    ("modelOverrides", {**_BEDROCK, "AWS_PROFILE": "p"}, {"modelOverrides": {"claude-opus-5-5": "other"}}),
    ("ANTHROPIC_VERTEX_PROJECT_ID", {**_VERTEX, "ANTHROPIC_VERTEX_PROJECT_ID": "Not A Project"}, {}),
    ("GOOGLE_CLOUD_QUOTA_PROJECT", {**_VERTEX, "GOOGLE_CLOUD_QUOTA_PROJECT": "Q Q"}, {}),
    ("HTTPS_PROXY", {**_FIRST, "HTTPS_PROXY": "http://me:pw@proxy:8080"}, {}),
)


@pytest.mark.parametrize(("variable", "env", "lines"), DECISIVE)
def test_what_decides_and_cannot_be_adopted_is_refused(
    program: Program, variable: str, env: dict[str, str], lines: dict[str, object]
) -> None:
    settings(program, {"env": env, **lines})
    done = adopt(program, "--from-settings", "--yes")
    assert (done.code, program.profiles.exists()) == (2, False), done.err
    assert variable in done.err.splitlines()[0]
    assert SECRET not in done.err


def test_values_are_trimmed_as_the_client_trims_them(program: Program) -> None:
    end = "\u00a0\r\n"
    env = {**VERTEX, "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-5-5", "HTTPS_PROXY": "http://proxy:8080"}
    settings(program, {"env": {name: f"\t{value}{end}" for name, value in env.items()}})
    done = adopt(program, "--from-settings")
    assert done.code == 0, done.err
    found = profile(program)
    assert found["set"] == {"project": "my-project", "location": "global", "credentials_file": "/etc/key.json"}
    assert found["models"] == {"opus": "claude-opus-5-5"}
    assert found["env"] == {"HTTPS_PROXY": "http://proxy:8080", "VERTEX_REGION_CLAUDE_HAIKU_4_5": "us-east5"}
    environment = {"ANTHROPIC_API_KEY": SECRET, "ANTHROPIC_BASE_URL": "https://gw.example.com\r"}
    assert adopt(program, "--from-env", "--yes", "--force", environment=environment).code == 0
    assert dict(profile(program)["set"])["base_url"] == "https://gw.example.com"  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["CLAUDE_CODE_EXTRA_BODY", "CLAUDE_CODE_REMOTE", "CLAUDE_CODE_SIMPLE"])
def test_what_decides_beside_every_surface_is_carried_over(program: Program, name: str) -> None:
    assert adopt(program, "--from-env", environment={**BEDROCK, name: "1"}).code == 0
    assert dict(profile(program)["env"])[name] == "1"  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("surface", "env"),
    [
        ("api-key", {"ANTHROPIC_API_KEY": SECRET}),
        ("subscription", {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"}),
        ("gateway", {"ANTHROPIC_BASE_URL": "https://gw", "ANTHROPIC_AUTH_TOKEN": "t"}),
        ("bedrock", {**_BEDROCK, "AWS_PROFILE": "p"}),
        ("mantle", {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-east-1", "AWS_PROFILE": "p"}),
        ("vertex", _VERTEX),
        ("foundry", {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": "res"}),
    ],
)
def test_headers_are_adopted_on_every_surface(program: Program, surface: str, env: dict[str, str]) -> None:
    lines = "x-portkey-api-key: pk-secret-of-mine\nX-Team: a"
    settings(program, {"env": {**env, "ANTHROPIC_CUSTOM_HEADERS": lines}})
    done = adopt(program, "--from-settings", "--yes")
    assert done.code == 0, done.err
    assert "pk-secret-of-mine" not in done.out + done.err + (program.profiles / "mine.toml").read_text()
    assert profile(program)["surface"] == surface
    document = json.loads(program.ok("env", "mine", "--shell", "json").out)["env"]
    assert document["ANTHROPIC_CUSTOM_HEADERS"] == lines
    assert "pk-secret" not in program.ok("show", "mine").out + program.ok("export", "mine").out
    assert not list(program.compiled.glob("mine.*"))
    assert program.run("env", "mine", "--write", "x.env").code == 2
    settings(program, {"env": {**env, "ANTHROPIC_CUSTOM_HEADERS": "X-Team: a"}})
    assert adopt(program, "--from-settings", "--yes", "--force").code == 0
    assert 'headers = "X-Team: a"' in (program.profiles / "mine.toml").read_text()


def test_odd_location_becomes_the_one_that_the_client_uses_instead(program: Program) -> None:
    done = adopt(program, "--from-env", environment={**_VERTEX, "CLOUD_ML_REGION": "x.evil.example/"})
    assert (done.code, "CLOUD_ML_REGION" in done.err) == (0, True)
    assert profile(program)["set"] == {"project": "my-project", "location": "us-east5"}


def test_helper_beside_headers_keeps_both(program: Program) -> None:
    env = {"ANTHROPIC_BASE_URL": "https://gw", "ANTHROPIC_CUSTOM_HEADERS": "x-portkey-api-key: pk"}
    settings(program, {"env": env, "apiKeyHelper": "echo dummy"})
    done = adopt(program, "--from-settings", "--yes")
    assert done.code == 0, done.err
    found = dict(profile(program)["set"])  # type: ignore[call-overload]
    assert (found["key"], found["headers"][:5]) == ("cmd:echo dummy", "file:")


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
    oauth["scopes"] = ["user:inference"]
    settings(program, {"claudeAiOauth": oauth}, ".claude-work/.credentials.json")
    folder = str(program.home / ".claude-work")
    done = adopt(program, "--from-env", environment={"CLAUDE_CONFIG_DIR": folder})
    assert done.code == 0, done.err
    assert profile(program)["set"] == {"plan": "pro", "config_dir": folder}
