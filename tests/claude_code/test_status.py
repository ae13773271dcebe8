"""`ccsetup status`: what Claude Code would use, which layer decided it, and that the real client agrees."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from ccsetup.claude_code import auth_status, status
from ccsetup.system import system
from ccsetup.trace.recorder.server import Recorder
from ccsetup.workspace import Workspace
from tests.support.client_runner import QUIET, require_client, run_client
from tests.support.program import Done, Program
from tests.support.selection import examples
from tests.support.targets import TARGETS, furnish

HIJACK = {"env": {"CLAUDE_CODE_USE_VERTEX": "1", "AWS_REGION": "eu-west-1"}}


def settings(program: Program, content: object, place: str = ".claude/settings.json") -> Path:
    path = program.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def document(done: Done) -> dict[str, object]:
    found = json.loads(done.out)
    assert found["schema"] == 1
    return dict(found)


def variables(done: Done) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(done.out)["variables"]}


def switched_on(program: Program, *arguments: str) -> Done:
    """`ccsetup status` in a shell in which the profile `bedrock-prod` is active."""
    on = json.loads(program.ok("env", "bedrock-prod", "--shell", "json").out)["env"]
    folder = program.home / "work"
    folder.mkdir(exist_ok=True)
    active = {name: value for name, value in on.items() if value is not None}
    return program.run("status", *arguments, cwd=folder, environment=active)


def test_a_bare_machine_without_a_client_has_a_status(program: Program) -> None:
    done = program.ok("status", "--json")
    found = document(done)
    assert (found["surface"], found["profile"], found["variables"], found["findings"]) == ("subscription", None, [], [])
    assert (found["identity"], found["host"]) == ("none", None)
    assert "credentials  none found" in program.ok("status").out


def test_a_variable_with_the_name_of_a_line_decides_nothing(program: Program) -> None:
    """Seen on Claude Code 2.1.332: `env` of a file with "model", and the shell's own `model`."""
    usual = json.loads(program.ok("status", "--json").out)["models"]
    settings(program, {"env": {"model": "claude-haiku-4-5", "apiKeyHelper": "echo k"}})
    done = program.run("status", "--json", environment={"model": "claude-haiku-4-5"})
    assert json.loads(done.out)["models"] == usual
    assert not json.loads(done.out)["identity"].startswith("key-helper")


def test_an_active_profile_is_what_decides(program: Program) -> None:
    program.bedrock()
    done = switched_on(program, "--json")
    found = document(done)
    assert done.code == 0
    assert (found["surface"], found["profile"], found["place"]) == ("bedrock", "bedrock-prod", "us-east-1")
    assert variables(done)["CLAUDE_CODE_USE_BEDROCK"]["layer"] == "profile"


def test_one_hijacking_line_is_named_with_its_file_and_what_it_defeats(program: Program) -> None:
    program.bedrock()
    path = settings(program, HIJACK)
    done = switched_on(program, "--json")
    found = variables(done)
    assert done.code == 1
    line = {"name": "AWS_REGION", "value": "eu-west-1", "layer": "user", "beats": ["profile"], "file": str(path)}
    assert found["AWS_REGION"] == line
    assert found["CLAUDE_CODE_USE_VERTEX"]["beats"] == ["profile"]
    checks = [(one["check"], one["facts"]["variable"]) for one in json.loads(done.out)["findings"][:2]]
    assert checks == [("settings-override", "CLAUDE_CODE_USE_VERTEX"), ("settings-override", "AWS_REGION")]
    causes = {one["check"]: one["because_of"] for one in json.loads(done.out)["findings"]}
    assert causes == {"settings-override": None, "two-providers": "settings-override"}
    shown = switched_on(program).out
    assert "~/.claude/settings.json sets CLAUDE_CODE_USE_VERTEX" in shown
    assert "unset CLAUDE_CODE_USE_VERTEX" not in shown
    assert (
        shown.count("ccsetup apply bedrock-prod --scope user --clear --yes") == 2
    )  # the flag alone is a warning: Bedrock comes first


def test_without_a_profile_the_shell_is_what_is_beaten(program: Program) -> None:
    settings(program, HIJACK)
    settings(program, {"env": {"AWS_REGION": "sa-east-1"}}, "work/.claude/settings.local.json")
    done = program.run("status", "--json", cwd=program.home / "work", environment={"AWS_REGION": "us-west-2"})
    assert done.code == 0
    assert (variables(done)["AWS_REGION"]["layer"], variables(done)["AWS_REGION"]["beats"]) == (
        "local",
        ["user", "shell"],
    )
    assert [one["check"] for one in json.loads(done.out)["findings"]] == ["settings-beats-shell"]


