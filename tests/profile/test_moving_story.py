"""docs/moving.md as a story: every profile of one home moves to another home, without secrets."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.support import file_keyring
from tests.support.program import Program
from tests.support.transcripts import FOLDER, SPECIMENS
from tests.support.warm import Warm

KEY = "sk-ant-api03-moved-by-hand-AAAA"


@pytest.fixture
def old(tmp_path: Path) -> Program:
    home = tmp_path / "ada"
    home.mkdir()
    old = Warm(home, file_keyring.variables(home / "ring.json"))
    old.ok("init", "work", "--surface", "api-key", "--key-stdin", "--yes", "--no-verify", stdin=KEY)
    old.init("max", "subscription", plan="max-5x", config_dir="~/.claude-max")
    old.init("vertex", "vertex", project="acme-ml", credentials_file=f"{home}/keys/sa.json")
    old.init("filed", "api-key", key=f"file:{home}/keys/work", **{"env.TMPDIR": f"{home}/tmp"})
    old.bedrock("prod")
    return old


@pytest.fixture
def new(tmp_path: Path) -> Program:
    home = tmp_path / "users" / "ada.l"
    home.mkdir(parents=True)
    return Warm(home, file_keyring.variables(home / "ring.json"))


def environment(program: Program, name: str) -> dict[str, str | None]:
    text = program.ok("env", name, "--shell", "json").out.replace(str(program.home), "HOME")
    values: dict[str, str | None] = json.loads(text)["env"]
    return values


def test_every_profile_moves_without_secrets_and_without_the_old_home(old: Program, new: Program) -> None:
    done = old.ok("export", "--all")
    assert KEY not in done.out
    assert set(tomllib.loads(done.out)["profiles"]) == {"work", "max", "vertex", "filed", "prod"}
    assert done.out.count(str(old.home)) == 1  # a variable of [env], which is written verbatim …
    assert "filed: env.TMPDIR names your home folder" in done.err  # … and named
    (new.home / "mine.toml").write_text(done.out)

    said = new.ok("import", "mine.toml").err
    for name in ("max", "vertex", "filed"):
        assert f"ccsetup trust {name}" in said
    assert "3 profiles need your permission; together: ccsetup trust --all" in said
    allowed = new.ok("trust", "--all", "--yes").err
    assert allowed.count(" would do this here:") == allowed.count(" is trusted on this machine") == 3
    assert "ccsetup trust prod" not in said
    assert "ccsetup key work key --set" in said
    refused = new.run("env", "work", "--shell", "sh")
    assert (refused.code, KEY in refused.out) == (3, False)
    new.ok("key", "work", "--set", stdin=KEY)
    (new.home / "keys").mkdir()
    (old.home / "keys").mkdir()
    for home in (old.home, new.home):
        (home / "keys" / "work").write_text(KEY)
        (home / "keys" / "work").chmod(0o600)

    for name in ("work", "max", "vertex", "prod"):
        assert environment(new, name) == environment(old, name)
    assert environment(new, "filed")["ANTHROPIC_API_KEY"] == KEY


def test_all_and_names_are_alternatives(old: Program, new: Program) -> None:
    assert old.run("export").code == old.run("export", "work", "--all").code == 2
    assert "no profiles to export" in new.run("export", "--all").err


def test_a_folder_whose_name_begins_like_the_home_stays(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    program = Warm(tmp_path / "ada", {})
    program.init("max", "subscription", plan="pro", config_dir=f"{tmp_path}/ada-too/.claude")
    done = program.ok("export", "max")
    assert f"{tmp_path}/ada-too/.claude" in done.out
    assert done.err == ""


@pytest.mark.thorough
def test_counts_of_cost_move_with_their_folder(old: Program, new: Program) -> None:
    shutil.copytree(FOLDER / SPECIMENS[0], old.home / ".claude", dirs_exist_ok=True)
    counted = json.loads(old.run("cost", "--since", "2020-01-01", "--json").out)
    state = Path(".local") / "state" / "ccsetup" / "usage"
    shutil.copytree(old.home / state, new.home / state)
    moved = json.loads(new.run("cost", "--since", "2020-01-01", "--json").out)
    used = [[(one["requests"], one["tokens"]) for one in document["profiles"]] for document in (counted, moved)]
    assert used[0] == used[1] != []  # whose bill it is follows from the profiles that are there


def test_export_of_all_leaves_out_an_unreadable_profile_and_exits_with_3(old: Program) -> None:
    (old.profiles / "broken.toml").write_text("schema = 1\nsurface = \n")
    done = old.run("export", "--all")
    assert done.code == 3
    assert set(tomllib.loads(done.out)["profiles"]) == {"work", "max", "vertex", "filed", "prod"}
    assert "broken.toml" in done.err
    assert "left out, because unreadable: broken" in done.err
    named = old.run("export", "work", "broken")
    assert (named.code, named.out) == (2, "")


def test_export_of_nothing_but_an_unreadable_profile_prints_no_document(new: Program) -> None:
    new.profiles.mkdir(parents=True)
    (new.profiles / "broken.toml").write_text("schema = 1\nsurface = \n")
    done = new.run("export", "--all")
    assert (done.code, done.out) == (2, "")
    assert "broken.toml" in done.err
