"""`remove` asks, and can be undone; the secret does not come back."""

from pathlib import Path

import pytest

from tests.support.hostile_keyring import Forked

KEY = "sk-ant-api03-" + "k" * 40 + "-gone"
INIT = ("init", "work", "--surface", "api-key", "--key-stdin", "--no-verify", "--yes")
STATE = ".local/state/ccsetup"


@pytest.fixture
def here(tmp_path: Path) -> Forked:
    home = tmp_path / "home"
    home.mkdir()
    here = Forked(home)
    here.ok(*INIT, stdin=KEY)
    return here


@pytest.mark.thorough
def test_without_a_terminal_it_names_yes_and_changes_nothing(here: Forked) -> None:
    before = (here.profiles / "work.toml").read_bytes()
    done = here.run("remove", "work")
    assert (done.code, done.out) == (2, "")
    assert "its key in this machine's keyring" in done.err
    assert "--yes" in done.err
    assert (here.profiles / "work.toml").read_bytes() == before
    assert here.ok("key", "work").out == f"{KEY}\n"


def test_what_was_removed_comes_back_except_the_secret(here: Forked) -> None:
    file = here.profiles / "work.toml"
    file.write_bytes(file.read_bytes() + b'# mine\n[models]\nopus = "claude-opus-5-5"\n')
    before = file.read_bytes()
    pending = here.home / STATE / "pending/work"
    pending.parent.mkdir(parents=True, exist_ok=True)
    pending.write_text("api-key-rejected\n")
    assert "remove work --undo" in here.ok("remove", "work", "--yes").err
    assert not file.exists()
    assert here.entries == {}
    kept = here.home / STATE / "removed/work.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    done = here.ok("remove", "work", "--undo")
    assert "ccsetup key work key --set" in done.err
    assert file.read_bytes() == before
    assert pending.read_text() == "api-key-rejected\n"
    assert here.run("key", "work").code == 3
    again = here.run("remove", "work", "--undo")
    assert (again.code, len(again.err.splitlines())) == (2, 2)
    here.ok("key", "work", "--set", stdin=KEY)
    assert here.ok("key", "work").out == f"{KEY}\n"


def test_an_imported_profile_comes_back_as_trusted_as_it_was(here: Forked) -> None:
    text = (
        'schema = 1\n[profiles.theirs]\nschema = 1\nsurface = "api-key"\n[profiles.theirs.set]\nkey = "cmd:echo it"\n'
    )
    (here.home / "team.toml").write_text(text)
    here.ok("import", "team.toml")
    here.ok("remove", "theirs", "--yes")
    here.ok("remove", "theirs", "--undo")
    assert here.run("key", "theirs").code == 3  # not trusted before, not trusted now


def test_a_name_taken_meanwhile_is_refused_and_keeps_what_could_be_undone(here: Forked) -> None:
    here.ok("remove", "work", "--yes")
    here.ok("init", "work", "--surface", "bedrock", "--set", "region=us-east-1", "--no-verify", "--yes")
    taken = (here.profiles / "work.toml").read_bytes()
    assert here.run("remove", "work", "--undo").code == 2
    assert (here.profiles / "work.toml").read_bytes() == taken
    here.ok("rename", "work", "other")
    here.ok("remove", "work", "--undo")


@pytest.mark.parametrize("name", ["nosuch", "../work", "-x", ""])
def test_nothing_to_undo_is_refused(here: Forked, name: str) -> None:
    assert here.run("remove", "--undo", "--", name).code == 2


def test_a_file_that_may_hold_a_secret_is_removed_and_not_kept(here: Forked) -> None:
    (here.profiles / "work.toml").write_text(f'schema = 1\nsurface = "api-key"\n[set]\nkey = "{KEY}"\n')
    done = here.ok("remove", "work", "--yes")
    assert KEY not in done.err
    assert "--undo" not in done.err
    assert here.run("remove", "work", "--undo").code == 2
    for path in here.home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_damaged_record_is_named_in_one_line(here: Forked) -> None:
    here.ok("remove", "work", "--yes")
    (here.home / STATE / "removed/work.json").write_text("{")
    done = here.run("remove", "work", "--undo")
    assert (done.code, "removed/work.json" in done.err) == (2, True)


def test_a_file_put_back_by_hand_has_not_the_key_that_a_keyring_would_not_delete(here: Forked) -> None:
    file = here.profiles / "work.toml"
    text = file.read_bytes()
    done = here.run("remove", "work", "--yes", refuses=("delete",))
    assert (done.code, "may still be in the keyring" in done.err) == (0, True)
    assert here.entries == {"work/key": KEY}
    file.write_bytes(text)
    assert here.run("key", "work").code == 3


@pytest.mark.thorough
def test_a_file_that_cannot_be_read_is_reported_to_be_gone_for_good(here: Forked) -> None:
    (here.profiles / "work.toml").write_text("schema = 2\n")
    assert "no copy is kept" in here.run("remove", "work").err


def test_a_private_file_of_ccsetup_goes_and_is_asked_for_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    here = Forked(home, {"ANTHROPIC_API_KEY": KEY})
    secret = home / ".config/ccsetup/secrets/work.key"
    done = here.run("init", "work", "--from-env", "--no-verify", "--yes", refuses=("get", "set", "delete"))
    assert (done.code, secret.read_text()) == (0, KEY)
    assert "~/.config/ccsetup/secrets/work.key, which --undo cannot restore" in here.run("remove", "work").err
    here.ok("remove", "work", "--yes")
    assert not secret.exists()
    assert "ccsetup key work key --set" in here.ok("remove", "work", "--undo").err
    here.ok("key", "work", "key", "--set", stdin=f"{KEY}-new")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert here.ok("key", "work").out == f"{KEY}-new\n"


def test_a_private_file_that_a_copy_uses_is_not_written_by_a_new_profile(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    words = ("init", "work", "--from-env", "--no-verify", "--yes")
    none = ("get", "set", "delete")
    first = Forked(home, {"ANTHROPIC_API_KEY": KEY})
    assert first.run(*words, refuses=none).code == 0
    first.ok("copy", "work", "other")
    assert "which --undo cannot restore" not in first.run("remove", "work").err  # the copy keeps it
    first.ok("remove", "work", "--yes")
    second = Forked(home, {"ANTHROPIC_API_KEY": f"{KEY}-2"})
    assert second.run(*words, refuses=none).code == 0
    assert second.ok("key", "other").out == f"{KEY}\n"
    assert second.ok("key", "work").out == f"{KEY}-2\n"