def test_a_malformed_file_is_named_with_its_place(program: Program) -> None:
    settings(program, '{\n  "env": {},\n}')
    done = program.run("status")
    assert done.code == 0  # the client goes on without it
    assert "~/.claude/settings.json completely: line 3, column 1: trailing comma in object" in done.out


def test_no_secret_is_shown(program: Program) -> None:
    secrets = ["sk-ant-api03-SECRETSECRET0", "hunter2-hunter2-hunter2", "helper-SECRET", "user:pass", "wJalrXUtnFEMIk7"]
    environment = {
        "ANTHROPIC_API_KEY": secrets[0],
        "ANTHROPIC_CUSTOM_HEADERS": f"Authorization: Bearer {secrets[1]}\nX-Team: a",
        "ANTHROPIC_BASE_URL": f"https://{secrets[3]}@gw.example",
        "AWS_SECRET_ACCESS_KEY": secrets[4],
    }
    settings(program, {"apiKeyHelper": f"echo {secrets[2]}", "env": {"AWS_BEARER_TOKEN_BEDROCK": secrets[1]}})
    for arguments in ([], ["--json"]):
        done = program.run("status", *arguments, environment=environment)
        assert not [secret for secret in secrets if secret in done.out + done.err]
        assert "Authorization: …, X-Team: …" in done.out


def test_check_needs_a_client_that_answers(program: Program) -> None:
    done = program.run("status", "--check")
    assert (done.code, "Claude Code is not installed" in done.err) == (3, True)
    assert "Claude Code here: " in done.out
    folder = program.home / "bin"
    folder.mkdir()
    (folder / "claude").write_text("#!/bin/sh\necho no idea\n")
    (folder / "claude").chmod(0o755)
    path = {"PATH": f"{folder}:{program.environment['PATH']}"}
    done = program.run("status", "--check", environment=path)
    assert (done.code, "printed no JSON" in done.err) == (3, True)
    (folder / "claude").write_text('#!/bin/sh\necho \'{"apiProvider":"vertex","authMethod":"third_party"}\'\n')
    done = program.run("status", "--check", "--json", environment=path)
    assert done.code == 1
    assert [one["check"] for one in json.loads(done.out)["findings"]] == ["status-disagrees", "status-disagrees"]
    (folder / "claude").write_text('#!/bin/sh\necho \'{"apiProvider":"firstParty","authMethod":"none"}\'\n')
    done = program.run("status", "--check", environment=path)
    assert (done.code, "✓ Claude Code agrees: apiProvider firstParty, authMethod none" in done.out) == (0, True)


FLAGS = ("BEDROCK", "FOUNDRY", "ANTHROPIC_AWS", "ANTHROPIC_GOOGLE_CLOUD", "MANTLE", "VERTEX", "GATEWAY")
VALUES = ("1", "1", "true", "YES", " on ", "0", "", "2")
CREDENTIALS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_BASE_URL")
PLACES = ("home/.claude/settings.json", "home/repo/.claude/settings.json", "home/repo/.claude/settings.local.json")


def drawn(seed: int) -> tuple[dict[str, str], dict[str, dict[str, object]], bool]:
    """A shell, settings files, and whether a login is saved: another for each seed, the same every time."""
    dice = random.Random(seed)

    def some() -> dict[str, str]:
        chosen = {f"CLAUDE_CODE_USE_{flag}": dice.choice(VALUES) for flag in dice.sample(FLAGS, dice.randint(0, 2))}
        return chosen | {
            name: dice.choice(("k-one", "k-two", "")) for name in dice.sample(CREDENTIALS, dice.randint(0, 2))
        }

    files: dict[str, dict[str, object]] = {}
    for place in dice.sample(PLACES, dice.randint(0, 3)):
        files[place] = {"env": some()}
        if dice.random() < 0.3:
            files[place]["apiKeyHelper"] = dice.choice(("echo key", ""))
        if dice.random() < 0.1:
            files[place]["model"] = None  # voids the file
    return some(), files, dice.random() < 0.4


