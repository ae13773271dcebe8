"""`ccsetup use`: the default, a folder's `.ccsetup` file, and which profile commands use without NAME."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import Done, Program
from tests.support.warm import Warm

SHOW = ("run", "--", "sh", "-c", 'printf %s "$CCSETUP_PROFILE"')
CONTENTS = (
    "",
    "\n",
    "prod\nother\n",
    " prod",
    "prod ",
    "../prod",
    "-x",
    ".prod",
    "prod;id",
    "$(id)",
    "prod\0",
    "x" * 65,
)


@pytest.fixture
def two(tmp_path: Path) -> Program:
    """A home with the profiles prod and test, and folders repo/inner."""
    program = Warm(tmp_path / "home")
    (program.home / "repo" / "inner").mkdir(parents=True)
    program.bedrock("prod")
    program.init("test", "vertex", project="my-project", location="global")
    return program


def used(program: Program, folder: str = "", **environment: str) -> Done:
    """A run of a command without NAME that prints the profile it got."""
    return program.run(*SHOW, cwd=program.home / folder, environment=environment)


def in_folder(program: Program, folder: str, *words: str) -> Done:
    done = program.run(*words, cwd=program.home / folder)
    assert done.code == 0, done.err
    return done


def test_without_name_shell_folder_default_and_only_profile_decide_in_this_order(two: Program) -> None:
    refused = used(two)
    assert (refused.code, refused.out) == (2, "")
    assert "prod, test" in refused.err
    two.ok("use", "prod")
    assert used(two).out == "prod"
    in_folder(two, "repo", "use", "test", "--folder")
    assert used(two, "repo/inner").out == "test"
    assert used(two).out == "prod"
    assert used(two, "repo", CCSETUP_PROFILE="prod").out == "prod"
    two.ok("use", "--clear")
    in_folder(two, "repo", "use", "--clear", "--folder")
    assert not (two.home / "repo" / ".ccsetup").exists()
    assert used(two, "repo").code == 2
    two.ok("remove", "test", "--yes")
    assert used(two).out == "prod"


@pytest.mark.parametrize("command", ["models", "quota", "prices", "policy", "trace", "run"])
def test_name_is_optional_where_one_profile_is_meant(two: Program, command: str) -> None:
    refused = two.run(command)
    assert refused.code == 2
    assert "no default" in refused.err
    two.ok("use", "prod")
    assert "using prod (the default)" in two.run(command, environment={"PATH": "/nowhere"}).err


def test_a_file_that_was_not_allowed_changes_nothing_and_is_named(two: Program) -> None:
    two.ok("use", "prod")
    in_folder(two, "repo", "use", "test", "--folder")
    file = two.home / "repo" / "inner" / ".ccsetup"
    file.write_text("prod\n")
    done = used(two, "repo/inner")
    assert done.out == "test"
    assert "~/repo/inner/.ccsetup" in done.err
    assert "ccsetup use --allow" in done.err
    in_folder(two, "repo/inner", "use", "--allow")
    assert (used(two, "repo/inner").out, used(two, "repo").out) == ("prod", "test")


def changed(file: Path) -> None:
    file.write_text("prod\n")


def moved(file: Path) -> None:
    (file.parent.parent / "other").mkdir()
    file.rename(file.parent.parent / "other" / file.name)
    shutil.rmtree(file.parent)
    (file.parent.parent / "other").rename(file.parent.with_name("repo2"))
    file.parent.symlink_to("repo2")


def linked(file: Path) -> None:
    file.rename(file.with_name("real"))
    file.symlink_to("real")


def fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("change", [changed, moved, linked, fifo])
def test_permission_ends_with_the_content_and_the_place(two: Program, change: Callable[[Path], None]) -> None:
    in_folder(two, "repo", "use", "test", "--folder")
    assert used(two, "repo").out == "test"
    change(two.home / "repo" / ".ccsetup")
    done = used(two, "repo")
    assert (done.code, done.out) == (2, "")
    assert ".ccsetup" in done.err


@pytest.mark.parametrize("content", CONTENTS)
def test_a_file_with_anything_but_a_name_can_neither_be_used_nor_allowed(two: Program, content: str) -> None:
    two.ok("use", "prod")
    file = two.home / "repo" / ".ccsetup"
    file.write_text(content)
    (two.home / ".local/state/ccsetup/folders").write_text(f"{content} {file.parent}\nprod {file.parent}x\n")
    assert used(two, "repo").out == "prod"
    assert two.run("use", "--allow", cwd=file.parent).code == 2
    assert two.run("use", "prod", "--folder", cwd=file.parent).code == 2
    assert file.read_text() == content


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_is_named(two: Program, encoding: str) -> None:
    """Windows PowerShell's `echo prod > .ccsetup` writes one."""
    (two.home / "repo" / ".ccsetup").write_text("prod\n", encoding=encoding)
    for words in (["use"], ["use", "--allow"], ["doctor", "--files"]):
        done = two.run(*words, cwd=two.home / "repo")
        told = " ".join((done.out + done.err).split())
        assert "begins with a byte order mark; save it as UTF-8 without one" in told, words


