"""Folders, profiles and compiled files that another user could have written are not used; what root writes in a user's
home stays that user's."""

import os
import stat
from pathlib import Path

import pytest

from tests.support.program import Program

STRANGER, USER = 12345, 1234
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
PLACES = {
    "home of ccsetup": ".",
    "profiles": "profiles",
    "the profile": "profiles/work.toml",
    "cache": "cache",
    "compiled": "cache/compiled",
    "state": "state",
}
ENV, RUN = ("env", "work", "--shell", "sh"), ("run", "work", "--", "true")
MODES = (0o777, 0o775, 0o757, 0o722, 0o1777, 0o2775)


@pytest.fixture
def made(program: Program, tmp_path: Path) -> Program:
    """The program with one profile, in a folder of its own below one that only this user may write."""
    given = type(program)(program.home, {"CCSETUP_HOME": str(tmp_path / "own" / "ccsetup")})
    (tmp_path / "own").mkdir(mode=0o700)
    given.bedrock("work")
    return given


def _root(made: Program) -> Path:
    return Path(made.extra["CCSETUP_HOME"])


def test_a_set_up_of_ones_own_is_used_the_short_way(made: Program) -> None:
    done = made.ok("env", "work", "--shell", "sh")
    assert "CLAUDE_CODE_USE_BEDROCK" in done.out


@pytest.mark.parametrize("place", [*PLACES, "the compiled file"])
def test_what_is_another_users_is_not_used(made: Program, place: str) -> None:
    path = _root(made) / PLACES.get(place, "cache/compiled/work.sh")
    os.chown(path, STRANGER, STRANGER)
    if place != "state":  # where nothing is kept that `env` reads
        _poison(made)
    done = made.run(*(RUN if place == "state" else ENV))
    assert "poisoned" not in done.out
    if place == "the compiled file":
        assert done.code == 0  # it is only a cache
        return
    assert (done.code, done.out.removeprefix("false\n")) == (2, ""), done.err
    assert f"belongs to another user (number {STRANGER})" in done.err
    assert "chown" in done.err


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", PLACES)
def test_what_others_may_write_is_not_used(made: Program, place: str, mode: int) -> None:
    path = _root(made) / PLACES[place]
    path.chmod(mode & 0o666 if path.is_file() else mode)
    if place != "state":
        _poison(made)
    for command in (ENV, RUN, ("doctor", "work", "--offline"))[place == "state" :]:
        done = made.run(*command)
        assert "poisoned" not in done.out
        assert done.code in (2, 3), (command, done)
        assert "chmod go-w" in done.err + done.out


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_on_the_way_may_be_sticky_and_no_more(made: Program, mode: int) -> None:
    _root(made).parent.chmod(mode)
    done = made.run("env", "work", "--shell", "sh")
    assert done.code == (0 if mode & stat.S_ISVTX else 2), done.err


def test_a_link_of_a_stranger_on_the_way_is_not_followed(made: Program, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(_root(made))
    moved = {"CCSETUP_HOME": str(link)}
    assert made.run("env", "work", "--shell", "sh", environment=moved).code == 0
    os.chown(link, STRANGER, STRANGER, follow_symlinks=False)
    done = made.run("env", "work", "--shell", "sh", environment=moved)
    assert (done.code, "belongs to another user" in done.err) == (2, True)


def test_root_uses_what_belongs_to_the_owner_of_the_home(made: Program) -> None:
    for path in (made.home, _root(made), *_root(made).rglob("*")):
        os.chown(path, USER, USER)
    assert made.run("env", "work", "--shell", "sh").code == 0
    os.chown(made.home, 0, 0)
    assert made.run("env", "work", "--shell", "sh").code == 2


def test_what_root_writes_in_a_users_home_is_that_users(program: Program) -> None:
    """New files and folders are the owner's of the folder; what was there keeps owner and mode."""
    (program.home / ".claude").mkdir(mode=0o755)
    settings = program.home / ".claude" / "settings.json"
    settings.write_text("{}")
    settings.chmod(0o644)
    for path in (program.home, program.home / ".claude", settings):
        os.chown(path, USER, USER)
    program.bedrock("work")
    program.ok("apply", "work", "--yes")
    program.ok("copy", "work", "other")
    program.ok("env", "work", "--shell", "sh")
    program.ok("list")
    others = {
        str(path.relative_to(program.home)): path.lstat().st_uid
        for path in program.home.rglob("*")
        if path.lstat().st_uid != USER
    }
    assert others == {}
    assert stat.S_IMODE(settings.stat().st_mode) == 0o644


def test_root_follows_no_link_of_a_user_to_a_place_that_is_not_that_users(program: Program, tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir()
    (program.home / ".claude").symlink_to(elsewhere)
    for path in (program.home, program.home / ".claude"):
        os.chown(path, USER, USER, follow_symlinks=False)
    program.bedrock("work")
    done = program.run("apply", "work", "--yes")
    assert done.code == 2
    assert [*elsewhere.iterdir()] == []


def _poison(made: Program) -> None:
    """What another user would do with a compiled file that can be written."""
    compiled = _root(made) / "cache" / "compiled" / "work.sh"
    text = compiled.read_bytes()
    head, _, _ = text.rpartition(b"export AWS_REGION")
    words = b"export AWS_REGION='poisoned'\n"
    status = compiled.stat()
    lines = (head + words).split(b"\n", 5)
    source = (_root(made) / "profiles" / "work.toml").read_bytes()
    body = lines[5][len(source) :]
    lines[4] = f"{len(source)} {len(body)}".encode()
    compiled.write_bytes(b"\n".join(lines))
    os.chown(compiled, status.st_uid, status.st_gid)
