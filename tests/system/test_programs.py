"""What other programs get of the shell's secrets, where they are looked for, and that they end with ccsetup."""

import os
import signal
import time
from pathlib import Path

import pytest

from ccsetup.knowledge import programs
from ccsetup.system import process
from tests.support.desktop import executable
from tests.support.program import SYSTEM_PATH, Program
from tests.support.warm import Running, Warm
from tests.trace.test_trace_given import gone

PROVIDERS = {
    "ANTHROPIC_API_KEY": "plain-word-key",
    "ANTHROPIC_AUTH_TOKEN": "plain-word-token",
    "CLAUDE_CODE_OAUTH_TOKEN": "oauth-word",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Key: header-word",
    "AWS_BEARER_TOKEN_BEDROCK": "bearer-word",
    "AWS_SECRET_ACCESS_KEY": "aws-secret-word",
    "AWS_SESSION_TOKEN": "aws-session-word",
    "ANTHROPIC_FOUNDRY_API_KEY": "foundry-word",
    "ANTHROPIC_FOUNDRY_AUTH_TOKEN": "foundry-token-word",
    "ANTHROPIC_AWS_API_KEY": "aws-api-word",
    "ANTHROPIC_IDENTITY_TOKEN": "identity-word",
    "CLAUDE_CODE_OAUTH_REFRESH_TOKEN": "refresh-word",
    "MY_NOTE": "sk-ant-api03-abcdefghijklmnop",
    "ODD": "x sk-ant-oat01-abcdefghijklmnop y",
    "B": "ABSKQmVkcm9ja0FQSUtleS1abcdef123456",
    "SESSION": "IQoJb3JpZ2luX2VjEXAMPLEEXAMPLEEXAMPLE",
    "GTOKEN": "ya29.a0AfH6SMBexample",
    "GKEY": "AIzaSyA1234567890abcdefghijklmnopqrstu",
    "PAIR": "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "CCSETUP_SAVED_AWS_SECRET_ACCESS_KEY": "saved-word",
    "CCSETUP_SAVED_ANTHROPIC_API_KEY": "saved-key-word",
}
OTHERS = {
    "VAULT_TOKEN": "hvs.CAESIJlWh3example1234",
    "GITHUB_TOKEN": "ghp_0123456789abcdefghijABCDEFGHIJ456789",
    "DB_PASSWORD": "one-of-this-file-alone",
    "OP_SERVICE_ACCOUNT_TOKEN": "op-word",
    "NPM_TOKEN": "npm_0123456789abcdefghijABCDEFGHIJ4567",
    "CI_JOB_TOKEN": "job-word",
    "HTTPS_PROXY": "http://me:proxy-word@127.0.0.1:9",
    "MY_SERVICE_KEY": "service-word",
    "JWT": "eyJhbGciOiJI.eyJzdWIiOiIx.abc",
}
HARMLESS = {
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/0/bus",
    "AWS_PROFILE": "prod",
    "XDG_RUNTIME_DIR": "/run/user/0",
    "GPG_TTY": "/dev/pts/1",
    "AWS_REGION": "eu-west-1",
    "EDITOR": "vi",
    "USER": "me",
    "SSH_AUTH_SOCK": "/run/user/0/agent",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/adc.json",
    "DISPLAY": ":0",
}
EVERY = {**PROVIDERS, **OTHERS, **HARMLESS}


def test_a_program_that_needs_no_secret_gets_what_is_harmless_alone() -> None:
    assert programs.bare_environment(EVERY).keys() - {"PATH"} == HARMLESS.keys()


def test_a_persons_command_gets_the_tokens_of_other_services() -> None:
    assert programs.helper_environment(EVERY, "pass show work").keys() - {"PATH"} == {*OTHERS, *HARMLESS}


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("printenv MY_NOTE", {"MY_NOTE"}),
        ("echo ${ODD}", {"ODD"}),
        ('sh -c "echo $ANTHROPIC_API_KEY"', {"ANTHROPIC_API_KEY"}),
        (
            "aws secretsmanager get-secret-value",
            {
                "AWS_BEARER_TOKEN_BEDROCK",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
                "CCSETUP_SAVED_AWS_SECRET_ACCESS_KEY",
            },
        ),
        ("awsx", set()),
        ("echo MY_NOTES", set()),
    ],
)
def test_a_command_gets_the_secret_that_it_names(command: str, more: set[str]) -> None:
    given = programs.helper_environment(EVERY, command).keys() - {"PATH", *OTHERS, *HARMLESS}
    assert given == more


