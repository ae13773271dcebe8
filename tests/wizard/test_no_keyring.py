"""`init --key-stdin` on a machine without a keyring: what it advises works for a profile that is not saved yet."""

from tests.support.program import Program

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_advice_names_no_profile_that_does_not_exist(program: Program) -> None:
    words = ("init", "team", "--surface", "api-key", "--key-stdin", "--yes", "--no-verify")
    done = program.run(*words, stdin="sk-ant-api03-abcdefghijklmnopqrstuvwxyz", environment=NO_KEYRING)
    assert done.code == 3
    assert "No keyring is available here" in done.err
    assert "ccsetup edit" not in done.err
    assert "install -m 600 /dev/null ~/key && cat > ~/key" in done.err
    (program.home / "key").write_text("sk-ant-api03-abcdefghijklmnopqrstuvwxyz")
    (program.home / "key").chmod(0o600)
    program.ok("init", "team", "--surface", "api-key", "--set", "key=file:~/key", "--yes", "--no-verify")
    again = program.run("key", "team", "--set", stdin="sk-ant-api03-zyxwvutsrqponmlkjihgfedcba", environment=NO_KEYRING)
    assert again.code != 0
