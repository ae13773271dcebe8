"""The operating system's keyring, a real one: what is kept there, what is carried and deleted, what happens without."""

import pytest

from tests.desktop import executable, in_keyring_session
from tests.program import Program

KEY = "sk-ant-api03-" + "k" * 40 + "-first"
OTHER = "sk-ant-api03-" + "o" * 40 + "-other"
INIT = "ccsetup init work --surface api-key --key-stdin --no-verify"

pytestmark = pytest.mark.secret_service


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
        ccsetup remove copy; held
        ccsetup remove new; held
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


def test_a_locked_keyring_is_told_and_nothing_is_saved(program: Program) -> None:
    lock = (
        "busctl --user call org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service "
        "Lock ao 1 /org/freedesktop/secrets/collection/login >/dev/null"
    )
    done = in_keyring_session(
        program,
        f"""
        printf %s {KEY} | {INIT} 2>/dev/null
        python "$HOME/lock.py" || {lock}
        ccsetup key work; echo "key $?"
        ccsetup env work; echo "env $?"
        printf %s {OTHER} | {INIT.replace("work", "other")}; echo "init $?"
        """,
    )
    assert done.out.splitlines() == ["key 3", "env 3", "init 3"], done.err
    assert "No keyring can be used here" in done.err
    assert "internal error" not in done.err
    assert [path.stem for path in program.profiles.iterdir()] == ["work"]


@pytest.fixture(autouse=True)
def _lock_script(program: Program) -> None:
    executable(
        program.home / "lock.py",
        "import secretstorage\nbus = secretstorage.dbus_init()\nsecretstorage.get_default_collection(bus).lock()\n",
    )
