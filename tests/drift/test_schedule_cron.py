"""cron: one line that survives cron's own reading, run by a real cron; every other line of the crontab stays."""

import subprocess
from pathlib import Path

import pytest

from ccsetup.drift.schedule import cron
from tests.support.program import EXECUTABLE, Program
from tests.support.timers import in_world, job, machine, recorded, recorder

MINE = b"""# my own\tlines \xc3\xbc \xff
SHELL=/bin/false
PATH=/nowhere
*/5 * * * * echo "50\\% done" > /tmp/x \t
@reboot true

  # and no more\\
"""


def test_a_real_cron_starts_the_program_with_exactly_these_words_and_variables(tmp_path: Path) -> None:
    """The installed line, with @reboot for its time of day so that cron runs it as it starts."""
    home = tmp_path / "home of %h 'x'"
    home.mkdir()
    wanted = job(recorder(tmp_path))
    script, line = cron.cron_target(machine(home)).texts(wanted)
    script.place.put(script.content)
    crontab = line.content.decode().replace("7 10 * * * ", "@reboot ") + "SHELL=/bin/false\nPATH=/nowhere\n"
    (tmp_path / "crontab").write_text(crontab)
    done = in_world(
        f"""
        crontab {tmp_path}/crontab || exit 5
        cron -f >/dev/null 2>&1 & cron=$!; n=0
        until [ -s {tmp_path}/words ] || [ $n -gt 150 ]; do n=$((n+1)); sleep 0.1; done; kill $cron
        """,
        tmp_path,
    )
    assert done.code == 0, (done.err, crontab)
    words, environment = recorded(tmp_path)
    assert words == list(wanted.words)
    assert wanted.environment.items() <= environment.items()


def test_the_log_holds_the_last_run(tmp_path: Path) -> None:
    for _ in range(2):
        wanted = job(Path("/bin/echo"))
        script, _line = cron.cron_target(machine(tmp_path)).texts(wanted)
        script.place.put(script.content)
        subprocess.run(["/bin/sh", script.place.name], env={}, check=True)
    log = tmp_path / ".local" / "state" / "ccsetup" / "drift" / "cron.log"
    assert log.read_text() == " ".join(wanted.words[1:]) + "\n"


@pytest.mark.thorough
@pytest.mark.parametrize("mine", [b"", MINE, b"\n", b"# one\n" * 500], ids=["none", "difficult", "blank", "long"])
def test_every_other_line_of_the_crontab_stays_byte_for_byte(program: Program, mine: bytes) -> None:
    home = program.home
    (home / "mine").write_bytes(mine)
    install = f"{EXECUTABLE} schedule --with cron --install --yes"
    done = in_world(
        f"""
        [ -s mine ] && crontab mine
        {install} --every weekly >/dev/null || exit 5; crontab -l > once
        {install} --every weekly >/dev/null || exit 5; crontab -l > twice
        {install} --every hourly >/dev/null || exit 5; crontab -l > changed
        {EXECUTABLE} schedule --status; echo "status $?"
        {EXECUTABLE} schedule --remove || exit 5; crontab -l > after; echo "left $?"
        """,
        home,
        program.environment,
    )
    assert done.code == 0, done.err
    once = (home / "once").read_bytes()
    assert once.startswith(cron.BEGIN.encode())
    assert once.endswith(cron.END.encode() + mine)
    assert (home / "twice").read_bytes() == once
    assert len((home / "changed").read_bytes().splitlines()) == len(once.splitlines())
    assert (home / "after").read_bytes() == mine
    assert f"left {0 if mine else 1}" in done.out
    assert "cron, hourly: active, next run" in done.out
    assert "status 0" in done.out
    assert not (home / ".local/state/ccsetup/schedule/drift.sh").exists()


@pytest.mark.thorough
def test_changed_lines_are_neither_replaced_nor_removed(program: Program) -> None:
    done = in_world(
        f"""
        {EXECUTABLE} schedule --with cron --install --yes >/dev/null || exit 5
        crontab -l | sed 's/^[0-9]* [0-9]* /1 2 /' > changed; crontab changed
        {EXECUTABLE} schedule --status; echo "status $?"
        {EXECUTABLE} schedule --with cron --install --every hourly --yes >/dev/null; echo "install $?"
        {EXECUTABLE} schedule --remove; echo "remove $?"; crontab -l | cmp - changed && echo untouched
        """,
        program.home,
        program.environment,
    )
    assert done.out.count("crontab  changed") == 1
    assert "next run" not in done.out
    assert done.out.split()[-5:] == ["install", "2", "remove", "2", "untouched"]
    assert "status 1" in done.out
    assert "crontab was changed since ccsetup wrote it" in done.err
