"""What a timer on this machine runs: the program by its absolute path, and the variables that a timer lacks."""

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
    """The words that start this program again, from anywhere and with any PATH."""
    return own_command.program(sys.argv[0])


def carried(environment: Mapping[str, str], patterns: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of the environment the timer gets, as it is without an active profile; and what it does not get because it
    holds a secret."""
    bare = {name: value for name, value in {**environment, **values_to_restore(environment)}.items() if value}
    found = {
        name: value
        for name, value in sorted(bare.items())
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    }
    # The bus of a session that will be gone is worse than none.
    if found.get("DBUS_SESSION_BUS_ADDRESS") != f"unix:path={found.get('XDG_RUNTIME_DIR')}/bus":
        found.pop("DBUS_SESSION_BUS_ADDRESS", None)
    if "CCSETUP_HOME" in found:
        found["CCSETUP_HOME"] = str(Path(found["CCSETUP_HOME"]).absolute())
    if "PATH" in found:
        folders = [folder for folder in found["PATH"].split(os.pathsep) if Path(folder).is_absolute()]
        found["PATH"] = os.pathsep.join(dict.fromkeys(folders))
    secret = tuple(
        name for name, value in found.items() if console.redact(value, "") != value or secret_shapes.kind(name, value)
    )
    return {name: value for name, value in found.items() if name not in secret}, secret


def job(program: Sequence[str], flags: Sequence[str], environment: Mapping[str, str], every: Every, seed: str) -> Job:
    """A time of its own for each `seed`, the same each time: not everybody asks the provider at once."""
    for word in (*program, *flags):
        _check("the command line", word)
    for name, value in environment.items():
        _check(f"the variable {name}", value)
    spread = int.from_bytes(hashlib.sha256(seed.encode(errors="surrogateescape")).digest()[:8], "big")
    return Job(
        program=tuple(program),
        flags=tuple(flags),
        environment=environment,
        every=every,
        minute=1 + spread % 59,  # never on the hour, when every other timer runs
        hour=9 + spread // 59 % 8,  # in working hours: a laptop that sleeps runs no cron job
        weekday=1 + spread // 59 // 8 % 5,
    )


def next_run(cron: str, now: datetime.datetime) -> datetime.datetime:
    """When the fields that `Job.cron` made come next, in the zone of `now`."""
    minute, hour, _, _, weekday = cron.split()
    moment = now.replace(second=0, microsecond=0, minute=int(minute))
    step = datetime.timedelta(hours=1 if hour == "*" else 24)
    if hour != "*":
        moment = moment.replace(hour=int(hour))
    while moment <= now or (weekday != "*" and moment.isoweekday() % 7 != int(weekday)):
        moment += step
    return moment


def _check(what: str, value: str) -> None:
    if not value.isprintable():  # lone surrogates, which stand for bytes that are no text, included
        raise UserError(
            f"{what} holds {visible(value)!r}, and not every timer can carry that", "use printable text there"
        )
