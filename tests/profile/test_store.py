"""Profiles as files: what each command leaves on disk, and what it refuses to touch."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.desktop import Wrapped, executable, shell
from tests.support.program import Program
from tests.support.warm import Warm

COMMENTED = """# prod, ask Ann first
schema = 1
surface = "bedrock"   # not vertex

[set]
region = "us-east-1"
"""


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:04o}"


def private_tree(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        assert mode(path) == ("0700" if path.is_dir() else "0600"), path


def test_init_writes_what_its_flags_say(program: Program) -> None:
    program.bedrock("prod", "--set", "models.default=opus", "--set", "env.A=b=c", "--set", "expect.account=1")
    assert tomllib.loads((program.profiles / "prod.toml").read_text()) == {
        "schema": 1,
        "surface": "bedrock",
        "set": {"aws_profile": "my-prod", "region": "us-east-1"},
        "models": {"default": "opus"},
        "env": {"A": "b=c"},
        "expect": {"account": "1"},
    }


def test_everything_that_is_made_is_private_whatever_the_umask(program: Program) -> None:
    done = shell(
        program, "umask 000; ccsetup init p --surface bedrock --set region=us-east-1 --no-verify; ccsetup env p"
    )
    assert done.code == 0
    for folder in (".config", ".cache"):
        private_tree(program.home / folder)


def test_a_dry_run_prints_the_file_and_writes_nothing(program: Program) -> None:
    shown = program.bedrock("prod", "--dry-run").out
    assert list(program.home.rglob("*")) == []
    program.bedrock("prod")
    assert shown == (program.profiles / "prod.toml").read_text()


def test_a_taken_name_is_refused_and_force_replaces(program: Program) -> None:
    program.bedrock("p")
    words = (
        "init",
        "p",
        "--surface",
        "vertex",
        "--set",
        "project=my-project",
        "--set",
        "location=global",
        "--no-verify",
    )
    before = (program.profiles / "p.toml").read_bytes()
    done = program.run(*words)
    assert (done.code, done.out) == (2, "")
    assert "'p'" in done.err
    assert (program.profiles / "p.toml").read_bytes() == before
    program.ok(*words, "--force")
    assert json.loads(program.ok("show", "p", "--json").out)["surface"] == "vertex"


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--surface", "bedrock"], "region"),
        (["--surface", "bedrok", "--set", "region=us-east-1"], "bedrok"),
        (["--surface", "bedrock", "--set", "region=mars"], "region"),
        (["--surface", "bedrock", "--set", "region=us-east-1", "--set", "regoin=x"], "regoin"),
        (["--surface", "bedrock", "--set", "region=us-east-1", "--set", "models.opsu=x"], "models.opsu"),
        (["--surface", "bedrock", "--set", "region=us-east-1", "--set", "env.A B=x"], "env.A B"),
        (["--surface", "bedrock", "--set", "region=us-east-1", "--set", "env.CCSETUP_X=x"], "env.CCSETUP_X"),
        (["--surface", "bedrock", "--set", "region"], "KEY=VALUE"),
        (["--surface", "bedrock", "--set", "region=us-east-1", "--set", "aws_profile=\udcff"], "UTF-8"),
        (["--surface", "vertex", "--key-stdin", "--set", "project=my-project", "--set", "location=eu"], "base_url"),
        ([], "--surface"),
    ],
)
def test_a_refused_init_names_the_answer_and_saves_nothing(program: Program, flags: list[str], named: str) -> None:
    done = program.run("init", "p", *flags, "--no-verify")
    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert "internal error" not in done.err
    assert list(program.home.rglob("*.toml")) == []


def test_list_and_show_say_what_a_profile_holds(program: Program) -> None:
    assert program.ok("list").out == ""
    assert json.loads(program.ok("list", "--json").out) == {"schema": 1, "profiles": []}
    program.bedrock("prod", "--set", "models.default=opus")
    program.init("v", "vertex", project="my-project", location="global")
    lines = [line.split() for line in program.run("list", environment={"CCSETUP_PROFILE": "v"}).out.splitlines()]
    assert lines[1:] == [
        ["prod", "bedrock", "us-east-1", "opus", "no", "-"],
        ["*", "v", "vertex", "global", "-", "no", "-"],
    ]
    rows = json.loads(program.ok("list", "--json").out)["profiles"]
    assert [(row["profile"], row["place"], row["problem"]) for row in rows] == [
        ("prod", "us-east-1", None),
        ("v", "global", None),
    ]
    assert "my-prod" in program.ok("show", "prod").out
    shown = json.loads(program.ok("show", "prod", "--json").out)
    assert shown["set"] == {"aws_profile": "my-prod", "region": "us-east-1"}
    assert shown["models"] == {"default": "opus"}


def test_list_is_aligned_although_home_is_shortened(program: Program) -> None:
    folder = f"config_dir={program.home}/.claude-max"
    program.ok("init", "max", "--surface", "subscription", "--set", folder, "--yes", "--no-verify")
    program.ok("init", "work", "--surface", "api-key", "--set", "key=env:K", "--yes", "--no-verify")
    heads, *rows = program.ok("list").out.splitlines()
    assert "~/.claude-max" in rows[0]
    assert {row.index("no") for row in rows} == {heads.index("VERIFIED")}


def test_password_in_a_url_is_refused_and_in_no_listing(program: Program) -> None:
    url = "https://me:hunter2@gateway.example"
    words = ("init", "p", "--surface", "bedrock", "--set", "region=us-east-1", "--set", f"base_url={url}")
    done = program.run(*words, "--yes", "--no-verify")
    assert (done.code, "hunter2" in done.out + done.err) == (2, False)
    program.init("p", "bedrock", region="us-east-1")
    with (program.profiles / "p.toml").open("a") as file:
        file.write(f'base_url = "{url}"\n')
    for command in ("list", "list --json", "show p", "show p --json", "export p"):
        done = program.run(*command.split())
        assert (done.code == 0, "hunter2" in done.out + done.err) == (False, False)


def test_copy_rename_and_remove_carry_the_text_as_it_is(program: Program) -> None:
    program.bedrock("a")
    (program.profiles / "a.toml").write_text(COMMENTED)
    program.ok("copy", "a", "b")
    program.ok("rename", "a", "c")
    assert sorted(path.name for path in program.profiles.iterdir()) == ["b.toml", "c.toml"]
    assert {(program.profiles / name).read_text() for name in ("b.toml", "c.toml")} == {COMMENTED}
    private_tree(program.profiles)
    for words in (["copy", "b", "c"], ["rename", "b", "c"], ["rename", "b", "b"], ["copy", "nope", "d"]):
        assert program.run(*words).code == 2, words
    program.ok("remove", "b", "--yes")
    assert program.run("show", "b").code == 2
    assert not list(program.compiled.glob("[ab].*"))


def test_an_unreadable_profile_can_be_removed(program: Program) -> None:
    program.bedrock("p")
    (program.profiles / "p.toml").write_text("not toml")
    program.ok("remove", "p", "--yes")
    assert program.ok("list").out == ""


def test_export_and_import_bring_the_same_profiles_back(program: Program, tmp_path: Path) -> None:
    odd = "quo\"te 'single' \\ back\nline\ttab \x01 \x7f ünï 🐟 '''\"\"\"\r\n"
    program.bedrock("a", "--set", f"env.ODD={odd}", "--set", "models.opus=us.anthropic.claude-opus-5-5")
    program.init("b", "api-key", key="env:MY_KEY")
    document = program.ok("export", "a", "b", "a").out
    other = Warm(tmp_path / "other")
    other.home.mkdir()
    other.ok("import", "-", stdin=document)
    for name in ("a", "b"):
        theirs, ours = (tomllib.loads((p.profiles / f"{name}.toml").read_text()) for p in (other, program))
        assert theirs == ours
    assert other.ok("export", "a", "b").out == document
    private_tree(other.profiles)


def test_an_import_is_all_or_nothing(program: Program) -> None:
    program.bedrock("a")
    program.bedrock("b")
    document = program.ok("export", "a", "b").out
    program.ok("remove", "a", "--yes")
    done = program.run("import", "-", stdin=document)
    assert (done.code, done.out) == (2, "")
    assert "'b'" in done.err
    assert [path.name for path in program.profiles.iterdir()] == ["b.toml"]


@pytest.mark.parametrize(
    "document",
    [
        "",
        "not toml",
        "schema = 2\n[profiles]\n",
        "schema = 1\n",
        "schema = 1\nmore = 1\n[profiles]\n",
        'schema = 1\n[profiles."../x"]\nschema = 1\nsurface = "subscription"\n',
        'schema = 1\n[profiles.ok]\nschema = 1\nsurface = "subscription"\n[profiles.bad]\nschema = 1\nsurface = "x"\n',
        'schema = 1\n[profiles.p]\nschema = 1\nsurface = "api-key"\n[profiles.p.set]\nkey = "bare"\n',
        "schema = 1\nprofiles = 1\n",
        "schema = 1" + "0" * 5000,
        "schema = 1\na = " + "[" * 50000,
        "\0",
        "\udcff",
    ],
)
def test_a_malformed_import_adds_nothing(program: Program, document: str) -> None:
    (program.home / "team.toml").write_bytes(document.encode(errors="surrogateescape"))
    done = program.run("import", "team.toml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ccsetup: ")
    assert "internal error" not in done.err
    assert not list(program.home.glob(".config/**/*.toml"))


def test_file_edited_by_hand_counts_immediately(program: Program) -> None:
    program.bedrock("p")
    for region in ("eu-west-1", "us-west-2", "eu-west-1"):
        path = program.profiles / "p.toml"
        path.write_text(COMMENTED.replace("us-east-1", region))
        assert f"AWS_REGION='{region}'" in program.ok("env", "p", "--shell", "bash").out
        assert region in program.ok("show", "p").out
        assert region in program.ok("list").out


def test_a_profile_behind_a_symbolic_link_is_refused(program: Program) -> None:
    program.bedrock("p")
    (program.profiles / "p.toml").rename(program.home / "elsewhere.toml")
    (program.profiles / "p.toml").symlink_to(program.home / "elsewhere.toml")
    before = (program.home / "elsewhere.toml").read_bytes()
    force = ("init", "p", "--surface", "bedrock", "--set", "region=us-east-1", "--no-verify", "--force")
    for words in (["env", "p"], ["show", "p"], ["edit", "p"], ["copy", "p", "q"], force):
        done = program.run(*words)
        assert (done.code, done.out) == (2, ""), words
        assert "p.toml is a symbolic link" in done.err
    assert (program.home / "elsewhere.toml").read_bytes() == before


@pytest.mark.thorough
def test_a_read_only_home_can_be_read(program: Program) -> None:
    reader = Wrapped(program.home)
    program.bedrock("p")
    program.bedrock("never-compiled")
    program.ok("export", "p")
    for path in program.compiled.glob("never-compiled.*"):
        path.unlink()
    folders = [program.home, *(path for path in program.home.rglob("*") if path.is_dir())]
    for folder in reversed(folders):
        folder.chmod(0o500)
    try:
        refused = reader.run("copy", "p", "q")
        for words in (["env", "p"], ["env", "never-compiled"], ["show", "p"], ["list"], ["export", "p"]):
            done = reader.run(*words)
            assert (done.code, done.err) == (0, ""), words
            assert done.out
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert refused.code == 2
    assert "Permission denied" in refused.err or "Read-only" in refused.err
    assert not (program.profiles / "q.toml").exists()


def test_ccsetup_home_holds_everything(program: Program) -> None:
    room = program.home / "room"
    inside = Warm(program.home, {"CCSETUP_HOME": str(room)})
    inside.bedrock("p")
    inside.ok("env", "p")
    executable(program.home / "touch.sh", "#!/bin/sh\nexit 0\n")
    inside.run("edit", "p", environment={"EDITOR": str(program.home / "touch.sh")})
    assert sorted(path.name for path in program.home.iterdir()) == ["room", "touch.sh"]
    private_tree(room)