def test_old_draft_of_a_killed_write_goes_with_the_next_one(two: Program) -> None:
    (folder,) = {path.parent for path in two.home.rglob("profiles") if path.is_dir()}
    old, fresh, other = (
        folder / f".{name}.{digit * 16}.tmp" for name, digit in (("default", "0"), ("default", "1"), ("x", "2"))
    )
    for draft in (old, fresh, other):
        draft.write_text("prod\n")
    for draft in (old, other):
        os.utime(draft, (time.time() - 7200,) * 2)
    two.ok("use", "prod")
    assert [draft.exists() for draft in (old, fresh, other)] == [False, True, True]


def test_a_folder_of_that_name_is_none_of_ours(two: Program) -> None:
    (two.home / "repo" / ".ccsetup").mkdir()
    two.ok("use", "prod")
    done = used(two, "repo")
    assert (done.out, "ignored" in done.err) == ("prod", False)


def test_permission_of_a_file_that_others_can_write_is_refused(two: Program) -> None:
    in_folder(two, "repo", "use", "test", "--folder")
    (two.home / ".local/state/ccsetup/folders").chmod(0o666)
    done = used(two, "repo")
    assert (done.code, done.out) == (2, "")
    assert "chmod" in done.err


@pytest.mark.parametrize("folder", ["a\nb", "a\x1b[2Jb"])
def test_a_folder_with_a_control_character_in_its_name_is_never_allowed(two: Program, folder: str) -> None:
    (two.home / folder).mkdir()
    done = two.run("use", "test", "--folder", cwd=two.home / folder)
    assert done.code == 2
    assert not (two.home / folder / ".ccsetup").exists()
    (two.home / folder / ".ccsetup").write_text("test\n")
    assert two.run("use", "--allow", cwd=two.home / folder).code == 2
    assert "\x1b" not in used(two, folder).err


def test_a_profile_that_is_gone_is_an_error_that_says_who_named_it(two: Program) -> None:
    in_folder(two, "repo", "use", "test", "--folder")
    two.ok("use", "prod")
    two.ok("remove", "test", "--yes")
    done = used(two, "repo")
    assert (done.code, done.out) == (2, "")
    assert "~/repo/.ccsetup" in done.err


def test_the_default_follows_a_rename_and_ends_with_its_profile(two: Program) -> None:
    two.ok("use", "test")
    two.ok("rename", "test", "new")
    assert used(two).out == "new"
    assert "the default" in two.ok("remove", "new", "--yes").err
    two.bedrock("third")
    assert used(two).code == 2


def test_a_default_with_a_secret_points_to_apply(two: Program) -> None:
    two.init("key", "api-key", key="env:MY_KEY")
    assert "ccsetup apply key" in two.ok("use", "key").err


def test_use_without_name_shows_what_is_used_and_why(two: Program) -> None:
    two.ok("use", "prod")
    (two.home / "repo" / ".ccsetup").write_text("test\n")
    done = two.run("use", "--json", cwd=two.home / "repo")
    document = json.loads(done.out)
    assert document["schema"] == 1
    assert (document["profile"], document["source"], document["default"]) == ("prod", "default", "prod")
    assert document["folders"] == [{"path": str(two.home / "repo/.ccsetup"), "profile": "test", "allowed": False}]
    assert "prod (the default)" in two.ok("use").out


def test_use_refuses_what_contradicts_itself(two: Program) -> None:
    for words in (
        ("prod", "--clear"),
        ("--allow", "--clear"),
        ("prod", "--allow"),
        ("--folder",),
        ("nosuch",),
        ("--allow",),
    ):
        assert two.run("use", *words).code == 2, words


@pytest.mark.parametrize("command", [("status",), ("doctor", "--here", "--offline")])
def test_profile_that_is_chosen_and_not_active_is_named(two: Program, command: tuple[str, ...]) -> None:
    assert "not active" not in two.run(*command).err
    two.ok("use", "prod")
    said = two.run(*command).err
    assert "profile prod (the default) is not active in this shell" in said
    assert "ccsetup env prod" in said
    in_folder(two, "repo", "use", "test", "--folder")
    inner = two.home / "repo" / "inner"
    said = two.run(*command, cwd=inner).err
    assert "profile test (~/repo/.ccsetup) is not active in this shell" in said
    assert "ccsetup env test" in said
    assert "prod" not in said
    assert "not active" not in two.run(*command, cwd=inner, environment={"CCSETUP_PROFILE": "prod"}).err
    (inner / ".ccsetup").write_text("prod\n")  # not allowed
    said = two.run(*command, cwd=inner).err
    assert "was not allowed here" in said
    assert "ccsetup use --allow" in said
    assert "profile test" in said
    two.ok("remove", "prod", "--yes")
    (two.home / ".config" / "ccsetup" / "default").write_text("prod\n")
    assert "prod (the default) is not active in this shell, and does not exist" in two.run(*command).err