def test_op_gets_its_own_sign_in_and_no_other_secret(program: Program) -> None:
    folder = program.home / "bin"
    executable(folder / "op", f"#!/bin/sh\nenv > {program.home}/seen\necho op-key\n")
    there = {**EVERY, "PATH": f"{folder}:{SYSTEM_PATH}"}
    program.init("work", "api-key", key="op://vault/item/key")
    assert program.run("key", "work", environment=there).out == "op-key\n"
    seen = (program.home / "seen").read_text()
    hidden = {**PROVIDERS, **OTHERS}
    assert {name for name in hidden if f"{name}=" in seen} == {"OP_SERVICE_ACCOUNT_TOKEN", "HTTPS_PROXY"}


def test_the_client_is_asked_for_its_version_without_a_secret(program: Program) -> None:
    folder = program.home / "bin"
    executable(folder / "claude", f"#!/bin/sh\nenv >> {program.home}/seen\necho 2.1.330\n")
    program.init("work", "api-key", key="env:MY_NOTE")
    done = program.run("doctor", "--offline", environment={**EVERY, "PATH": f"{folder}:{SYSTEM_PATH}"})
    seen = (program.home / "seen").read_text()
    assert "DISPLAY=:0" in seen, done
    assert [value for value in {**PROVIDERS, **OTHERS}.values() if value in seen] == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        ":",
        "::",
        "bin",
        "./bin",
        "bin:",
        ":bin",
        "../home/bin",
        "~/bin",
        ".:/nowhere",
        "bin:.:..",
        "$PWD",
        "%PATH%",
    ],
)
def test_a_program_of_the_current_folder_is_never_found(tmp_path: Path, path: str) -> None:
    for name in ("helper-of-mine", "bin/helper-of-mine", "~/bin/helper-of-mine"):
        executable(tmp_path / name, "#!/bin/sh\n")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert process.find("helper-of-mine", {"PATH": path}) is None
    finally:
        os.chdir(before)


CHILDREN = {
    "a child": "sleep 300 & echo $! >> {0}; wait",
    "a child that holds the pipe": "sleep 300 & echo $! >> {0}; sleep 300",
    "a child of a child": "sh -c 'sleep 300 & echo $! >> {0}; wait' & wait",
    "a session of its own": "setsid sh -c 'echo $$ >> {0}; exec sleep 300' & wait",
    "deaf to signals": "trap '' TERM INT HUP; sh -c 'echo $$ >> {0}; exec sleep 300' & wait",
    "many": "for i in 1 2 3 4 5 6 7 8; do sleep 300 & echo $! >> {0}; done; wait",
}
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGALRM", "SIGABRT", "SIGXCPU")


@pytest.mark.parametrize(
    ("child", "name"),
    [*((child, "SIGTERM") for child in CHILDREN), *(("a child", name) for name in SIGNALS if name != "SIGTERM")],
)
def test_a_signal_ends_a_command_with_all_that_it_started(program: Warm, tmp_path: Path, child: str, name: str) -> None:
    number = signal.Signals[name]
    pids = tmp_path / "pids"
    program.init("work", "api-key", key=f"cmd:{CHILDREN[child].format(pids)}")
    with program.running("key", "work", environment=program.environment) as run:
        _wait_for(pids, 8 if child == "many" else 1, run)
        os.kill(run.pid, number)
        assert run.wait() == 128 + number
    assert all(gone(int(pid)) for pid in pids.read_text().split())


@pytest.mark.parametrize(
    "left",
    [
        "sleep 300",
        "sleep 300 2>/dev/null",
        "setsid sleep 300",
        "(sleep 300; echo late)",
        "tail -f /dev/null",
        "cat /dev/zero | sleep 300",
    ],
)
def test_what_a_command_leaves_behind_does_not_delay_the_end(program: Program, tmp_path: Path, left: str) -> None:
    program.init("work", "api-key", key=f"cmd:{left} & echo $! > {tmp_path}/pid; echo the-key")
    began = time.monotonic()
    done = program.run("key", "work")
    assert (done.code, done.out) == (0, "the-key\n")
    assert time.monotonic() - began < 30  # not the five minutes
    if left.startswith("setsid"):  # which it meant to
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert gone(int((tmp_path / "pid").read_text()))


def test_what_a_command_says_on_stderr_is_seen_and_made_visible(program: Program) -> None:
    program.init("work", "api-key", key="cmd:printf 'touch \\033[31m the key\\nand' >&2; echo k")
    assert program.run("key", "work").err == "touch \\x1b[31m the key\nand\n"


def _wait_for(pids: Path, count: int, run: Running) -> None:
    until = time.monotonic() + 30
    while not pids.exists() or len(pids.read_text().split()) < count:
        assert time.monotonic() < until, run.pid
        time.sleep(0.05)