@pytest.mark.client
@pytest.mark.parametrize("seed", examples(range(60), *range(0, 60, 12)))
def test_the_real_client_agrees(tmp_path: Path, seed: int) -> None:
    environment, files, login = drawn(seed)
    home = tmp_path / "home"
    (home / "repo").mkdir(parents=True)
    (home / "repo" / ".git").mkdir()
    furnish(home)
    for place, content in files.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(json.dumps(content))
    if login:
        (home / ".claude").mkdir(exist_ok=True)
        (home / ".claude-work" / ".credentials.json").rename(home / ".claude" / ".credentials.json")
    if seed % 3 == 0:  # a sign-in to the Claude Console
        state = home / ".claude.json"
        held = json.loads(state.read_text()) if state.exists() else {}
        state.write_text(json.dumps({**held, "primaryApiKey": "k-three"}))
    path = f"{require_client().parent}:/usr/bin:/bin"
    there = {**QUIET, **environment, "HOME": str(home), "PATH": path}
    workspace = Workspace(
        replace(system.here(), environment=there, home=home, cwd=home / "repo", config=tmp_path, state=tmp_path)
    )
    said = auth_status.read_auth_status(workspace.system)
    scene = workspace.surroundings(workspace.config_dir)
    assert list(auth_status.disagreements(scene, said)) == [], (said, environment, files, login)
    restricted = any(name in str(files) for name in CREDENTIALS)
    if not restricted:  # else a session takes more than `claude auth status` says
        assert status.read_status(scene, workspace.knowledge, workspace.system).provider == said["apiProvider"]


MODELS: tuple[tuple[dict[str, str], dict[str, object]], ...] = (
    ({}, {}),
    ({}, {"model": "sonnet"}),
    ({}, {"model": "claude-fable-5"}),
    ({"ANTHROPIC_MODEL": "haiku"}, {"model": "sonnet"}),
    ({"ANTHROPIC_MODEL": ""}, {"model": "sonnet[1m]"}),
    ({"ANTHROPIC_MODEL": "best"}, {}),
    ({"ANTHROPIC_MODEL": "opusplan"}, {}),
    ({"ANTHROPIC_DEFAULT_MODEL": "claude-fable-5"}, {}),
    ({"ANTHROPIC_DEFAULT_MODEL": "claude-fable-5"}, {"model": "haiku"}),
    (
        {"ANTHROPIC_MODEL": "opus"},
        {"env": {"ANTHROPIC_MODEL": "sonnet", "ANTHROPIC_DEFAULT_SONNET_MODEL": "claude-sonnet-x"}},
    ),
    ({"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x", "ANTHROPIC_API_KEY": ""}, {}),
    ({"ANTHROPIC_MODEL": "haiku "}, {}),
    ({"ANTHROPIC_MODEL": "\u00a0claude-fable-5\t"}, {}),
    ({}, {"model": " sonnet "}),
    ({"ANTHROPIC_DEFAULT_OPUS_MODEL": " claude-opus-x "}, {"model": "opus"}),
    ({"CLAUDE_CODE_EXTRA_BODY": '{"model": "claude-haiku-4-5"}'}, {}),
    ({"CLAUDE_CODE_EXTRA_BODY": '{"model": "opus"}'}, {}),
    ({"CLAUDE_CODE_EXTRA_BODY": '{"model": " claude-haiku-4-5[1m] "}'}, {"model": "sonnet"}),
    ({"ANTHROPIC_MODEL": "opus"}, {"env": {"CLAUDE_CODE_EXTRA_BODY": '{"model": ""}'}}),
    ({"ANTHROPIC_MODEL": "  "}, {}),
    ({"ANTHROPIC_DEFAULT_OPUS_MODEL": "  "}, {"model": "opus"}),
    ({"CLAUDE_CODE_EXTRA_BODY": '[{"model": "a"}]'}, {}),
    ({"CLAUDE_CODE_EXTRA_BODY": '{"max_tokens": 5}'}, {}),
    ({"CLAUDE_CODE_EXTRA_BODY": "no JSON"}, {}),
)


@pytest.mark.client
@pytest.mark.parametrize(("environment", "content"), examples(MODELS, MODELS[3]), ids=str)
def test_a_session_begins_with_the_model_that_status_says(
    program: Program, environment: dict[str, str], content: dict[str, object]
) -> None:
    furnish(program.home)
    pins = {f"ANTHROPIC_DEFAULT_{tier.upper()}_MODEL": model for tier, model in TARGETS["api-key"].pins.items()}
    shell = {"ANTHROPIC_API_KEY": "sk-ant-api03-x", **pins, **environment}
    settings(program, content)
    done = program.run("status", "--json", cwd=program.home / "repo", environment=shell)
    with Recorder() as recorder:
        run_client(
            'exec claude -p "say pong"',
            home=program.home,
            cwd=program.home / "repo",
            environment={**program.environment, **recorder.proxied, **shell},
        )
        assert recorder.inference[0].model == json.loads(done.out)["models"]["main"]
