"""A systemd user timer: two units, quoted so that any path works."""

import datetime
import re
from pathlib import Path

from ccsetup.drift.schedule.model import NAME, Job, Machine, Target, Text, TimerCommand, TimerStatus, filled
from ccsetup.drift.schedule.record import Disk

_USER = ("systemctl", "--user")
_CALENDAR = {"hourly": ("hourly", "30min"), "daily": ("daily", "6h"), "weekly": ("weekly", "1d")}


def systemd_target(machine: Machine) -> Target:
    base = machine.environment.get("XDG_CONFIG_HOME", "")
    folder = (Path(base) if base.startswith("/") else machine.home / ".config") / "systemd" / "user"

    def texts(job: Job) -> tuple[Text, ...]:
        calendar, delay = _CALENDAR[job.every]
        variables = "".join(f"Environment={quote(f'{name}={value}')}\n" for name, value in job.environment.items())
        service = filled("systemd.service", {"environment": variables, "command": _command(job.words)})
        timer = filled("systemd.timer", {"every": job.every, "calendar": calendar, "delay": delay})
        return (
            Text(Disk(folder / f"{NAME}.service"), service.encode()),
            Text(Disk(folder / f"{NAME}.timer"), timer.encode()),
        )

    return Target(
        name="systemd",
        tool="systemctl",
        texts=texts,
        start=(TimerCommand((*_USER, "daemon-reload")), TimerCommand((*_USER, "enable", "--now", f"{NAME}.timer"))),
        stop=(TimerCommand((*_USER, "disable", "--now", f"{NAME}.timer"), may_fail=True),),
        gone=(
            TimerCommand((*_USER, "daemon-reload"), may_fail=True),
            TimerCommand((*_USER, "reset-failed", f"{NAME}.service"), may_fail=True),
        ),
        look=lambda: _read_timer(machine),
        see=f"journalctl --user -u {NAME}.service -n 20",
        notes=("it runs while you are logged in; to run it always: loginctl enable-linger",),
    )


def has_user_instance(machine: Machine) -> bool:
    """Whether the user's systemd responds."""
    return machine.has("systemctl") and machine.run((*_USER, "show-environment"), b"").code == 0


def quote(text: str) -> str:
    """Return `text` as one word of a unit file; `%` would be a specifier.
    https://www.freedesktop.org/software/systemd/man/systemd.syntax.html"""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _command(words: tuple[str, ...]) -> str:
    """Return the value of ExecStart. `$` is escaped in all words but the program's path, where systemd does not expand
    it."""
    if re.search(r"[\"'\\]", words[0]):  # systemd refuses these characters in a program's path, even quoted
        words = ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
    program, *arguments = words
    return " ".join((quote(program), *(quote(word.replace("$", "$$")) for word in arguments)))


def _read_timer(machine: Machine) -> TimerStatus:
    show = ("show", f"{NAME}.timer", "--property=ActiveState,NextElapseUSecRealtime")
    result = machine.run(("env", "TZ=UTC", *_USER, *show), b"")  # it prints local times with ambiguous zone names
    if result.code:
        return TimerStatus(active=False, reason=result.err or "systemd does not answer")
    properties = dict(line.split("=", 1) for line in result.out.decode(errors="replace").splitlines() if "=" in line)
    moment = re.fullmatch(r"\w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", properties.get("NextElapseUSecRealtime", ""))
    state = properties.get("ActiveState", "unknown")
    return TimerStatus(
        state == "active",
        f"the timer is {state}",
        datetime.datetime.fromisoformat(f"{moment[1]}+00:00") if moment else None,
    )
