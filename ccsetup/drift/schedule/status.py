"""Whether what was installed still stands, is active, and has run."""

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

_PATIENCE: Mapping[Every, int] = {"hourly": 3, "daily": 3, "weekly": 21}  # days: a laptop may sleep over a weekend


@dataclass(frozen=True, slots=True)
class Standing:
    """One schedule as it is now. `active` and `next_run` are None for files that work elsewhere."""

    kind: str
    every: Every
    places: Mapping[str, State]
    active: bool | None
    next_run: datetime.datetime | None
    see: str
    problems: tuple[str, ...]
    renew: tuple[str, ...] = ()  # command lines that still work, and what renews them


def standing(
    workshop: Workshop, target: Target, written: Written, last: LastRun | None, now: datetime.datetime
) -> Standing:
    places = {name: _state(workshop, target, name, digests) for name, digests in written.places.items()}
    problems = [f"{name} is {state}" for name, state in places.items() if state != "as-written"]
    old = tuple(renewals({target.key: written}))
    problems += [_renewal(one) for one in old if not one.why.works]
    renew = tuple(_renewal(one) for one in old if one.why.works)
    seen = _look(target)
    if seen is None:
        return Standing(target.key, written.every, places, None, None, target.see, tuple(problems), renew)
    if not seen.active:
        problems.append(seen.reason)
    elif (quiet := now - max(written.since, last.at if last else written.since)).days >= _PATIENCE[written.every]:
        problems.append(f"it has not run for {quiet.days} days")
    coming = seen.next_run
    if seen.active and coming is None and set(places.values()) == {"as-written"}:
        coming = next_run(written.cron, now.astimezone())
    return Standing(target.key, written.every, places, seen.active, coming, target.see, tuple(problems), renew)


def code(found: Sequence[Standing], last: LastRun | None) -> int:
    """0: all stands and the last run found nothing. 1: something is wrong with either. 3: nothing is installed, or
    the last run could not look. What runs elsewhere keeps its last run there."""
    ran = last.code if last is not None and any(one.active is not None for one in found) else 0
    if any(one.problems for one in found) or ran in (1, 2):
        return PROBLEM
    return UNAVAILABLE if not found or ran else 0


def _look(target: Target) -> TimerStatus | None:
    try:
        return target.look() if target.look else None
    except UserError as why:
        return TimerStatus(active=False, reason=why.message)


def _renewal(one: Renewal) -> str:
    return f"{one.why.reason}; renew it with: {one.command}"


def _state(workshop: Workshop, target: Target, name: str, digests: tuple[str, ...]) -> State:
    try:
        there = workshop.place(target, name).read()
    except UserError:
        return "unreadable"
    if there is None:
        return "missing"
    return "as-written" if digest(there) in digests else "changed"
