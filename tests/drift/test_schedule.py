"""`schedule`: what is shown is what is written, what is not ours stays, and secrets stay out."""

import json
import plistlib
import re
import shlex
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from ccsetup.drift.schedule import launchd
from tests.support.desktop import executable
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Done, Program
from tests.support.warm import Warm

UNITS = Path(".config") / "systemd" / "user"
PASSWORD = "hunter2hunter2"


@pytest.fixture
def workspace(program: Program) -> Program:
    """A machine whose systemctl, launchctl and schtasks record their arguments, and do as $TIMER_CODE says."""
    lines = (
        "#!/bin/sh",
        f'echo "${{0##*/}} $*" >> {program.home}/told',
        '[ -z "$TIMER_KILLS" ] || kill -9 $PPID',
        "exit ${TIMER_CODE-0}",
    )
    stand_in = "\n".join((*lines, ""))
    for tool in ("systemctl", "launchctl", "schtasks"):
        executable(program.home / "bin" / tool, stand_in)
    path = f"{program.home}/bin:{EXECUTABLE.parent}:{SYSTEM_PATH}"
    return Warm(program.home, {"PATH": path})


def told(workspace: Program) -> list[str]:
    file = workspace.home / "told"
    return file.read_text().splitlines() if file.exists() else []


def files(workspace: Program) -> dict[str, str]:
    """Everything in the home but the stand-ins, the record and its lock."""
    skipped = ("bin", "told", "installed.json", ".lock")
    found = [path for path in workspace.home.rglob("*") if path.is_file() and not set(skipped) & set(path.parts)]
    return {str(path): path.read_bytes().decode("utf-16" if path.suffix == ".xml" else "utf-8") for path in found}


def shown(out: str, names: list[str]) -> dict[str, str]:
    """The files of --print."""
    parts = re.split(rf"^# ({'|'.join(map(re.escape, names))})\n", out, flags=re.MULTILINE)[1:]
    texts = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: text if name == parts[-2] else text.removesuffix("\n") for name, text in texts.items()}


@pytest.mark.parametrize("kind", ["systemd", "launchd", "task-scheduler"])
def test_install_writes_exactly_what_print_shows_and_remove_takes_exactly_that(workspace: Program, kind: str) -> None:
    flags = ("schedule", "--with", kind, "--every", "weekly", "--notify", "a b", "--within", "30")
    printed = workspace.ok(*flags, "--print").out
    assert files(workspace) == {}
    assert workspace.ok(*flags, "--install", "--yes").out == printed
    written = {name: text.replace("\r\n", "\n") for name, text in files(workspace).items()}
    assert written == shown(printed, list(written))
    assert workspace.ok(*flags, "--install", "--yes").out == printed
    status = json.loads(workspace.run("schedule", "--status", "--json").out)
    assert {one["with"]: set(one["places"].values()) for one in status["schedules"]} == {kind: {"as-written"}}
    workspace.ok("schedule", "--remove")
    assert files(workspace) == {}
    assert workspace.ok("schedule", "--remove").err == "no schedule is installed\n"


def test_each_scheduler_gets_its_own_syntax(workspace: Program) -> None:
    for kind in ("systemd", "launchd", "task-scheduler"):
        workspace.ok("schedule", "--with", kind, "--install", "--yes")
        workspace.ok("schedule", "--with", kind, "--remove")
    user, label = "systemctl --user", launchd.LABEL
    gui = next(line for line in told(workspace) if "bootstrap" in line).split()[2]
    assert told(workspace) == [
        f"{user} daemon-reload",
        f"{user} enable --now ccsetup-drift.timer",
        f"{user} disable --now ccsetup-drift.timer",
        f"{user} daemon-reload",
        f"{user} reset-failed ccsetup-drift.service",
        f"launchctl bootout {gui}/{label}",
        f"launchctl bootstrap {gui} {workspace.home}/Library/LaunchAgents/{label}.plist",
        f"launchctl bootout {gui}/{label}",
        f"schtasks /Create /TN ccsetup-drift /XML {workspace.home}/.local/state/ccsetup/schedule/ccsetup-drift.xml /F",
        "schtasks /Delete /TN ccsetup-drift /F",
    ]


def test_without_a_terminal_installing_takes_yes(workspace: Program) -> None:
    done = workspace.run("schedule", "--with", "systemd", "--install")
    assert done.code == 2
    assert "--yes" in done.err
    assert (files(workspace), told(workspace)) == ({}, [])


