"""Where secrets come from, what may be run to get them, and that they go nowhere else."""

import copy
import json
import logging
import pickle
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ccsetup.system.secret import Secret
from tests.support.desktop import Wrapped, executable
from tests.support.program import Program

KEY = "sk-ant-api03-" + "CANARYcanary" * 3 + "f3a9"
EXPORT = f"export ANTHROPIC_API_KEY='{KEY}'"


def profile(program: Program, name: str, reference: str) -> None:
    """A profile as if another user had written it: nothing about it is trusted."""
    program.profiles.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = f"schema = 1\nsurface = 'api-key'\n[set]\nkey = {json.dumps(reference)}\n"
    (program.profiles / f"{name}.toml").write_text(text)


def test_a_variable_holds_the_secret(program: Program) -> None:
    program.init("p", "api-key", key="env:MY_KEY")
    here = {"MY_KEY": KEY}
    assert EXPORT in program.run("env", "p", "--shell", "sh", environment=here).out
    assert program.run("key", "p", environment=here).out == f"{KEY}\n"
    assert program.run("run", "p", "--", "printenv", "ANTHROPIC_API_KEY", environment=here).out == f"{KEY}\n"


def test_a_private_file_holds_the_secret(program: Program) -> None:
    for name, reference in (("p", f"file:{program.home}/my key"), ("q", "file:~/my key")):
        program.init(name, "api-key", key=reference)
    file = program.home / "my key"
    file.write_text(f"{KEY}\r\n")
    file.chmod(0o600)
    assert program.ok("key", "p").out == program.ok("key", "q").out == f"{KEY}\n"
    for mode in (0o640, 0o604, 0o610):
        file.chmod(mode)
        done = program.run("env", "p")
        assert (done.code, done.out) == (3, "")
        assert f"(mode {mode:04o})" in done.err
        assert "chmod 600 " in done.err


def test_a_remedy_for_a_strange_path_is_safe_to_paste(program: Program) -> None:
    file = executable(program.home / "a $(touch pwned) b", "x")
    profile(program, "p", f"file:{file}")
    remedy = program.run("env", "p").err.splitlines()[-1].strip()
    subprocess.run(["/bin/sh", "-c", remedy], env=program.environment, cwd=program.home, check=True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (program.home / "pwned").exists()


@pytest.mark.parametrize(
    "reference",
    ["env:NOT_THERE", "file:/nowhere/at/all", "file:/", "file:/dev/null", "file:/bin/sh", "env:"],
)
def test_a_secret_that_is_not_there_prints_nothing_and_names_the_alternatives(program: Program, reference: str) -> None:
    profile(program, "p", reference)
    for words in (["env", "p"], ["key", "p"]):
        done = Wrapped(program.home).run(*words)
        assert (done.code, done.out.removeprefix("false\n")) == (3, ""), reference
        assert done.err.startswith(("ccsetup: The secret ", "ccsetup: Other users can read "))
        assert reference == "file:/bin/sh" or all(word in done.err for word in ("op://", "cmd:", "ccsetup edit p"))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("exit 7", "exit code 7"),
        ("true", "holds nothing"),
        ("printf '\\377'", "no text"),
        (f"echo {KEY[:5]}; exit 1", "exit code 1"),
    ],
)
def test_a_command_that_fails_says_how(program: Program, command: str, reason: str) -> None:
    program.init("p", "api-key", key=f"cmd:{command}")
    done = program.run("env", "p")
    assert (done.code, done.out) == (3, "")
    assert reason in done.err


def test_one_password_is_asked_through_op(program: Program) -> None:
    folder = program.home / "bin"
    reading = {"PATH": f"{folder}:{program.environment['PATH']}"}
    program.init("p", "api-key", key="op://Private/Claude/key name")
    done = program.run("env", "p")
    assert (done.code, done.out) == (3, "")
    assert "op is not installed" in done.err
    executable(folder / "op", f'#!/bin/sh\nprintf "%s\\n" "$@" > "{folder}/argv"\nprintf %s "{KEY}"\n')
    assert EXPORT in program.run("env", "p", "--shell", "sh", environment=reading).out
    assert (folder / "argv").read_text().split("\n") == ["read", "--no-newline", "op://Private/Claude/key name", ""]


def test_a_command_from_elsewhere_runs_only_once_it_is_trusted(program: Program) -> None:
    command = f"cmd:touch ran; echo {KEY[:6]}"
    profile(program, "theirs", command)
    document = program.ok("export", "theirs").out
    program.ok("remove", "theirs", "--yes")
    announced = program.ok("import", "-", stdin=document).err
    assert command in announced
    assert "ccsetup trust theirs" in announced
    for words in (["env", "theirs"], ["key", "theirs"], ["run", "theirs", "--", "true"]):
        done = program.run(*words)
        assert (done.code, done.out) == (3, "")
        assert "ccsetup trust theirs" in done.err
    assert not (program.home / "ran").exists()
    assert command in program.ok("trust", "theirs", "--yes").err
    assert not (program.home / "ran").exists()
    assert program.ok("key", "theirs").out == f"{KEY[:6]}\n"
    assert (program.home / "ran").exists()


def test_trust_is_for_one_text_under_one_name(program: Program) -> None:
    program.init("mine", "api-key", key="cmd:echo 1")
    program.ok("key", "mine")
    path = program.profiles / "mine.toml"
    former = path.read_text()
    path.write_text(former.replace("echo 1", "echo 2"))
    assert program.run("key", "mine").code == 3
    path.write_text(former)
    program.ok("key", "mine")
    (program.profiles / "other.toml").write_text(former)
    assert program.run("key", "other").code == 3
    program.ok("copy", "mine", "copied")
    program.ok("key", "copied")
    program.ok("rename", "copied", "renamed")
    program.ok("key", "renamed")
    program.ok("copy", "other", "copied")  # what was not trusted is not by being copied
    assert program.run("key", "copied").code == 3
    program.ok("remove", "renamed", "--yes")
    profile(program, "renamed", "cmd:echo 1")
    assert program.run("key", "renamed").code == 3


