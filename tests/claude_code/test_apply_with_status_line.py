"""`apply` and `statusline` change one settings file: each undoes its own change, in any order."""

import itertools
import json
import stat
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm

MINE = """{
    "statusLine": {"type": "command", "command": "mine"},
    "model": "opus",
    "env": {"EDITOR": "vi"}
}
"""
INSTALLED = ("statusline", "--install", "--yes")
APPLIED = ("apply", "prod", "--yes")
UNDO_APPLY, UNDO_LINE = ("apply", "prod", "--undo"), ("statusline", "--undo", "--yes")
BEFORE = (None, "{}", '{"model": "opus"}\n', MINE, "\ufeff" + MINE.replace("\n", "\r\n"))
ORDERS = tuple(
    (done, undone)
    for length in (2, 3)
    for done in itertools.product((APPLIED, INSTALLED, ("apply", "other", "--yes")), repeat=length)
    if done.count(INSTALLED) == 1 and len({*done}) == length
    for undone in dict.fromkeys(itertools.permutations([UNDO_LINE] + [UNDO_APPLY] * (length - 1)))
)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Warm(tmp_path / "home", {"MY_TOKEN": "secret-token-0123456789"})
    program.home.mkdir()
    program.bedrock("prod")
    program.init("other", "vertex", project="my-project", location="global")
    return program


@pytest.fixture
def file(program: Program) -> Path:
    return program.home / ".claude" / "settings.json"


def put(file: Path, content: str | None) -> None:
    if content is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content.encode())


def test_each_undoes_its_own_change(program: Program, file: Path) -> None:
    put(file, MINE)
    program.ok(*APPLIED)
    program.ok(*INSTALLED)
    done = program.ok(*UNDO_APPLY)
    assert "the status line stays" in done.err
    assert "statusLine" not in "".join(line for line in done.out.splitlines() if line.startswith(("+", "-")))
    content = json.loads(file.read_text())
    assert content["statusLine"]["command"].endswith("ccsetup statusline")
    assert {**content, "statusLine": 0} == {**json.loads(MINE), "statusLine": 0}
    program.ok(*UNDO_LINE)
    assert file.read_text() == MINE


@pytest.mark.parametrize("before", examples(BEFORE, None))
@pytest.mark.parametrize(("done", "undone"), examples(ORDERS, ((INSTALLED, APPLIED), (UNDO_LINE, UNDO_APPLY))))
def test_every_order_gives_every_byte_back(
    program: Program, file: Path, before: str | None, done: tuple[str, ...], undone: tuple[str, ...]
) -> None:
    put(file, before)
    for command in done:
        program.ok(*command)
    for command in undone:
        program.ok(*command)
    assert (file.read_bytes().decode() if file.exists() else None) == before
    assert file.parent.exists() == (before is not None)
    assert program.run(*UNDO_APPLY).code == program.run(*UNDO_LINE).code == 2


@pytest.mark.parametrize("undo_line", [False, True])
@pytest.mark.parametrize("when", examples(("before", "after"), "after"))
def test_someone_elses_edit_still_refuses(program: Program, file: Path, when: str, undo_line: bool) -> None:
    put(file, MINE)

    def edit() -> None:
        file.write_text(file.read_text().replace('"AWS_REGION": "us-east-1"', '"AWS_REGION": "eu-west-1"'))

    program.ok(*APPLIED)
    if when == "before":
        edit()
    program.ok(*INSTALLED)
    if when == "after":
        edit()
    if undo_line:
        program.ok(*UNDO_LINE)
    edited = file.read_text()
    assert "eu-west-1" in edited
    done = program.run(*UNDO_APPLY)
    assert (done.code, file.read_text()) == (2, edited)
    assert "was edited after `apply` wrote it" in done.err
    assert "ccsetup apply --clear" in done.err


@pytest.mark.thorough
def test_file_with_a_secret_stays_private(program: Program, file: Path) -> None:
    put(file, MINE)
    file.chmod(0o644)
    program.init("plan", "subscription", oauth_token="env:MY_TOKEN")
    program.ok(*INSTALLED)
    program.ok("apply", "plan", "--with-secret", "--yes")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    program.ok(*UNDO_LINE)
    assert "secret-token" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    program.ok("apply", "plan", "--undo")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (MINE, 0o644)
