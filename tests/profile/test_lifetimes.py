"""A keyring entry ends with its profile, whatever happens: no later profile of the name gets the old key."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.desktop import executable
from tests.support.hostile_keyring import Forked

OLD = "sk-ant-api03-" + "o" * 40 + "-old"
NEW = "sk-ant-api03-" + "n" * 40 + "-new"
OTHER = "sk-ant-api03-" + "t" * 40 + "-other"
INIT = ("init", "work", "--surface", "api-key", "--key-stdin", "--no-verify", "--yes")
FORCE = ("init", "work", "--no-verify", "--yes", "--force", "--surface")
STRANGER = '[profiles.work]\nschema = 1\nsurface = "api-key"\n[profiles.work.set]\nkey = "keyring:"\n'
EDITS = {
    "moved": "s/keyring:/env:X/",
    "surface": 's/api-key/gateway/; s/^key = .*/auth_token = "keyring:"\\nbase_url = "http:\\/\\/127.0.0.1:9"/',
}

# What is done to the profile `work`, which has the key OLD; `gone` when its file was deleted by hand before.
ACTIONS: Mapping[str, tuple[tuple[str, ...], str, bool]] = {
    "remove": (("remove", "work", "--yes"), "", False),
    "rename": (("rename", "work", "elsewhere"), "", False),
    "force-surface": ((*FORCE, "bedrock", "--set", "region=us-east-1"), "", False),
    "force-other-answer": (
        (*FORCE, "gateway", "--set", "base_url=http://127.0.0.1:9", "--set", "auth_token=keyring:"), "", False,
    ),
    "force-without-key": (
        (*FORCE, "api-key", "--set", "key=keyring:", "--set", "base_url=http://127.0.0.1:9"), "", False,
    ),
    "force-reference": ((*FORCE, "api-key", "--set", "key=env:X"), "", False),
    "force-new-key": ((*INIT, "--force", "--set", "base_url=http://127.0.0.1:9"), NEW, False),
    "edit-reference": (("edit", "work"), "moved", False),
    "edit-surface": (("edit", "work"), "surface", False),
    "init-after-rm": ((*FORCE[:-2], "--surface", "api-key", "--set", "key=keyring:"), "", True),
    "import-after-rm": (("import", "team.toml"), "", True),
    "copy-after-rm": (("copy", "other", "work"), "", True),
    "rename-after-rm": (("rename", "other", "work"), "", True),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Forked:
    home = tmp_path / "home"
    home.mkdir()
    (home / "team.toml").write_text("schema = 1\n" + STRANGER)
    return Forked(home)


def prepared(here: Forked, action: str) -> tuple[Forked, tuple[str, ...], str]:
    words, given, gone = ACTIONS[action]
    here.ok(*INIT, stdin=OLD)
    here.ok("init", "other", *INIT[2:], stdin=OTHER)
    if gone:
        (here.profiles / "work.toml").unlink()
    if given in EDITS:
        editor = executable(here.home.parent / "edit", f"#!/bin/sh\nsed -i '{EDITS[given]}' \"$1\"\n")
        return Forked(here.home, {"EDITOR": str(editor)}), words, ""
    return here, words, given


def never_old(here: Forked, *, but: bytes = b"", whole: bool = False) -> None:
    """No profile called `work`, other than the one with the text `but`, gets the old key."""
    file = here.profiles / "work.toml"
    words = (("key", "work"), ("env", "work", "--shell", "sh"), ("run", "work", "--", "env"))
    if file.exists() and file.read_bytes() != but:
        assert OLD not in here.run(*words[0]).out
    file.unlink(missing_ok=True)
    here.ok("import", "team.toml")
    for command in words if whole else words[:1]:
        done = here.run(*command)
        assert OLD not in done.out
        assert done.code == 3
    if whole:
        here.ok("key", "work", "--set", stdin=NEW)
        assert here.ok("key", "work").out == f"{NEW}\n"


QUICK = ("remove", "force-without-key", "force-new-key", "edit-surface")  # the others only repeat the mechanism


@pytest.mark.parametrize(
    "action", [pytest.param(name, marks=[pytest.mark.thorough] * (name not in QUICK)) for name in ACTIONS]
)
def test_killed_before_any_step_no_later_profile_has_the_old_key(here: Forked, action: str) -> None:
    template = here.home.parent
    here, words, given = prepared(here, action)
    _copy(template / "home", template / "as-home")
    _copy(template / "keyring", template / "as-keyring")
    file = here.profiles / "work.toml"
    text = file.read_bytes() if file.exists() else b""
    for step in range(1, 80):
        _copy(template / "as-home", template / "home")
        _copy(template / "as-keyring", template / "keyring")
        done = here.run(*words, stdin=given, kill=step)
        never_old(here, but=text, whole=done.code != -9)
        if done.code != -9:
            assert done.code == 0, done
            assert step > 3
            return
    raise AssertionError("it never ended")


@pytest.mark.parametrize(
    "refuses", [("delete",), pytest.param(("get", "set", "delete"), marks=pytest.mark.thorough)], ids=",".join
)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_keyring_that_refuses_keeps_a_key_that_no_later_profile_has(
    here: Forked, action: str, refuses: tuple[str, ...]
) -> None:
    here, words, given = prepared(here, action)
    file = here.profiles / "work.toml"
    text = file.read_bytes() if file.exists() else b""
    done = here.run(*words, stdin=given, refuses=refuses)
    assert done.code in (0, 3)
    assert OLD not in done.out + done.err
    never_old(here, but=text, whole=True)
    # Deleted as soon as the keyring answered; a renamed profile keeps its key under its new name.
    assert {entry for entry, key in here.entries.items() if key == OLD} <= {"elsewhere/key"}


def test_what_version_0_1_0_stored_stays_usable(here: Forked) -> None:
    here.ok(*INIT, stdin=OLD)
    (here.home / ".local/state/ccsetup/keyring/work.json").unlink()
    assert here.ok("key", "work").out == f"{OLD}\n"
    here.ok("rename", "work", "renamed")
    assert here.ok("key", "renamed").out == f"{OLD}\n"
    assert here.entries == {"renamed/key": OLD}


def test_an_edit_that_keeps_the_reference_keeps_the_key(here: Forked) -> None:
    here.ok(*INIT, stdin=OLD)
    editor = executable(
        here.home.parent / "edit", '#!/bin/sh\nprintf \'[models]\\nopus = "claude-opus-5-5"\\n\' >> "$1"\n'
    )
    Forked(here.home, {"EDITOR": str(editor)}).ok("edit", "work")
    assert here.ok("key", "work").out == f"{OLD}\n"


def test_a_record_that_cannot_be_understood_allows_nothing(here: Forked) -> None:
    here.ok(*INIT, stdin=OLD)
    record = here.home / ".local/state/ccsetup/keyring/work.json"
    assert record.stat().st_mode & 0o777 == 0o600
    for content in ("", "[]", '{"schema":1,"usable":["key"],"more":1}'):
        record.write_text(content)
        assert here.run("key", "work").code == 3
    here.ok("key", "work", "--set", stdin=NEW)
    assert here.ok("key", "work").out == f"{NEW}\n"


def test_another_profile_cannot_name_an_entry_that_ended(here: Forked) -> None:
    here.ok(*INIT, stdin=OLD)
    here.ok("init", "second", "--surface", "api-key", "--set", "key=keyring:work/key", "--no-verify", "--yes")
    assert here.ok("key", "second").out == f"{OLD}\n"
    here.run("remove", "work", "--yes", refuses=("delete",))
    done = here.run("key", "second")
    assert (done.code, done.out) == (3, "")


def test_private_files_end_with_the_profile_that_names_them(here: Forked) -> None:
    folder = here.home / ".config/ccsetup/secrets"
    folder.mkdir(parents=True)
    for name in ("work.key", "stays.key"):
        (folder / name).write_text(OLD)
        (folder / name).chmod(0o600)
        profile = name.partition(".")[0]
        here.ok("init", profile, "--surface", "api-key", "--set", f"key=file:{folder / name}", "--no-verify", "--yes")
    here.ok("copy", "stays", "copied")
    here.ok("remove", "stays", "--yes")
    assert sorted(path.name for path in folder.iterdir()) == ["stays.key", "work.key"]
    here.ok("remove", "work", "--yes")
    assert [path.name for path in folder.iterdir()] == ["stays.key"]


def _copy(source: Path, target: Path) -> None:
    import shutil

    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)


GATEWAY = ("--surface", "gateway", "--set", "base_url=https://llm.example", "--no-verify", "--yes")
HEADERS = "X-Gateway-Pass: tok_one_1234567890\nX-Team: research lab"


@pytest.mark.parametrize("answers", [("headers",), ("auth_token", "headers")])
def test_each_secret_of_a_profile_can_be_stored_by_its_name(here: Forked, answers: tuple[str, ...]) -> None:
    given = [word for answer in answers for word in ("--set", f"{answer}=keyring:")]
    here.ok("init", "gw", *GATEWAY, *given)
    secrets = {"headers": HEADERS, "auth_token": "tok_live_0987654321"}
    for answer in answers:
        here.ok("key", "gw", answer, "--set", stdin=secrets[answer])
    for answer in answers:
        assert here.ok("key", "gw", answer).out == f"{secrets[answer]}\n"
    assert here.entries == {f"gw/{answer}": secrets[answer] for answer in answers}
    assert json.loads(here.ok("env", "gw", "--shell", "json").out)["env"]["ANTHROPIC_CUSTOM_HEADERS"] == HEADERS


@pytest.mark.parametrize(
    ("words", "code", "names"),
    [
        (("key", "gw"), 3, "ccsetup key gw headers"),
        (("key", "gw", "--set"), 3, "ccsetup key gw headers"),
        (("key", "gw", "auth_token"), 2, "it has: headers"),
        (("key", "gw", NEW, "--set"), 2, "it has: headers"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_headers_are_never_taken_for_the_credential(
    here: Forked, words: tuple[str, ...], code: int, names: str
) -> None:
    here.ok("init", "gw", *GATEWAY, "--set", "headers=keyring:", "--key-stdin", stdin=HEADERS)
    done = here.run(*words, stdin="tok_other_1234567890")
    assert (done.code, done.out) == (code, "")
    assert names in done.err
    assert NEW not in done.err
    assert list(here.entries.values()) == [HEADERS]
