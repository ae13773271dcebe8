"""doctor and `schedule --status` name a timer or key helper that starts ccsetup in an old way, and what renews it."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ccsetup.drift.schedule import cron, launchd, systemd, windows
from ccsetup.drift.schedule.model import Machine, Target
from ccsetup.drift.schedule.outdated import command_lines
from ccsetup.system.own_command import ACCEPTED, find_outdated, parse, program, split
from tests.support import timers
from tests.support.desktop import executable
from tests.support.old_home import USER, OldHome, lay_out
from tests.support.program import EXECUTABLE
from tests.support.warm import Warm

GONE = Path("/nowhere/bin/ccsetup")
PYTHON = EXECUTABLE.with_name("python")
RENEWED = "ccsetup schedule --with {} --every {} --install"


def reason(line: str, started: str = str(EXECUTABLE)) -> str | None:
    words = split(line)
    assert words is not None, line
    old = find_outdated(words, started)
    return old.reason if old else None


@pytest.mark.parametrize(
    "line",
    [
        f"{EXECUTABLE} key work",
        f"CCSETUP_HOME='/a b' {EXECUTABLE} key work",
        f"{PYTHON} -P -m ccsetup key work",
        f"{PYTHON} -I -m ccsetup key work",
        "ccsetup key work",
        f"{EXECUTABLE} drift --notify 'mail -s x me' --within 30",
        f"{EXECUTABLE} drift --within=30 a b",
    ],
)
def test_words_of_today_are_left_alone(line: str) -> None:
    assert reason(line) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{GONE} key work", "is gone"),
        ("'/nowhere/my bin/ccsetup' drift", "is gone"),
        ("/nowhere/python3.9 -P -m ccsetup key work", "is gone"),
        ("/usr/ccsetup/../ccsetup key work", "is gone"),
        ("./ccsetup key work", "is found only from one folder"),
        ("bin/ccsetup key work", "is found only from one folder"),
        ("python3 -m ccsetup key work", "is found only from one folder"),
        (f"{PYTHON} -m ccsetup key work", "takes modules from the folder it is started in"),
        (f"{PYTHON} -s -m ccsetup drift", "takes modules from the folder it is started in"),
        (f"{EXECUTABLE} secret work", "`secret` is not a command"),
        (f"{EXECUTABLE}", "`` is not a command"),
        (f"{EXECUTABLE} key work --plain", "`ccsetup key` has no option --plain"),
        (f"{EXECUTABLE} drift --quiet --within 3", "`ccsetup drift` has no option --quiet"),
        (f"{EXECUTABLE} drift --mail=x", "`ccsetup drift` has no option --mail"),
    ],
)
def test_old_words_are_named_with_the_reason(line: str, words: str) -> None:
    assert words in (reason(line) or "")


def test_a_file_that_cannot_be_started_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "ccsetup"
    path.touch(mode=0o644)
    assert reason(f"{path} key work") == f"{path} is gone"
    path.unlink()
    path.mkdir()
    assert reason(f"{path} key work") == f"{path} is gone"


def test_another_installation_is_named_and_a_link_to_this_one_is_not(tmp_path: Path) -> None:
    other = executable(tmp_path / "other" / "ccsetup", "#!/bin/sh\n")
    assert reason(f"{other} key work") == f"{other} is another installation of ccsetup than this one"
    link = tmp_path / "ccsetup"
    link.symlink_to(EXECUTABLE)
    assert reason(f"{link} key work") is None
    assert reason(f"{other} key work", started=str(other)) is None


@pytest.mark.parametrize(
    "line", ["", "A=b", "my-helper key work", "python3 ccsetup.py key", "python3 -m other key", "'", "python3"]
)
def test_other_programs_are_not_ours(line: str) -> None:
    assert split(line) is None
    assert parse(shlex.split(line.replace("'", ""))) is None


def test_the_program_is_never_started_so_that_a_folder_could_replace_it(tmp_path: Path) -> None:
    assert program(str(EXECUTABLE)) == (str(EXECUTABLE),)
    assert program(str(tmp_path / "__main__.py")) == (str(EXECUTABLE),)  # it is in the folder of this Python


def test_without_a_launcher_python_takes_no_module_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert program("/x/ccsetup/__main__.py") == (str(tmp_path / "python"), "-P", "-m", "ccsetup")


@pytest.mark.parametrize("command", ACCEPTED)
def test_every_accepted_option_exists(program: Warm, command: str) -> None:
    text = program.ok(command, "--help").out
    assert not [option for option in ACCEPTED[command] if option not in text]


# As a process


def findings(old: OldHome, check: str, *names: str) -> list[tuple[str, str, list[str]]]:
    """(severity, title, commands) of each finding of this page."""
    done = old.run("doctor", "--offline", "--json", *names, cwd=old.home)
    return [
        (one["severity"], one["title"], one["remedy"]["commands"])
        for profile in json.loads(done.out)["profiles"]
        for one in profile["findings"]
        if one["check"] == check
    ]


@pytest.mark.parametrize(
    ("line", "severity", "words"),
    [
        (f"{GONE} key vertex", "warning", "/nowhere/bin/ccsetup is gone"),
        ("CCSETUP_HOME=/x /nowhere/ccsetup key vertex", "warning", "/nowhere/ccsetup is gone"),
        (f"{PYTHON} -m ccsetup key vertex", "warning", "takes modules from the folder"),
        (f"{EXECUTABLE} key --old vertex", "warning", "has no option --old"),
        (f"{EXECUTABLE} key vertex", None, ""),
        (f"{GONE} key other", None, ""),
        ("my-helper key vertex", None, ""),
    ],
)
def test_doctor_names_an_old_key_helper(tmp_path: Path, line: str, severity: str | None, words: str) -> None:
    old = lay_out(tmp_path)
    (old.home / USER).write_text(json.dumps({"apiKeyHelper": line}))
    found = findings(old, "helper-outdated", "vertex")
    if severity is None:
        assert found == []
        return
    ((weight, title, commands),) = found
    assert (weight, words in title, "settings.json" in title) == (severity, True, True)
    assert commands == ["ccsetup apply vertex --scope user"]


@pytest.mark.thorough
def test_the_command_that_doctor_names_renews_the_helper(tmp_path: Path) -> None:
    old = lay_out(tmp_path)  # its last `apply` was started as `python -m ccsetup`
    assert len(findings(old, "helper-outdated", "work")) == 1
    assert old.run("apply", "work", "--scope", "user", "--yes").code == 0
    assert findings(old, "helper-outdated", "work") == []
    assert json.loads((old.home / USER).read_text())["apiKeyHelper"] == f"{EXECUTABLE} key work"


@pytest.mark.parametrize(("timer", "every"), [("systemd", "daily"), ("cron", "weekly")])
def test_doctor_and_status_name_an_old_timer_and_installing_renews_it(tmp_path: Path, timer: str, every: str) -> None:
    old = lay_out(tmp_path, timer=timer, command=GONE)
    ((severity, title, commands),) = findings(old, "schedule-outdated", "vertex")
    assert (severity, f"{GONE} is gone" in title, commands) == ("warning", True, [RENEWED.format(timer, every)])
    status = old.run("schedule", "--status")
    assert (status.code, f"wrong: {GONE} is gone; renew it with: {commands[0]}" in status.out) == (1, True), status.out
    assert old.run(*shlex.split(commands[0])[1:], "--yes").code == 0
    assert findings(old, "schedule-outdated", "vertex") == []
    assert "is gone" not in old.run("schedule", "--status").out


@pytest.mark.parametrize("timer", ["systemd", "cron"])
def test_timers_of_this_installation_pass(tmp_path: Path, timer: str) -> None:
    old = lay_out(tmp_path, timer=timer)
    assert findings(old, "schedule-outdated", "vertex") == []
    assert "renew" not in old.run("schedule", "--status").out


def test_another_installation_in_a_timer_is_information(tmp_path: Path) -> None:
    other = executable(tmp_path / "other" / "ccsetup", "#!/bin/sh\n")
    old = lay_out(tmp_path, command=other)
    ((severity, title, _),) = findings(old, "schedule-outdated", "vertex")
    assert (severity, "is another installation" in title) == ("info", True)
    status = old.run("schedule", "--status")
    assert (status.code, f"old: {other} is another installation" in status.out) == (0, True), status.out


@pytest.mark.parametrize(
    ("file", "before", "now"),
    [
        (".github/workflows/ccsetup-drift.yml", "drift $ARGUMENTS --json", "drift $ARGUMENTS --jsonl"),
        ("ccsetup-drift.yaml", "'drift' --shard", "'drift' --part"),
    ],
)
def test_an_option_that_no_longer_exists_is_named_elsewhere_too(
    tmp_path: Path, file: str, before: str, now: str
) -> None:
    old = lay_out(tmp_path)
    path = old.repository / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, now))
    ((severity, title, _),) = findings(old, "schedule-outdated", "vertex")
    assert (severity, "has no option --" in title) == ("warning", True)


@pytest.mark.parametrize(
    ("kind", "file"), [("launchd", "ccsetup.drift.plist"), ("task-scheduler", "ccsetup-drift.xml")]
)
def test_files_of_other_systems_are_read(tmp_path: Path, kind: str, file: str) -> None:
    for command, expected in ((GONE, 1), (EXECUTABLE, 0)):
        (tmp_path / command.parts[1]).mkdir()
        old = lay_out(tmp_path / command.parts[1], command=command)
        path = old.home / file
        text = old.text(f"timers/{kind}/{file}")
        path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le") if kind == "task-scheduler" else text.encode())
        schedule = {"since": "2026-11-26T22:51:32Z", "every": "daily", "cron": "1 9 * * *", "places": {str(path): []}}
        record = {"schema": 1, "schedules": {kind: schedule}}
        (old.state / "schedule" / "installed.json").write_text(json.dumps(record))
        assert len(findings(old, "schedule-outdated", "vertex")) == expected


@pytest.mark.parametrize(
    "target", [systemd.systemd_target, cron.cron_target, launchd.launchd_target, windows.windows_target]
)
def test_the_words_of_each_timer_are_read_as_they_were_written(
    tmp_path: Path, target: Callable[[Machine], Target]
) -> None:
    wanted = timers.job(timers.recorder(tmp_path))
    text = target(timers.machine(tmp_path)).texts(wanted)[0]
    text.place.put(text.content)
    (words,) = command_lines(Path(text.place.name))
    assert (*words.program, *words.arguments) == wanted.words


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"ExecStart='", b"\0"])
def test_changed_file_is_neither_a_finding_nor_a_crash(tmp_path: Path, content: bytes) -> None:
    old = lay_out(tmp_path)
    (old.home / ".config" / "systemd" / "user" / "ccsetup-drift.service").write_bytes(content)
    assert findings(old, "schedule-outdated", "vertex") == []


def test_unreadable_record_does_not_stop_the_answer(tmp_path: Path) -> None:
    old = lay_out(tmp_path)
    (old.state / "schedule" / "installed.json").write_text("{")
    done = old.run("doctor", "vertex", "--offline", "--json")
    (profile,) = json.loads(done.out)["profiles"]
    assert "schedule-command" in {one["check"] for one in profile["skipped"]}
    assert "schedule-command" not in {one["check"] for one in profile["broken"]}
