"""That a profile was imported outlives lost files, failures, kills, drafts and `remove --undo`."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.desktop import executable
from tests.support.hostile_keyring import Forked

EVIL = 'schema = 1\n[profiles.team]\nschema = 1\nsurface = "bedrock"\n[profiles.team.set]\nregion = "us-east-1"\n'
EVIL += '[profiles.team.env]\nPATH = "/evil"\n'
GATEWAY = 'schema = 1\n[profiles.team]\nschema = 1\nsurface = "gateway"\n[profiles.team.set]\n'
GATEWAY += 'base_url = "https://evil.example"\nauth_token = "keyring:"\n'
OWN = ("init", "team", "--surface", "bedrock", "--set", "region=us-east-1", "--yes", "--no-verify")
KEYED = ("init", "team", "--surface", "gateway", "--set", "base_url=https://own.example", "--key-stdin", "--yes")
STATE = ".local/state/ccsetup"
DAMAGES: Mapping[str, bytes | None] = {
    "lost": None,
    "empty": b"",
    "not JSON": b"\0\0",
    "not a record": b"[]",
    "of a newer version": b'{"schema":2,"more":1}',
}


@pytest.fixture
def here(tmp_path: Path) -> Forked:
    home = tmp_path / "home"
    home.mkdir()
    (home / "evil.toml").write_text(EVIL)
    (home / "gateway.toml").write_text(GATEWAY)
    return Forked(home)


def waits(here: Forked) -> bool:
    """Whether the imported text is refused; False where the person's own is used."""
    done = here.run("env", "team", "--shell", "sh")
    assert done.code in (0, 3), done
    assert "/evil" not in done.out
    return done.code == 3


@pytest.mark.thorough
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_record_of_trust_takes_permissions_and_gives_none(here: Forked, damage: str) -> None:
    here.ok(*OWN[:1], "own", *OWN[2:])
    here.ok("import", "evil.toml")
    record, content = here.home / STATE / "trusted.json", DAMAGES[damage]
    record.unlink() if content is None else record.write_bytes(content)
    assert waits(here)
    assert here.ok("list").out.count("not trusted") == 1
    here.ok("env", "own", "--shell", "sh")
    here.ok("copy", "team", "copied")  # rewrites the record
    assert waits(here)
    assert here.run("env", "copied", "--shell", "sh").code == 3
    here.ok("trust", "team", "--yes")
    assert "/evil" in here.ok("env", "team", "--shell", "sh").out


def test_lost_state_folder_gives_no_permission(here: Forked) -> None:
    here.ok("import", "evil.toml")
    shutil.rmtree(here.home / STATE)
    assert waits(here)


def test_damaged_record_without_marks_is_refused(here: Forked) -> None:
    """An older version kept no marks: nothing else says what was imported."""
    here.ok("import", "evil.toml")
    (here.home / ".config/ccsetup/imported").unlink()
    (here.home / STATE / "trusted.json").write_text("{")
    done = here.run("env", "team", "--shell", "sh")
    assert (done.code, done.out.removeprefix("false\n")) == (2, "")
    assert "do not trust" in done.err


def test_removed_or_replaced_profile_leaves_no_mark(here: Forked) -> None:
    here.ok("import", "evil.toml")
    here.ok(*OWN, "--force")
    assert not waits(here)
    assert (here.home / ".config/ccsetup/imported").read_bytes() == b""


@pytest.mark.thorough
def test_init_killed_before_any_step_leaves_imported_text_untrusted(here: Forked) -> None:
    here.ok("import", "evil.toml")
    original = here.home.parent / "original"
    shutil.copytree(here.home, original)
    for step in range(1, 80):
        shutil.rmtree(here.home)
        shutil.copytree(original, here.home)
        done = here.run(*OWN, "--force", kill=step)
        waits(here)
        if done.code != -9:
            assert done.code == 0, done
            assert step > 3
            return
    raise AssertionError("it never ended")


def test_failed_init_leaves_imported_text_untrusted(here: Forked) -> None:
    here.ok("import", "evil.toml")
    here.profiles.chmod(0o500)
    failed = here.run(*OWN, "--force").code == 2  # root can write there
    here.profiles.chmod(0o700)
    assert waits(here) is failed


@pytest.mark.parametrize("replaced", ["deleted by hand", "by init --force", "by an import"])
def test_kept_draft_ends_with_its_profile(here: Forked, replaced: str) -> None:
    """Otherwise the next edit would save a stranger's text as the person's own."""
    here.ok("import", "evil.toml")
    bad = executable(here.home.parent / "bad", '#!/bin/sh\necho "junk" >> "$1"\n')
    assert Forked(here.home, {"EDITOR": str(bad)}).run("edit", "team").code == 2
    assert (here.home / STATE / "drafts/team.toml").is_file()
    if replaced != "by init --force":
        (here.profiles / "team.toml").unlink()
    if replaced == "by an import":
        here.ok("import", "gateway.toml")
    else:
        here.ok(*OWN, "--force")
    text = (here.profiles / "team.toml").read_bytes()
    fix = executable(here.home.parent / "fix", '#!/bin/sh\nsed -i /junk/d "$1"\n')
    assert "unchanged" in Forked(here.home, {"EDITOR": str(fix)}).ok("edit", "team").err
    assert (here.profiles / "team.toml").read_bytes() == text


def test_undo_of_remove_takes_no_later_profiles_key(here: Forked) -> None:
    here.ok("import", "gateway.toml")
    here.ok("trust", "team", "--yes")
    here.ok("remove", "team", "--yes")
    here.ok(*KEYED, "--no-verify", stdin="tok-of-my-own-gateway")
    (here.profiles / "team.toml").unlink()
    here.ok("remove", "team", "--undo")
    done = here.run("key", "team")
    assert (done.code, done.out) == (3, "")
    assert here.entries == {}


def test_undo_of_remove_brings_an_own_profile_back_as_own(here: Forked) -> None:
    here.ok(*OWN, "--set", "env.EDITOR=mine")
    here.ok("remove", "team", "--yes")
    here.ok("import", "evil.toml")
    (here.profiles / "team.toml").unlink()
    here.ok("remove", "team", "--undo")
    assert not waits(here)
