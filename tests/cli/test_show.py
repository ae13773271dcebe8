"""`show` and `list` say what a profile is used for; files that cannot be profiles are named in plain words."""

import json
import subprocess

import pytest

from tests.support.program import Program


def test_show_says_whether_verified_and_in_use(program: Program) -> None:
    program.bedrock("b")
    assert "verified     no" in program.ok("show", "b").out
    assert "in use" not in program.ok("show", "b").out
    program.ok("use", "b")
    program.ok("apply", "b", "--yes")
    shown = program.run("show", "b", environment={"CCSETUP_PROFILE": "b"}).out
    assert "in use       active in this shell, the default, applied: " in shown
    document = json.loads(program.ok("show", "b", "--json").out)
    listed = json.loads(program.ok("list", "--json").out)["profiles"][0]
    keys = ("trusted", "verified", "pending", "active", "default", "applied")
    assert {key: document[key] for key in keys} == {key: listed[key] for key in keys}


@pytest.mark.parametrize("file", ["my profile.toml", "ümlaut.toml", "-x.toml", "UP.TOML", f"{'x' * 65}.toml"])
def test_file_with_an_impossible_name_is_named_by_list(program: Program, file: str) -> None:
    program.profiles.mkdir(parents=True, mode=0o700)
    (program.profiles / file).write_text('schema = 1\nsurface = "bedrock"\n')
    done = program.ok("list")
    assert f"/profiles/{file} is ignored" in done.err.replace("\\xfc", "ü")
    assert done.out == ""


def test_temporary_files_are_not_named(program: Program) -> None:
    program.profiles.mkdir(parents=True, mode=0o700)
    for file in (".b.toml.swp", ".lock", "b.toml~", "notes.txt"):
        (program.profiles / file).write_text("")
    assert "ignored" not in program.ok("list").err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('schema = "1"\nsurface = "bedrock"', "key schema: must be a number, not text in quotes"),
        ("schema = 1\nsurface = 2", "key surface: must be text in quotes, not a number"),
        ('schema = 1\nsurface = "bedrock"\nset = 3', "key set: must be a table, not a number"),
        (
            'schema = 1\nsurface = "bedrock"\n[set]\nregion = ["a"]',
            "key set.region: must be text in quotes, not a list",
        ),
        ('schema = 1\nsurface = "bedrock"\n[models]\nopus = true', "key models.opus: must be text in quotes, not true"),
        ('schema = 1\nsurface = "bedrok"', "(did you mean bedrock?)"),
    ],
)
def test_value_of_another_type_is_named_in_words(program: Program, text: str, problem: str) -> None:
    program.profiles.mkdir(parents=True, mode=0o700)
    (program.profiles / "x.toml").write_text(text)
    done = program.run("show", "x")
    assert (done.code, done.out) == (2, "")
    assert problem in done.err


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("nope\n", "there is no profile nope on this machine yet"),
        ("b\n", "allow it: ccsetup use --allow"),
        ("b\nc\n", "remove it: rm "),
        ("", "remove it: rm "),
        ("\x1b[31m", "remove it: rm "),
    ],
)
def test_ignored_folder_file_has_a_next_step_that_works(program: Program, content: str, hint: str) -> None:
    program.bedrock("b")
    folder = program.home / "my project"
    folder.mkdir()
    (folder / ".ccsetup").write_text(content)
    assert hint in program.run("status", cwd=folder).err


def test_step_can_be_pasted_whatever_the_folder_is_called(program: Program) -> None:
    """One line, which a shell takes for the file."""
    folder = program.home / "it's\nmine"
    folder.mkdir()
    (folder / ".ccsetup").write_text("")
    said = program.run("status", cwd=folder).err
    (line,) = [line for line in said.splitlines() if "remove it: " in line]
    subprocess.run(["bash", "-c", line.partition("remove it: ")[2]], check=True, env={"HOME": str(program.home)})
    assert not (folder / ".ccsetup").exists()


def test_key_of_a_profile_without_one_names_the_setting(program: Program) -> None:
    program.bedrock("b")
    assert 'add bearer_token = "keyring:" under [set]: ccsetup edit b' in program.run("key", "b").err