@pytest.mark.parametrize(("answer", "code", "count"), [("y", 0, 2), ("n", 130, 0)])
def test_in_a_terminal_it_asks_after_it_has_shown(workspace: Program, answer: str, code: int, count: int) -> None:
    words = ["schedule", "--with", "systemd", "--install"]
    environment = {**workspace.environment, "TERM": "dumb"}
    child = pexpect.spawn(
        str(EXECUTABLE), words, env=environment, cwd=str(workspace.home), encoding="utf-8", timeout=20
    )
    child.expect("WantedBy=timers.target")
    child.expect("Install this .systemd, daily")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, len(files(workspace))) == (code, count)


def test_a_file_that_is_not_ours_or_was_changed_stays(workspace: Program) -> None:
    timer = workspace.home / UNITS / "ccsetup-drift.timer"
    timer.parent.mkdir(parents=True)
    timer.write_text("mine")
    done = workspace.run("schedule", "--with", "systemd", "--install", "--yes")
    assert (done.code, done.out, timer.read_text(), told(workspace)) == (2, "", "mine", [])
    assert "ccsetup did not write it" in done.err
    timer.unlink()
    workspace.ok("schedule", "--with", "systemd", "--install", "--yes")
    timer.write_text(timer.read_text() + "# mine\n")
    before = files(workspace)
    for words in (("--with", "systemd", "--install", "--every", "hourly", "--yes"), ("--remove",)):
        done = workspace.run("schedule", *words)
        assert done.code == 2
        assert "was changed since ccsetup wrote it" in done.err
    assert files(workspace) == before
    assert not [line for line in told(workspace) if "disable" in line]
    timer.unlink()
    workspace.ok("schedule", "--remove")
    assert files(workspace) == {}


def test_a_timer_that_cannot_be_started_leaves_nothing_behind(workspace: Program) -> None:
    done = workspace.run("schedule", "--with", "systemd", "--install", "--yes", environment={"TIMER_CODE": "1"})
    assert done.code == 2
    assert "systemctl --user daemon-reload ended with exit code 1" in done.err
    assert files(workspace) == {}
    assert workspace.run("schedule", "--status").code == 3
    workspace.ok("schedule", "--with", "systemd", "--install", "--yes")
    before = files(workspace)
    again = ("schedule", "--with", "systemd", "--every", "hourly", "--install", "--yes")
    assert workspace.run(*again, environment={"TIMER_CODE": "1"}).code == 2
    assert files(workspace) == before


def test_killed_at_the_worst_moment_it_can_still_be_removed_and_installed(workspace: Program) -> None:
    for every in ("daily", "hourly"):
        words = ("schedule", "--with", "systemd", "--every", every, "--install", "--yes")
        assert workspace.run(*words, environment={"TIMER_KILLS": "1"}).code == -9
    assert f"OnCalendar={every}" in files(workspace)[str(workspace.home / UNITS / "ccsetup-drift.timer")]
    workspace.ok("schedule", "--with", "systemd", "--install", "--yes")
    assert (
        workspace.run("schedule", "--with", "systemd", "--install", "--yes", environment={"TIMER_KILLS": "1"}).code
        == -9
    )
    workspace.ok("schedule", "--remove")
    assert files(workspace) == {}


def test_what_the_machine_has_is_taken(workspace: Program) -> None:
    assert "systemd/user/ccsetup-drift.timer" in workspace.ok("schedule", "--print").out
    bare = workspace.run("schedule", "--print", environment={"PATH": str(workspace.home / "nothing")})
    assert (bare.code, "--with systemd|cron|launchd" in bare.err) == (2, True)


def test_one_machine_has_one_timer(workspace: Program) -> None:
    workspace.ok("schedule", "--with", "systemd", "--install", "--yes")
    done = workspace.run("schedule", "--with", "launchd", "--install", "--yes")
    assert done.code == 2
    assert "ccsetup schedule --with systemd --remove" in done.err


