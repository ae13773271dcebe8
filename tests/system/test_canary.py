"""One recognisable key goes through every command and every failure; afterwards everything is searched for it."""

import base64
import secrets
from pathlib import Path

import pytest

from tests.support.desktop import Watch, executable, in_keyring_session
from tests.support.program import Program
from tests.support.warm import Warm

BASH = ["--shell", "bash"]
ANSWERS = (["env", "p", *BASH], ["env", "p", "--shell", "json"], ["env", "p", "--shell", "dotenv"], ["key", "p"])
SILENT = (
    ["list"],
    ["list", "--json"],
    ["show", "p"],
    ["show", "p", "--json"],
    ["export", "p"],
    ["env", "--off", *BASH],
    ["env", "p", "--shell", "tcsh"],
    ["env", "p", "--write", "refused.env"],
    ["env", "p", "--shell", "json", "--write", "refused.json"],
    ["run", "p", "--", "true"],
    ["run", "p"],
    ["run", "p", "--", "no-such-program"],
    ["edit", "p"],
    ["trust", "p"],
    ["copy", "p", "q"],
    ["rename", "q", "r"],
    ["remove", "r", "--yes"],
    ["hook", "bash"],
    ["completion", "zsh"],
    ["explain", "secret-missing"],
    ["import", "no-such-file"],
)
LEAKY = """
import logging, os
from keyring.backend import KeyringBackend
KEY = open(os.environ["CANARY"]).read()
class Text(str):
    def __len__(self): raise ValueError(KEY)
class Raises(KeyringBackend):
    priority = 1
    def get_password(self, *_): logging.warning("entry"); raise OSError(5, KEY)
    def set_password(self, service, name, value): raise RuntimeError(f"cannot keep {value}")
class Breaks(KeyringBackend):
    priority = 1
    def get_password(self, *_): return Text(KEY)
    def set_password(self, *_): raise SystemError(KEY)
"""


class Canary:
    """A key, and every spelling of its middle that a search must not meet."""

    def __init__(self, folder: Path) -> None:
        self.middle = secrets.token_hex(24)
        self.key = f"sk-ant-api03-{self.middle}-f3a9"
        folder.mkdir()
        self.file = folder / "key"
        self.file.write_text(self.key)
        self.file.chmod(0o600)
        inside = [base64.b64encode(self.middle[skip:].encode())[:40] for skip in range(3)]
        self.spellings = [self.middle.encode(), self.middle.encode().hex().encode(), *inside]

    def sings(self, where: bytes) -> bool:
        return any(spelling in where for spelling in self.spellings)

    def search(self, folder: Path, besides: Path | None = None) -> None:
        for path in folder.rglob("*"):
            assert not self.sings(str(path).encode())
            assert not path.is_file() or besides in path.parents or not self.sings(path.read_bytes()), path


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    return Canary(tmp_path / "outside")


@pytest.fixture
def armed(program: Program, canary: Canary) -> Program:
    """The program with a `claude`, an `op`, an editor and a hostile backend, and every switch that makes tools talk."""
    tools = program.home.parent / "tools"
    executable(tools / "claude", "#!/bin/sh\nsleep 0.05\n")
    executable(tools / "op", f"#!/bin/sh\nsleep 0.05\ncat {canary.file}\n")
    executable(tools / "leaky.py", LEAKY)
    return Warm(
        program.home,
        {
            "PATH": f"{tools}:{program.environment['PATH']}",
            "EDITOR": "true",
            "WORK_KEY": canary.key,
            "CANARY": str(canary.file),
            "PYTHONPATH": str(tools),
            "CCSETUP_DEBUG": "1",
            "DEBUG": "1",
            "_TYPER_STANDARD_TRACEBACK": "1",
        },
    )


def silent(program: Program, canary: Canary, *words: str, stdin: str | None = None, **environment: str) -> None:
    done = program.run(*words, stdin=stdin, environment=environment)
    assert not canary.sings(done.out.encode(errors="surrogateescape")), words
    assert not canary.sings(done.err.encode(errors="surrogateescape")), words


@pytest.mark.parametrize("reference", ["env:WORK_KEY", "file:{}", "cmd:sleep 0.05; cat '{}'", "op://vault/item/field"])
def test_a_key_appears_only_where_it_was_asked_for(armed: Program, canary: Canary, reference: str) -> None:
    with Watch() as watch:
        armed.init("p", "api-key", key=reference.format(canary.file))
        # The ways to fetch differ by reference, the ways to print do not.
        for words in SILENT if reference.startswith("file:") else SILENT[8:12]:
            silent(armed, canary, *words)
        for words in ANSWERS if reference.startswith("file:") else ANSWERS[:1]:
            done = armed.run(*words)
            assert done.code == 0, done.err
            assert canary.key in done.out
            assert not canary.sings(done.err.encode())
        assert armed.run("run", "p", "--", "printenv", "ANTHROPIC_API_KEY").out == f"{canary.key}\n"
    assert any(b"claude\0--settings" in line for line in watch.seen)
    assert not [line for line in watch.seen if canary.sings(line)]
    canary.search(armed.home)


