"""The state of installed schedules: their files, whether they are active, and whether they ran."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ccsetup.drift.last_run import LastRun
from ccsetup.drift.schedule.install import Workshop
from ccsetup.drift.schedule.job import next_run
from ccsetup.drift.schedule.model import Every, Target, TimerStatus
from ccsetup.drift.schedule.outdated import Renewal, renewals
from ccsetup.drift.schedule.record import Written, digest
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError

State = Literal["as-written", "changed", "missing", "unreadable"]

# Days without a run; a laptop may sleep over a weekend.
_PATIENCE: Mapping[Every, int] = {"hourly": 3, "daily": 3, "weekly": 21}


@dataclass(frozen=True, slots=True)
class Standing:
    """The current state of one schedule. `active` and `next_run` are None for files for another machine."""

    kind: str
    every: Every
    places: Mapping[str, State]
    active: bool | None
    next_run: datetime.datetime | None
    see: str
    problems: tuple[str, ...]
    renew: tuple[str, ...] = ()  # command lines that still work but should be renewed, with the command


def read_standing(
    workshop: Workshop, target: Target, written: Written, last: LastRun | None, now: datetime.datetime
) -> Standing:
    places = {name: _state(workshop, target, name, digests) for name, digests in written.places.items()}
    problems = [f"{name} is {state}" for name, state in places.items() if state != "as-written"]
    outdated = tuple(renewals({target.key: written}))
    problems += [_renewal(renewal) for renewal in outdated if not renewal.why.works]
    renew = tuple(_renewal(renewal) for renewal in outdated if renewal.why.works)
    timer = _read_timer(target)
    if timer is None:
        return Standing(target.key, written.every, places, None, None, target.see, tuple(problems), renew)
    if not timer.active:
        problems.append(timer.reason)
    elif (quiet := now - max(written.since, last.at if last else written.since)).days >= _PATIENCE[written.every]:
        problems.append(f"it has not run for {quiet.days} days")
    next_time = timer.next_run
    if timer.active and next_time is None and set(places.values()) == {"as-written"}:
        next_time = next_run(written.cron, now.astimezone())
    return Standing(target.key, written.every, places, timer.active, next_time, target.see, tuple(problems), renew)


def exit_code(schedules: Sequence[Standing], last: LastRun | None) -> int:
    """Return the exit code.

    0: all schedules are in order and the last run found nothing. 1: a schedule or the last run has a problem. 3:
    nothing is installed, or the last run could not check. A job on another machine has its last run there.
    """
    last_code = last.code if last is not None and any(schedule.active is not None for schedule in schedules) else 0
    if any(schedule.problems for schedule in schedules) or last_code in (1, 2):
        return PROBLEM
    return UNAVAILABLE if not schedules or last_code else 0


def _read_timer(target: Target) -> TimerStatus | None:
    try:
        return target.look() if target.look else None
    except UserError as error:
        return TimerStatus(active=False, reason=error.message)


def _renewal(renewal: Renewal) -> str:
    return f"{renewal.why.reason}; renew it with: {renewal.command}"


def _state(workshop: Workshop, target: Target, name: str, digests: tuple[str, ...]) -> State:
    try:
        content = workshop.place(target, name).read()
    except UserError:
        return "unreadable"
    if content is None:
        return "missing"
    return "as-written" if digest(content) in digests else "changed"
