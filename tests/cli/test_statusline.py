"""`ccsetup statusline`: what this environment uses, and its place in the settings."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.client_runner import QUIET, require_client
from tests.support.program import EXECUTABLE, Program
from tests.support.warm import Warm

GIVEN = json.dumps(
    {
        "model": {"id": "us.anthropic.claude-opus-5-5", "display_name": "Opus 5.5"},
        "cost": {"total_cost_usd": 0.1234},
    }
)
KEY = "sk-ant-api03-0123456789abcdefghij"


@pytest.fixture
def furnished(tmp_path: Path) -> Program:
    program = Warm(tmp_path / "home", {"MY_KEY": KEY})
    program.home.mkdir()
    program.bedrock("prod")
    program.init("key", "api-key", key="env:MY_KEY")
    return program


def environment(program: Program, name: str) -> dict[str, str]:
    document = json.loads(program.ok("env", name, "--shell", "json").out)
    return {key: value for key, value in document["env"].items() if value}


def line(program: Program, given: str = GIVEN, **variables: str) -> str:
    """The line, the same twice: from the whole program, and from what is kept."""
    kept = program.home / ".cache" / "ccsetup" / "statusline.json"
    kept.unlink(missing_ok=True)
    first = program.run("statusline", stdin=given, environment=variables)
    second = program.run("statusline", stdin=given, environment=variables)
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert second.out == first.out
    assert KEY not in kept.read_text()
    return first.out


def test_line_names_profile_surface_place_and_model(furnished: Program) -> None:
    shown = line(furnished, **environment(furnished, "prod"))
    assert shown == "prod · Amazon Bedrock · us-east-1 · Opus 5.5\n"
    docs = Path(__file__).parents[2] / "docs" / "switching.md"
    assert f"`{shown.strip()}`" in docs.read_text(encoding="utf-8")


def test_line_says_what_differs_from_the_profile(furnished: Program) -> None:
    active = environment(furnished, "prod")
    shown = line(furnished, **{**active, "AWS_REGION": "eu-west-3", "ANTHROPIC_AUTH_TOKEN": "x"}, NO_COLOR="1")
    assert shown.startswith("prod · Amazon Bedrock · eu-west-3 · Opus 5.5 · not as prod declares: ")
    assert {"AWS_REGION", "ANTHROPIC_AUTH_TOKEN"} == {*shown.strip().rpartition(": ")[2].split(", ")}
    blank = {**active, "CLAUDE_CODE_USE_BEDROCK": ""}
    assert "Anthropic API" in line(furnished, **blank)
    assert "CLAUDE_CODE_USE_BEDROCK" in line(furnished, **blank)


def test_line_of_a_shell_without_profile(furnished: Program) -> None:
    assert line(furnished) == "no profile · Anthropic API · Opus 5.5\n"
    assert "via llm.example.com" in line(furnished, ANTHROPIC_BASE_URL="https://me:secret@llm.example.com/x")
    assert "secret" not in line(furnished, ANTHROPIC_BASE_URL="https://me:secret@llm.example.com/x")
    applied = environment(furnished, "prod")
    del applied["CCSETUP_PROFILE"]
    assert line(furnished, **applied).startswith("prod · ")


def test_cost_is_shown_only_where_it_is_right(furnished: Program) -> None:
    bedrock = environment(furnished, "prod")
    assert "$" not in line(furnished, **bedrock)
    assert line(furnished, **bedrock, CCSETUP_PRICED="prod").endswith(" · $0.12\n")
    assert "$" not in line(furnished, **bedrock, CCSETUP_PRICED="other")
    assert line(furnished, **environment(furnished, "key")).endswith(" · $0.12\n")
    assert "$" not in line(furnished, **environment(furnished, "key"), ANTHROPIC_BASE_URL="https://llm.example.com")
    assert "$" not in line(furnished, CLAUDE_CODE_OAUTH_TOKEN="sk-ant-oat01-x")  # a plan is not paid by the token


def test_edited_profile_counts_immediately(furnished: Program) -> None:
    active = environment(furnished, "prod")
    line(furnished, **active)
    path = furnished.profiles / "prod.toml"
    path.write_text(path.read_text().replace("us-east-1", "us-west-2"))
    done = furnished.run("statusline", stdin=GIVEN, environment=active)
    assert "not as prod declares: AWS_REGION" in done.out
    path.unlink()
    assert "profile prod does not exist" in furnished.run("statusline", stdin=GIVEN, environment=active).out


@pytest.mark.parametrize("given", ["", "{", "[]", "null", '{"model": 1, "cost": "x"}', "[" * 100_000, "\0" * 2_000_000])
def test_any_input_gives_a_line(furnished: Program, given: str) -> None:
    assert line(furnished, given).startswith("no profile · Anthropic API")


def test_nothing_from_outside_reaches_the_terminal_raw(furnished: Program) -> None:
    given = json.dumps({"model": {"display_name": "\x1b]0;x\x07" + "y" * 500 + "\nz"}})
    shown = line(furnished, given, CCSETUP_PROFILE="\x1b[2J\u202e../../x", NO_COLOR="1")
    assert shown.isascii() or not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)
    assert shown.count("\n") == 1
    assert len(shown) < 300


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"stamp": 1}', "\xff"])
def test_a_damaged_table_is_made_again(furnished: Program, kept: str) -> None:
    shown = line(furnished)
    (furnished.home / ".cache/ccsetup/statusline.json").write_text(kept)
    assert furnished.run("statusline", stdin=GIVEN).out == shown


FORMER = '{\n    "statusLine": {"type": "command", "command": "mine"},\n    "model": "opus"\n}\n'


@pytest.mark.parametrize("before", [None, "{}", FORMER])
def test_install_and_undo_leave_the_file_as_it_was(furnished: Program, before: str | None) -> None:
    path = furnished.home / ".claude" / "settings.json"
    if before is not None:
        path.parent.mkdir()
        path.write_text(before)
    assert furnished.run("statusline", "--install").code == 2  # it asks
    furnished.ok("statusline", "--install", "--dry-run")
    assert (path.read_text() if path.exists() else None) == before
    furnished.ok("statusline", "--install", "--yes")
    assert json.loads(path.read_text())["statusLine"] == {"type": "command", "command": f"{EXECUTABLE} statusline"}
    assert "nothing to change" in furnished.ok("statusline", "--install", "--yes").err
    furnished.ok("statusline", "--undo", "--dry-run")
    assert "statusLine" in path.read_text()
    furnished.ok("statusline", "--undo")  # like `apply --undo` it does not ask
    assert (path.read_text() if path.exists() else None) == before
    assert furnished.run("statusline", "--undo").code == 2


def test_undo_keeps_what_was_edited_since(furnished: Program) -> None:
    path = furnished.home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(FORMER)
    furnished.ok("statusline", "--install", "--yes")
    path.write_text(path.read_text().replace('"opus"', '"sonnet"'))
    furnished.ok("statusline", "--undo", "--yes")
    assert path.read_text() == FORMER.replace('"opus"', '"sonnet"')
    furnished.ok("statusline", "--install", "--yes")
    path.write_text(FORMER.replace("mine", "another"))
    assert furnished.run("statusline", "--undo", "--yes").code == 2
    assert "another" in path.read_text()


@pytest.mark.thorough
@pytest.mark.parametrize(("words", "shown"), [("run", "us-east-1"), ("env", "eu-west-3")])
def test_the_real_client_shows_it_and_hands_over_what_it_uses(furnished: Program, words: str, shown: str) -> None:
    """A settings file moves the region: `run` overrides that, a shell's variables do not."""
    client, folder = require_client(), furnished.home / "work"
    folder.mkdir()
    state = {"hasCompletedOnboarding": True, "projects": {str(folder): {"hasTrustDialogAccepted": True}}}
    (furnished.home / ".claude.json").write_text(json.dumps(state))
    (furnished.home / ".claude").mkdir()
    (furnished.home / ".claude" / "settings.json").write_text('{"env": {"AWS_REGION": "eu-west-3"}}')
    furnished.ok("statusline", "--install", "--yes")
    variables = {**QUIET, **furnished.environment, "TERM": "xterm-256color", "PATH": f"{client.parent}:/usr/bin:/bin"}
    command = [str(EXECUTABLE), "run", "prod"]
    if words == "env":
        variables |= environment(furnished, "prod")
        command = [shutil.which("claude", path=str(client.parent)) or ""]
    child = pexpect.spawn(
        command[0], command[1:], cwd=str(folder), env=variables, dimensions=(40, 140), encoding="utf-8", timeout=40
    )
    try:
        child.expect(r"prod ·.{0,20}Amazon.{0,20}Bedrock.{0,20}·[^A-Za-z]*([a-z]+-[a-z]+-\d)")
        assert child.match[1] == shown
        if words == "env":
            child.expect("AWS_REGION")
    finally:
        child.terminate(force=True)


def test_standard_input_that_stays_open_does_not_hold_up_the_line(furnished: Program) -> None:
    shown = furnished.run("statusline", stdin="{}").out  # the quick way, too
    for given in (b"", GIVEN.encode()):
        with subprocess.Popen(
            [EXECUTABLE, "statusline"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=furnished.environment
        ) as running:
            assert running.stdin
            assert running.stdout
            running.stdin.write(given)
            running.stdin.flush()
            said = running.stdout.read().decode()  # to its end, while standard input is open
            assert ("Opus 5.5" in said) == bool(given)
            assert given or said == shown