def test_the_timer_gets_what_it_lacks_and_no_secret(workspace: Program) -> None:
    environment = {
        "CCSETUP_HOME": "own",
        "HTTPS_PROXY": f"http://me:{PASSWORD}@proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "ANTHROPIC_API_KEY": PASSWORD,
        "CLOUDSDK_AUTH_ACCESS_TOKEN": PASSWORD,
        "PATH": f".:{workspace.environment['PATH']}:",
        "DBUS_SESSION_BUS_ADDRESS": "unix:abstract=/tmp/gone",
        # An active profile's, which the timer is not to have:
        "AWS_PROFILE": "of-the-profile",
        "CCSETUP_BORROWED": "AWS_PROFILE:AWS_REGION-",
        "CCSETUP_SAVED_AWS_PROFILE": "mine",
        "AWS_REGION": "eu-west-1",
    }
    done = workspace.run("schedule", "--with", "launchd", "--print", environment=environment)
    assert done.code == 0, done.err
    assert PASSWORD not in done.out + done.err
    assert "HTTPS_PROXY holds a secret" in done.err
    found = plistlib.loads(done.out.partition("\n")[2].encode())["EnvironmentVariables"]
    assert found == {
        "AWS_PROFILE": "mine",
        "CCSETUP_HOME": f"{workspace.home}/own",
        "HOME": str(workspace.home),
        "HTTP_PROXY": "http://proxy.example:3128",
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "PATH": workspace.environment["PATH"],
    }


def test_webhook_is_in_a_private_file_and_on_no_command_line(workspace: Program) -> None:
    url = "https://hooks.example/T0KEN"
    workspace.ok("schedule", "--with", "systemd", "--notify", url, "--install", "--yes")
    service = workspace.home / UNITS / "ccsetup-drift.service"
    assert f'Environment="CCSETUP_NOTIFY={url}"\n' in service.read_text()
    assert service.read_text().count(url) == 1
    assert service.stat().st_mode & 0o777 == 0o600


def test_a_key_in_this_shell_alone_is_reported(workspace: Program) -> None:
    workspace.init("work", "api-key", key="env:MY_KEY")
    done = workspace.ok("schedule", "--with", "launchd", "--print")
    assert "work reads its key from a variable (env:MY_KEY), which the timer does not have" in done.err


@pytest.mark.parametrize(
    ("code", "verdict", "exit_code"), [(0, "ok", 0), (1, "problem", 1), (2, "problem", 1), (3, "unknown", 3)]
)
def test_status_tells_the_last_result(workspace: Program, code: int, verdict: str, exit_code: int) -> None:
    workspace.ok("schedule", "--with", "launchd", "--install", "--yes")
    run = {"at": "2026-11-24T10:00:00Z", "code": code, "summary": "2 profiles, all pins fine", "digest": "x"}
    folder = workspace.home / ".local" / "state" / "ccsetup" / "drift"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "last-run.json").write_text(json.dumps(run))
    document = json.loads(status(workspace, exit_code, "--json").out)
    assert (document["verdict"], document["last_run"]["code"]) == (verdict, code)
    assert "2 profiles, all pins fine" in status(workspace, exit_code).out


def status(workspace: Program, code: int, *flags: str) -> Done:
    done = workspace.run("schedule", "--status", *flags)
    assert done.code == code, done.err
    return done


def test_status_tells_a_timer_that_is_off_and_a_file_that_is_gone(workspace: Program) -> None:
    assert "nothing is installed" in status(workspace, 3).err
    workspace.ok("schedule", "--with", "launchd", "--install", "--yes")
    assert "last run  none yet" in status(workspace, 0).out
    off = workspace.run("schedule", "--status", environment={"TIMER_CODE": "113"})
    assert (off.code, "launchd has not loaded the agent" in off.out) == (1, True)
    (workspace.home / "Library" / "LaunchAgents" / f"{launchd.LABEL}.plist").unlink()
    assert "is missing" in status(workspace, 1).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "one of --print, --install, --remove, --status"),
        ("--print --remove", "one of --print, --install, --remove, --status"),
        ("--with sytemd --print", "did you mean systemd?"),
        ("--every minute --print", "one of: hourly, daily, weekly"),
        ("--with launchd --print --notify https://me:geheim@x.example/", "--notify holds a URL with a login"),
        ("--with kubernetes --image a:1 --print", "no profile can be used elsewhere"),
    ],
)
def test_bad_input_gets_one_line_and_what_to_do(workspace: Program, words: str, said: str) -> None:
    done = workspace.run("schedule", *shlex.split(words))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "geheim" not in done.err


def test_a_variable_that_no_timer_can_carry_is_refused(workspace: Program) -> None:
    done = workspace.run("schedule", "--with", "launchd", "--print", environment={"CCSETUP_HOME": "/a\nb"})
    assert (done.code, done.out) == (2, "")
    assert "CCSETUP_HOME" in done.err
