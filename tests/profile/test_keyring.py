"""The operating system's keyring, a real one: what is kept there, what is carried and deleted, what happens without."""

import pytest

from tests.support.desktop import in_keyring_session
from tests.support.program import Program

KEY = "sk-ant-api03-" + "k" * 40 + "-first"
OTHER = "sk-ant-api03-" + "o" * 40 + "-other"
INIT = "ccsetup init work --surface api-key --key-stdin --no-verify"

real = pytest.mark.secret_service


@pytest.mark.thorough
@real
def test_a_stored_key_comes_back_and_lies_in_no_file(program: Program) -> None:
    done = in_keyring_session(
        program,
        f"""
        set -e
        printf '%s\\n' {KEY} | {INIT} 2>/dev/null
        ccsetup key work
        eval "$(ccsetup env work --shell sh)"
        echo "$ANTHROPIC_API_KEY"
        ccsetup run work -- printenv ANTHROPIC_API_KEY
        printf %s {OTHER} | ccsetup key work --set 2>/dev/null
        ccsetup key work
        cat .config/ccsetup/profiles/work.toml
        """,
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:4] == [KEY, KEY, KEY, OTHER]
    assert 'key = "keyring:"' in done.out.splitlines()
    for path in program.home.rglob("*"):
        if path.is_file():
            assert not {KEY.encode(), OTHER.encode()} & {path.read_bytes()}
            assert KEY.encode()[13:53] not in path.read_bytes(), path


@pytest.mark.thorough
@real
def test_copy_rename_and_remove_take_the_key_along(program: Program) -> None:
    done = in_keyring_session(
        program,
        f"""
        held() {{ python -c 'import keyring; print(sorted(
            name for name in ("work", "copy", "new") if keyring.get_password("ccsetup", name + "/key")))'; }}
        printf %s {KEY} | {INIT}
        ccsetup copy work copy; held
        ccsetup rename work new; held
        ccsetup key new
        ccsetup copy new copy || held
        ccsetup remove copy --yes; held
        ccsetup remove new --yes; held
        """,
    )
    assert done.out.splitlines() == [
        "['copy', 'work']",
        "['copy', 'new']",
        KEY,
        "['copy', 'new']",
        "['new']",
        "[]",
    ], done.err


@pytest.mark.thorough
@real
def test_a_save_that_fails_leaves_the_keyring_as_it_was(program: Program) -> None:
    done = in_keyring_session(
        program,
        f"""
        printf %s {KEY} | {INIT}
        ulimit -f 0
        printf %s {OTHER} | {INIT} --force || echo "refused $?"
        printf %s {OTHER} | {INIT.replace("work", "fresh")} || echo "refused $?"
        ccsetup copy work copy || echo "refused $?"
        ccsetup key work
        python -c 'import keyring; print([keyring.get_password("ccsetup", n + "/key") for n in ("fresh", "copy")])'
        """,
    )
    assert done.out.splitlines() == [*["refused 2"] * 3, KEY, "[None, None]"], done.err
    assert KEY not in done.err
    assert OTHER not in done.err


@pytest.mark.thorough
@real
def test_a_locked_keyring_is_reported_and_nothing_is_saved(program: Program) -> None:
    done = in_keyring_session(
        program,
        f"""
        printf %s {KEY} | {INIT} 2>/dev/null
        python -c 'import secretstorage as s; s.get_default_collection(s.dbus_init()).lock()'
        ccsetup key work; echo "key $?"
        ccsetup env work; echo "env $?"
        printf %s {OTHER} | ccsetup key work --set; echo "set $?"
        printf %s {OTHER} | {INIT.replace("work", "other")}; echo "init $?"
        ccsetup copy work copy; echo "copy $?"
        """,
    )
    assert done.out.splitlines() == ["key 3", "false", "env 3", "set 3", "init 3", "copy 3"], done.err
    assert done.err.count("No keyring is available here: KeyringLocked") == 5, done.err
    assert [path.stem for path in program.profiles.iterdir()] == ["work"]


@pytest.mark.parametrize("backend", ["", "null", "fail"])
def test_without_a_keyring_nothing_is_saved_and_the_alternatives_are_named(program: Program, backend: str) -> None:
    named = {"PYTHON_KEYRING_BACKEND": f"keyring.backends.{backend}.Keyring"} if backend else {}
    done = program.run(*INIT.split()[1:], stdin=KEY, environment=named)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("ccsetup: No keyring is available here: ")
    for alternative in ("env:NAME", "file:PATH", "op://", "cmd:COMMAND", "--set key=env:NAME"):
        assert alternative in done.err
    assert KEY[13:] not in done.err
    assert not list(program.home.rglob("*.toml"))


def test_without_a_keyring_a_profile_that_needs_it_prints_nothing(program: Program) -> None:
    program.init("work", "api-key", key="keyring:")
    for words in (["env", "work"], ["key", "work"], ["run", "work", "--", "true"], ["copy", "work", "copy"]):
        done = program.run(*words)
        assert (done.code, done.out) == (3, ""), words
        assert "No keyring is available here" in done.err
        assert "ccsetup edit work" in done.err
    assert program.run("key", "work", "--set", stdin=KEY).code == 3
    null = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    done = program.run("env", "work", environment=null)
    assert (done.code, done.out) == (3, "")
    assert "ccsetup key work key --set" in done.err
    done = program.ok("remove", "work", "--yes")
    assert "may still be in the keyring" in done.err
    assert not list(program.profiles.iterdir())