@pytest.mark.thorough
def test_an_env_file_holds_a_key_only_when_told_to(armed: Program, canary: Canary) -> None:
    armed.init("p", "api-key", key="env:WORK_KEY")
    silent(armed, canary, "env", "p", "--write", "with.env", "--with-secret")
    file = armed.home / "with.env"
    assert canary.key in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    canary.search(armed.home)


@pytest.mark.thorough
def test_no_failure_repeats_a_key(armed: Program, canary: Canary) -> None:
    init = ("init", "p", "--surface", "api-key", "--no-verify")
    with Watch() as watch:
        silent(armed, canary, *init, "--key-stdin", stdin=canary.key)
        for stdin in (canary.key, f"{canary.key}\nmore", f"{canary.key} more", canary.key * 400):
            silent(armed, canary, *init, "--key-stdin", stdin=stdin, PYTHON_KEYRING_BACKEND="leaky.Raises")
        assert not list(armed.home.rglob("*.toml"))
        armed.init("p", "api-key", key="keyring:")
        (armed.home / ".local/state/ccsetup/keyring/p.json").unlink()  # as of 0.1.0: whatever the keyring holds is used
        for backend in ("leaky.Raises", "leaky.Breaks", "keyring.backends.null.Keyring"):
            for words in (["env", "p"], ["copy", "p", "q"]):
                silent(armed, canary, *words, PYTHON_KEYRING_BACKEND=backend)
            silent(armed, canary, "key", "p", "--set", stdin=canary.key, PYTHON_KEYRING_BACKEND=backend)
        armed.init("c", "api-key", key=f"cmd:cat {canary.file}; exit 3")
        silent(armed, canary, "env", "c")
        canary.file.chmod(0o644)
        armed.init("f", "api-key", key=f"file:{canary.file}")
        silent(armed, canary, "env", "f")
    assert not [line for line in watch.seen if canary.sings(line)]
    canary.search(armed.home)


@pytest.mark.thorough
def test_an_internal_error_is_one_line_without_the_key(armed: Program, canary: Canary) -> None:
    armed.init("p", "api-key", key="keyring:")
    (armed.home / ".local/state/ccsetup/keyring/p.json").unlink()  # as of 0.1.0: whatever the keyring holds is used
    done = armed.run("env", "p", environment={"PYTHON_KEYRING_BACKEND": "leaky.Breaks"})
    assert (done.code, done.out) == (3, "")
    assert "internal error: ValueError at " in done.err
    assert "Traceback" not in done.err
    assert not canary.sings(done.err.encode())


@pytest.mark.thorough
def test_a_key_pasted_into_a_profile_is_refused_and_not_repeated(armed: Program, canary: Canary) -> None:
    armed.init("p", "api-key", key="env:WORK_KEY")
    path = armed.profiles / "p.toml"
    for line in (f'[set]\nkey = "{canary.key}"', f'[env]\nANTHROPIC_AUTH_TOKEN = "{canary.key}"'):
        path.write_text(f'schema = 1\nsurface = "api-key"\n{line}\n')
        for words in (["show", "p", "--json"], ["list"], ["list", "--json"], ["env", "p"], ["export", "p"]):
            done = armed.run(*words)
            assert done.code in (1, 2)
            assert not canary.sings((done.out + done.err).encode())


@pytest.mark.thorough
@pytest.mark.secret_service
def test_a_key_in_the_keyring_is_in_no_file_and_in_no_command_line(armed: Program, canary: Canary) -> None:
    script = """
    ccsetup init p --surface api-key --key-stdin --no-verify <"$CANARY"
    ccsetup key p --set <"$CANARY"
    ccsetup copy p q; ccsetup rename q r; ccsetup export r; ccsetup run r; ccsetup remove r --yes
    ccsetup env p >/dev/null; ccsetup env p --write x.env
    ccsetup run p -- sh -c '[ "$ANTHROPIC_API_KEY" = "$(cat "$CANARY")" ]' && echo same
    """
    with Watch() as watch:
        done = in_keyring_session(armed, script)
    assert done.out.endswith("same\n"), done.err
    assert not canary.sings((done.out + done.err).encode())
    assert any(b"ccsetup\0key\0p\0--set" in line for line in watch.seen)
    assert not [line for line in watch.seen if canary.sings(line)]
    canary.search(armed.home)