def test_an_edit_here_trusts_and_an_import_does_not_inherit(program: Program) -> None:
    profile(program, "p", "cmd:echo 1")
    script = executable(program.home / "editor", '#!/bin/sh\necho "# read it" >> "$1"\n')
    assert program.run("edit", "p", environment={"EDITOR": str(script)}).code == 0
    program.ok("key", "p")
    document = program.ok("export", "p").out
    (program.profiles / "p.toml").unlink()  # by hand, so that nothing could be forgotten
    program.ok("import", "-", stdin=document)
    assert program.run("key", "p").code == 3


def test_a_command_cannot_hide_behind_control_characters(program: Program) -> None:
    profile(program, "p", "cmd:evil\r\x1b[2Kcmd:harmless\x1b]0;x\x07\ncmd:two")
    document = program.ok("export", "p").out
    talk = program.run("env", "p").err + program.ok("trust", "p", "--yes").err
    program.ok("remove", "p", "--yes")
    talk += program.ok("import", "-", stdin=document).err
    assert talk.count("evil\\r\\x1b[2Kcmd:harmless\\x1b]0;x\\x07\\ncmd:two") == 3
    assert all(letter == "\n" or letter.isprintable() for letter in talk)


def test_a_bare_secret_on_the_command_line_is_refused_and_not_repeated(program: Program) -> None:
    for surface, flag in (
        ("api-key", f"key={KEY}"),
        ("api-key", KEY),
        ("api-key", f"{KEY}=="),
        ("api-key", "cGFkZGVkIGtleQ=="),
        ("api-key", f"env.ANTHROPIC_AUTH_TOKEN={KEY}"),
        ("subscription", f"oauth_token={KEY}"),
        ("bedrock", f"bearer_token={KEY}"),
    ):
        done = program.run("init", "p", "--surface", surface, "--set", flag, "--set", "region=us-east-1", "--no-verify")
        assert (done.code, done.out) == (2, "")
        assert KEY[13:] not in done.err
        assert "cGFkZGVk" not in done.err
    assert not list(program.home.rglob("*.toml"))


def test_a_key_in_the_wrong_place_of_a_command_line_is_not_repeated(program: Program) -> None:
    program.init("p", "api-key", key="env:MY_KEY")
    for words in (["key", "p", KEY], ["key", "p", "--set", KEY], [KEY], ["env", KEY], ["env", "p", "--shell", KEY]):
        done = program.run(*words)
        assert (done.code, done.out) == (2, "")
        assert KEY[13:-4] not in done.err


def test_only_one_key_is_taken_from_standard_input(program: Program) -> None:
    for stdin in ("", "\n", "two\nlines\n", "two words", "x" * 20000, "k\x00y", "schlüssel", "\x1b[A", " \t "):
        done = program.run("init", "p", "--surface", "api-key", "--key-stdin", "--no-verify", stdin=stdin)
        assert (done.code, done.out) == (2, ""), stdin[:20]
        assert "standard input" in done.err
        assert not stdin.strip() or stdin.strip() not in done.err
    both = ["--key-stdin", "--set", "key=env:X"]
    assert program.run("init", "p", "--surface", "api-key", *both, "--no-verify", stdin=KEY).code == 2
    assert not list(program.home.rglob("*.toml"))


def test_key_tells_why_it_has_nothing_to_do(program: Program) -> None:
    program.bedrock("plain")
    program.init("elsewhere", "api-key", key="env:MY_KEY")
    assert program.run("key", "plain").code == 3
    done = program.run("key", "elsewhere", "--set", stdin=KEY)
    assert (done.code, done.out) == (2, "")
    assert "env:MY_KEY" in done.err


def raised(secret: Secret) -> str:
    try:
        int(secret)  # type: ignore[call-overload]
    except TypeError as why:
        return "".join(traceback.TracebackException.from_exception(why, capture_locals=True).format())
    raise AssertionError


RENDERINGS: tuple[Callable[[Secret], object], ...] = (
    repr,
    str,
    format,
    "{!r:>60}".format,
    lambda secret: f"{secret} {secret!r} {secret:>40}",
    lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    lambda secret: repr([secret, {"key": secret}]),
    lambda secret: logging.LogRecord("x", 10, "", 0, "%s %r", (secret, secret), None).getMessage(),
    raised,
    lambda secret: json.dumps({"key": secret}, default=str),
)


@pytest.mark.parametrize("render", RENDERINGS)
def test_no_rendering_of_a_secret_shows_more_than_its_end(render: Callable[[Secret], object]) -> None:
    text = str(render(Secret(KEY)))
    assert "f3a9" in text
    assert KEY[-12:-4] not in text
    assert str(render(Secret("hunter2"))).count("er2") == 0


@pytest.mark.parametrize(
    "carry", [json.dumps, pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode, vars, msgspec.to_builtins]
)
def test_a_secret_is_not_carried_off(carry: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as why:
        carry(Secret(KEY))
    assert KEY[13:] not in str(why.value)


def test_a_secret_stays_where_it_was_put(tmp_path: Path) -> None:
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    assert secret == Secret(KEY)
    assert secret != KEY
    with pytest.raises(AttributeError):
        secret.more = 1  # type: ignore[attr-defined]
