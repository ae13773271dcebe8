"""`cost --json` answers from what was kept exactly as long as nothing that it depends on has changed."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_cost import SINCE, lay_out
from tests.support.program import Program
from tests.support.transcripts import answer, write

WORDS = ("cost", *SINCE, "--json")
MARK = '"schema": 471100'
Change = Callable[[Program], None]


def kept(program: Program) -> Path:
    (path,) = program.home.rglob("cost-answer")
    return path


def answered(program: Program, *words: str) -> str:
    return re.sub('"until": "[^"]*"', "", program.ok(*(words or WORDS)).out)


def marked(program: Program) -> None:
    """Change what is kept, so that an answer shows whether it comes from there."""
    path = kept(program)
    path.write_bytes(path.read_bytes().replace(b'"schema": 1', MARK.encode()))


def transcript(program: Program) -> Path:
    return min(path for path in (program.home / ".claude" / "projects").rglob("*.jsonl"))


@pytest.fixture
def used(program: Program) -> Program:
    """After one answer that was kept, and marked."""
    lay_out(program.home, "surface-bedrock")
    program.bedrock()
    program.ok(*WORDS)
    marked(program)
    return program


def test_unchanged_files_are_answered_from_what_was_kept(used: Program) -> None:
    assert MARK in used.ok(*WORDS).out
    kept(used).unlink()
    first = answered(used)
    assert answered(used) == first
    document = json.loads(used.ok(*WORDS).out)
    again = json.loads(used.ok(*WORDS).out)
    assert document["until"] <= again["until"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", again["until"])


def test_hours_are_counted_from_now_and_not_answered_from_what_was_kept(program: Program) -> None:
    lay_out(program.home, "surface-bedrock")
    program.ok("cost", "--json", "--since", "9999h")
    assert not [*program.home.rglob("cost-answer")]


def grow(program: Program) -> None:
    with transcript(program).open("ab") as file:
        file.write(b'{"type":"mode"}\n')


def rewrite(program: Program) -> None:
    path = transcript(program)
    path.write_bytes(path.read_bytes())


def add_transcript(program: Program) -> None:
    write(program.home / ".claude", "s9", answer("msg_9", 9, (1, 2, 3, 4, 5), session="s9"))


def forget_counts(program: Program) -> None:
    next(path for path in program.home.rglob("ledger")).unlink()


def add_profile(program: Program) -> None:
    program.init("key", "api-key", key="env:MY_KEY")


def pin(program: Program) -> None:
    path = program.home / ".config" / "ccsetup" / "profiles" / "bedrock-prod.toml"
    path.write_text(path.read_text() + '\n[models]\nsonnet = "us.anthropic.claude-sonnet-5"\n')


def keep_longer(program: Program) -> None:
    (program.home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": 99}')


def note_run(program: Program) -> None:
    (next(path for path in program.home.rglob("ledger")).parent / "started").write_text("")


def keep_prices(program: Program) -> None:
    folder = next(path for path in program.home.rglob("ledger")).parent.parent / "prices"
    folder.mkdir(exist_ok=True)
    (folder / "x.json").write_text("{}")


def open_to_others(program: Program) -> None:
    kept(program).chmod(0o666)


def damage(program: Program) -> None:
    kept(program).write_bytes(kept(program).read_bytes()[:200] + b"\n\n\n")


CHANGES: tuple[Change, ...] = (
    grow, rewrite, add_transcript, forget_counts, add_profile, pin, keep_longer, note_run, keep_prices, open_to_others,
    damage,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_answered_anew(used: Program, change: Change) -> None:
    change(used)
    assert MARK not in used.ok(*WORDS).out


def test_folder_that_others_can_change_is_refused_as_ever(used: Program) -> None:
    (used.home / ".config" / "ccsetup" / "profiles").chmod(0o777)
    done = used.run(*WORDS)
    assert (done.code, MARK in done.out) == (2, False)
    assert "can be changed by other users" in done.err


def test_other_words_folders_and_variables_are_answered_anew(used: Program, tmp_path: Path) -> None:
    assert MARK not in used.ok("cost", "--json", "--since", "2026-11-02").out
    marked(used)
    moved = tmp_path / "moved"
    write(moved, "s9", answer("msg_9", 9, (1, 2, 3, 4, 5), session="s9"))
    there = {"CLAUDE_CONFIG_DIR": str(moved)}
    assert MARK not in used.run("cost", "--json", "--since", "2026-11-02", environment=there).out


def test_secret_that_the_answer_shows_is_never_printed(used: Program) -> None:
    kept(used).write_bytes(kept(used).read_bytes().replace(b"bedrock-prod", b"sk-ant-CANARY-1"))
    assert "CANARY" in used.ok(*WORDS).out
    assert "CANARY" not in used.run(*WORDS, environment={"ANTHROPIC_API_KEY": "sk-ant-CANARY-1"}).out


def test_session_that_run_has_just_started_is_looked_for_again(used: Program) -> None:
    """A note without a session yet may find one, although no file that was read changes."""
    folder = next(path for path in used.home.rglob("ledger")).parent
    note = {"at": 4_000_000_000_000, "pid": os.getpid(), "profile": "bedrock-prod", "folder": "/x", "cwd": "/x"}
    (folder / "started").write_text(json.dumps(list(note.values())) + "\n")
    assert MARK not in used.ok(*WORDS).out
    marked(used)
    assert MARK not in used.ok(*WORDS).out
