"""systemd: the units are well-formed, any path survives them, and a real user instance runs what was installed."""

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from ccsetup.drift.schedule import systemd
from ccsetup.drift.schedule.model import EVERY, Every, Text
from tests.support.desktop import executable
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Program
from tests.support.timers import in_world, job, machine, need, recorded, recorder

LOOK = "systemctl --user --no-pager"


def written(texts: tuple[Text, ...]) -> list[Path]:
    for text in texts:
        text.place.put(text.content)
    return [Path(text.place.name) for text in texts]


@pytest.mark.parametrize("every", EVERY)
def test_systemd_accepts_the_units(tmp_path: Path, every: Every) -> None:
    need("systemd-analyze")
    wanted = dataclasses.replace(job(recorder(tmp_path)), every=every)
    units = written(systemd.systemd_target(machine(tmp_path)).texts(wanted))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", *units],
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": SYSTEM_PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_real_systemd_starts_the_program_with_exactly_these_words_and_variables(tmp_path: Path) -> None:
    wanted = job(recorder(tmp_path))
    written(systemd.systemd_target(machine(tmp_path)).texts(wanted))
    done = in_world("systemctl --user start ccsetup-drift.service", tmp_path, systemd=True)
    assert done.code == 0, done.err
    words, environment = recorded(tmp_path)
    assert words == list(wanted.words)
    assert wanted.environment.items() <= environment.items()


@pytest.mark.parametrize(("code", "result"), [(0, "success"), (1, "exit-code"), (2, "exit-code"), (3, "success")])
def test_drift_fails_the_unit_and_an_unreachable_provider_does_not(tmp_path: Path, code: int, result: str) -> None:
    written(systemd.systemd_target(machine(tmp_path)).texts(job(recorder(tmp_path, code=code))))
    start = f"{LOOK} start ccsetup-drift.timer; {LOOK} start ccsetup-drift.service"
    script = f"{start}; {LOOK} show ccsetup-drift.service --property=Result,ExecMainStatus"
    said = in_world(script, tmp_path, systemd=True).out.split()
    assert sorted(said) == [f"ExecMainStatus={code}", f"Result={result}"]


@pytest.mark.thorough
def test_install_starts_a_timer_and_remove_leaves_nothing(program: Program) -> None:
    """The whole way, with the real systemd: the folder has the same files before and after."""
    home = program.home
    folder = home / ".config" / "systemd" / "user"
    executable(folder / "mine.service", "[Service]\nExecStart=/bin/true\n")
    script = f"""
    {EXECUTABLE} schedule --install --every daily --yes && {EXECUTABLE} schedule --status --json > status.json || exit 5
    {LOOK} is-enabled ccsetup-drift.timer && {LOOK} is-active ccsetup-drift.timer
    ls {folder} > installed; {EXECUTABLE} schedule --install --yes; echo "again $?"
    {EXECUTABLE} schedule --remove; echo "removed $?"; {LOOK} list-timers --all > left
    {EXECUTABLE} schedule --remove; echo "again $?"; {EXECUTABLE} schedule --status; echo "status $?"
    """
    done = in_world(script, home, program.environment, systemd=True)
    assert done.code == 0, done.err
    assert "enabled\nactive\n" in done.out
    assert "again 0" in done.out
    assert "removed 0" in done.out
    assert done.out.endswith("again 0\nstatus 3\n")
    assert "was installed already" in done.err
    assert "journalctl --user -u ccsetup-drift.service" in done.err
    assert (home / "installed").read_text().split() == [
        "ccsetup-drift.service",
        "ccsetup-drift.timer",
        "mine.service",
        "timers.target.wants",
    ]
    status = json.loads((home / "status.json").read_text())
    assert status["verdict"] == "ok"
    assert status["schedules"][0]["active"] is True
    assert status["schedules"][0]["next_run"] > "2026"
    assert "ccsetup" not in (home / "left").read_text()
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["mine.service"]
    assert (folder / "mine.service").read_text() == "[Service]\nExecStart=/bin/true\n"
