"""`ccsetup cost`, as a process, on transcripts of the real client."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import EXECUTABLE, Program
from tests.support.transcripts import FOLDER, answer, billed, total, write

CANARY = "CANARY-4711"
SINCE = ("--since", "2026-11-01")


def lay_out(home: Path, *names: str, folder: str = ".claude") -> None:
    for name in names:
        shutil.copytree(FOLDER / name / "projects", home / folder / "projects", dirs_exist_ok=True)


def cost(program: Program, *words: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(program.ok("cost", *SINCE, "--json", *words).out)
    return document


def test_no_transcripts_is_not_checked(program: Program) -> None:
    done = program.run("cost")
    assert (done.code, done.out) == (3, "")
    assert "~/.claude" in done.err
    assert json.loads(program.run("cost", "--json").out)["profiles"] == []


@pytest.mark.parametrize("name", ["subagent-and-webfetch", "client-2.1.241"])
def test_json_is_the_bill(program: Program, name: str) -> None:
    lay_out(program.home, name)
    document = cost(program)
    assert {key: document[key] for key in ("schema", "since", "unread", "retention_days")} == {
        "schema": 1,
        "since": "2026-11-01T00:00:00Z",
        "unread": {"files": 0, "rows": 0},
        "retention_days": 30,
    }
    assert document["lower_bound"] is (name == "client-2.1.241")
    models = [model for profile in document["profiles"] for model in profile["models"]]
    found = {one["model"]: tuple(one["tokens"].values())[:5] for one in models}
    assert found == billed(name)
    for profile in document["profiles"]:
        both = [sum(profile[part][kind] for part in ("tokens", "unlogged")) for kind in profile["tokens"]]
        assert both == [sum(one["tokens"][kind] for one in profile["models"]) for kind in profile["tokens"]]
        assert profile["cost"]["basis"] == "none"
        assert profile["cost"]["amount"] is None


@pytest.mark.parametrize("words", [("--json", "--since", "2026-11-01"), (), ("--json",), ("--since", "tomorrow")])
def test_simple_command_lines_answer_as_the_parser_does(program: Program, words: tuple[str, ...]) -> None:
    """The simplest ones do without the parser; `--by profile` is the default, and goes through it."""
    lay_out(program.home, "subagent-and-webfetch")
    quick, parsed = program.run("cost", *words), program.run("cost", *words, "--by", "profile")
    until = re.compile(r'"until": "[^"]*"')
    assert (quick.code, quick.err) == (parsed.code, parsed.err)
    assert until.sub("", quick.out) == until.sub("", parsed.out)
    assert program.run("cost", "--since").code == program.run("cost", "--by").code == 2


def test_profile_that_may_have_made_sessions_is_not_said_to_have_used_nothing(program: Program) -> None:
    lay_out(program.home, "surface-bedrock")
    for name, region in (("one", "us-east-1"), ("two", "eu-west-1")):
        settings = ("--set", f"region={region}", "--set", "aws_profile=x")
        program.ok("init", name, "--surface", "bedrock", *settings, "--yes", "--no-verify")
    assert [(one["profile"], one["surface"]) for one in cost(program)["profiles"]] == [(None, "bedrock")]
    done = program.ok("cost", "one", *SINCE)
    assert "nothing since 2026-11-01 is known to be billed to one" in done.err
    assert "ccsetup cost --since 2026-11-01" in done.err


def test_days_before_since_are_left_out(program: Program) -> None:
    lay_out(program.home, "surface-bedrock")
    assert json.loads(program.ok("cost", "--since", "2026-11-27", "--json").out)["profiles"] == []
    assert json.loads(program.ok("cost", "--since", "2026-11-26", "--json").out)["profiles"][0]["requests"] == 2
    for wrong in ("tomorrow", "30", "-1d", "999999d", "2026-13-01"):
        done = program.run("cost", "--since", wrong)
        assert (done.code, "Traceback" in done.err) == (2, False)


def test_profile_gets_the_sessions_that_only_it_can_have(program: Program) -> None:
    program.bedrock()
    program.init("key", "api-key", key="env:MY_KEY")
    lay_out(program.home, "surface-bedrock", "surface-api-key", "surface-vertex", "client-2.1.241")
    found = {
        (one["profile"], one["surface"], one["surface_certainty"], one["place"]) for one in cost(program)["profiles"]
    }
    assert found == {
        ("bedrock-prod", "bedrock", "certain", "us-east-1"),
        ("key", "api-key", "unknown", None),
        (None, "vertex", "certain", None),
    }
    assert [one["profile"] for one in cost(program, "bedrock-prod")["profiles"]] == ["bedrock-prod"]
    assert program.run("cost", "nope").code == 2


def test_two_profiles_of_a_surface_differ_by_pins_alone(program: Program) -> None:
    for name, model in (("one", "us.anthropic.claude-opus-5-5"), ("two", "us.anthropic.claude-opus-5")):
        program.init(name, "bedrock", "--set", f"models.opus={model}", aws_profile="p", region="us-east-1")
    lay_out(program.home, "surface-bedrock")
    found = cost(program)["profiles"]
    assert [(one["profile"], one["models"][0]["pinned"]) for one in found] == [("one", True)]
    program.init(
        "three", "bedrock", "--set", "models.opus=us.anthropic.claude-opus-5-5", aws_profile="q", region="eu-west-1"
    )
    assert [(one["profile"], one["surface"]) for one in cost(program)["profiles"]] == [(None, "bedrock")]


def test_a_configuration_folder_of_its_own_is_certain(program: Program) -> None:
    folder = program.home / "logins" / "work"
    program.init("work", "subscription", config_dir=str(folder))
    lay_out(program.home, "client-2.1.241", folder="logins/work")
    found = cost(program)["profiles"]
    assert [(one["profile"], one["surface"], one["surface_certainty"]) for one in found] == [
        ("work", "subscription", "certain")
    ]


def test_counts_outlive_the_transcripts(program: Program) -> None:
    lay_out(program.home, "subagent-and-webfetch", "surface-bedrock")
    before = cost(program)
    shutil.rmtree(program.home / ".claude")
    after = cost(program)
    assert {**after, "until": ""} == {**before, "until": ""}


def test_prompts_stand_nowhere(program: Program) -> None:
    rows: list[Mapping[str, object]] = [
        {"type": "queue-operation", "content": CANARY, "sessionId": "s1"},
        {"parentUuid": None, "type": "user", "message": {"role": "user", "content": CANARY}, "sessionId": "s1"},
        answer("msg_1", 1, (1, 2, 3, 4, 5), content=[{"type": "text", "text": CANARY}], gitBranch=CANARY),
        answer(
            "msg_2",
            9,
            (1, 2, 3, 4, 5),
            content=[{"type": "tool_use", "id": "t", "name": "Bash", "input": {"c": CANARY}}],
        ),
        {"type": "api-request-blob", "hash": "x", "message": {"content": CANARY}},
        {"type": "api-request-shape", "shapeHash": "x", "shape": {"system": [{"text": CANARY}], "tools": []}},
        {"type": "last-prompt", "lastPrompt": CANARY},
        total({"claude-opus-5-5": (2, 4, 6, 8, 20)}, end=20),
    ]
    write(program.home / ".claude", "s1", *rows)
    for words in ((), ("--json",), ("--by", "project"), ("--by", "session", "--anonymous"), ("--debug",)):
        done = program.run("cost", *SINCE, *words)
        assert CANARY not in done.out + done.err
    kept = [path for path in (program.home / ".local").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert CANARY.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_anonymous_shows_no_project_and_no_session(program: Program) -> None:
    write(program.home / ".claude", "secret-session", answer("msg_1", 1, (1, 2, 3, 4, 5), session="secret-session"))
    assert "ada/repo" in program.ok("cost", *SINCE, "--by", "project").out
    for by in ("project", "session", "profile"):
        for form in ((), ("--json",)):
            out = program.ok("cost", *SINCE, "--by", by, "--anonymous", *form).out
            assert "repo" not in out
            assert "secret-session" not in out


@pytest.mark.parametrize("by", ["day", "week", "model", "project", "session", "profile", "surface"])
def test_groups_add_up(program: Program, by: str) -> None:
    lay_out(program.home, "subagent-and-webfetch", "client-2.0.50", "surface-vertex")
    document = cost(program, "--by", by)
    for part in ("tokens", "unlogged"):
        for kind in ("input", "write_5m", "read", "output"):
            whole = sum(one[part][kind] for one in document["profiles"])
            assert sum(one[part][kind] for one in document["groups"]) == whole
    done = program.ok("cost", *SINCE, "--by", by)
    assert by.upper() in done.out
    assert "at least" in done.err


def test_weeks_show_which_models_answered(program: Program) -> None:
    asked = answer("msg_1", 1, (1, 2, 3, 4, 5), model="claude-opus-5-5", requestedModel="claude-opus-5")
    write(program.home / ".claude", "s1", asked)
    out = program.ok("cost", *SINCE, "--by", "week").out
    assert re.search(r"^2026-W\d\d  claude-opus-5-5 +claude-opus-5 +no +- +1 +15$", out, re.MULTILINE), out


def test_figures_are_shown_although_nothing_can_be_kept(program: Program) -> None:
    lay_out(program.home, "surface-bedrock")
    state = program.home / ".local" / "state" / "ccsetup"
    state.mkdir(parents=True)
    (state / "usage").write_text("not a folder")
    done = program.run("cost", *SINCE, "--json")
    assert json.loads(done.out)["profiles"][0]["requests"] == 2
    assert "kept" in done.err


@pytest.mark.thorough
def test_killed_while_writing_leaves_a_whole_ledger(program: Program) -> None:
    rows = [answer(f"msg_{number}", number, (1, 2, 3, 4, 5)) for number in range(3_000)]
    write(program.home / ".claude", "s1", *rows)
    ledger = program.home / ".local" / "state" / "ccsetup" / "usage" / "ledger"
    for number in range(6):
        write(program.home / ".claude", f"s{number + 2}", answer(f"more_{number}", number, (1, 2, 3, 4, 5)))
        running = subprocess.Popen(
            [EXECUTABLE, "cost", "--json"],
            env=program.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        before = ledger.stat().st_mtime_ns if ledger.exists() else 0
        end = time.monotonic() + 20
        while running.poll() is None and time.monotonic() < end:
            drafts = list(ledger.parent.glob(".ledger*.tmp")) if ledger.parent.exists() else []
            if drafts or (ledger.exists() and ledger.stat().st_mtime_ns != before):
                os.kill(running.pid, signal.SIGKILL)
                break
        running.wait()
    document = cost(program)
    assert sum(one["requests"] for one in document["profiles"]) == 3_006
    assert not list(ledger.parent.glob("*.tmp"))


def test_counts_that_cannot_be_kept_are_shown_with_a_short_path(program: Program) -> None:
    lay_out(program.home, "surface-bedrock")
    folder = program.home / ".local" / "state"
    folder.mkdir(parents=True)
    (folder / "ccsetup").mkdir(mode=0o700)
    (folder / "ccsetup" / "usage").write_text("")
    done = program.ok("cost", *SINCE, "--json")
    assert json.loads(done.out)["profiles"][0]["requests"] == 2
    assert "the counts are not kept: " in done.err
    assert "~/.local/state/ccsetup/usage" in done.err
    assert str(program.home) not in done.err


@pytest.mark.parametrize("obstacle", ["lock", "full"])
def test_kept_counts_are_shown_where_new_ones_cannot_be_kept(program: Program, obstacle: str) -> None:
    lay_out(program.home, "surface-bedrock")
    cost(program)
    shutil.rmtree(program.home / ".claude" / "projects")
    lay_out(program.home, "surface-vertex")
    limit = "unlimited"
    if obstacle == "lock":
        lock = program.home / ".local" / "state" / "ccsetup" / "usage" / ".lock"
        lock.unlink()
        lock.mkdir()
    else:
        limit = "0"  # no file may be larger, as on a full disk
    words = ["sh", "-c", 'ulimit -f "$0"; exec "$@"', limit, str(EXECUTABLE), "cost", *SINCE, "--json"]
    done = subprocess.run(words, env=program.environment, capture_output=True, text=True, check=True, timeout=60)
    assert "the counts are not kept: " in done.stderr
    found = {one["surface"]: one["requests"] for one in json.loads(done.stdout)["profiles"]}
    assert found == {"bedrock": 2, "vertex": 2}
