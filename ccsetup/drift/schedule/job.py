"""The command that a timer on this machine runs: the program's absolute path, and the variables that a timer lacks."""

import datetime
import fnmatch
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ccsetup.drift.schedule.model import Every, Job
from ccsetup.knowledge import secret_shapes
from ccsetup.profile.environment import values_to_restore
from ccsetup.system import console, own_command
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError


def program() -> tuple[str, ...]:
    """Return the command that starts this program from any folder and with any PATH."""
    return own_command.program(sys.argv[0])


def select_variables(environment: Mapping[str, str], patterns: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the variables for the timer, as they are without an active profile, and the names of those left out
    because they hold a secret."""
    inactive = {name: value for name, value in {**environment, **values_to_restore(environment)}.items() if value}
    matching = {
        name: value
        for name, value in sorted(inactive.items())
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    }
    # Without a bus the job works better than with the bus of a session that has ended.
    if matching.get("DBUS_SESSION_BUS_ADDRESS") != f"unix:path={matching.get('XDG_RUNTIME_DIR')}/bus":
        matching.pop("DBUS_SESSION_BUS_ADDRESS", None)
    if "CCSETUP_HOME" in matching:
        matching["CCSETUP_HOME"] = str(Path(matching["CCSETUP_HOME"]).absolute())
    if "PATH" in matching:
        folders = [folder for folder in matching["PATH"].split(os.pathsep) if Path(folder).is_absolute()]
        matching["PATH"] = os.pathsep.join(dict.fromkeys(folders))
    secret = tuple(
        name
        for name, value in matching.items()
        if console.redact(value, "") != value or secret_shapes.kind(name, value)
    )
    return {name: value for name, value in matching.items() if name not in secret}, secret


def job(program: Sequence[str], flags: Sequence[str], environment: Mapping[str, str], every: Every, seed: str) -> Job:
    """Return the timer's job. Its time depends only on `seed`, which spreads the machines' queries."""
    for word in (*program, *flags):
        _check("the command line", word)
    for name, value in environment.items():
        _check(f"the variable {name}", value)
    number = int.from_bytes(hashlib.sha256(seed.encode(errors="surrogateescape")).digest()[:8], "big")
    return Job(
        program=tuple(program),
        flags=tuple(flags),
        environment=environment,
        every=every,
        minute=1 + number % 59,  # never on the hour, when other timers run
        hour=9 + number // 59 % 8,  # in working hours, since a sleeping laptop runs no cron job
        weekday=1 + number // 59 // 8 % 5,
    )


def next_run(cron: str, now: datetime.datetime) -> datetime.datetime:
    """Return the next time that matches the fields of `Job.cron`, in the time zone of `now`."""
    minute, hour, _, _, weekday = cron.split()
    moment = now.replace(second=0, microsecond=0, minute=int(minute))
    step = datetime.timedelta(hours=1 if hour == "*" else 24)
    if hour != "*":
        moment = moment.replace(hour=int(hour))
    while moment <= now or (weekday != "*" and moment.isoweekday() % 7 != int(weekday)):
        moment += step
    return moment


def _check(label: str, value: str) -> None:
    if not value.isprintable():  # this excludes lone surrogates, which represent undecodable bytes
        raise UserError(
            f"{label} holds {visible(value)!r}, and not every timer can carry that", "use printable text there"
        )
