"""`ccsetup schedule --status`: reports installed schedules, their next run, and the last run's result."""

from collections.abc import Iterator, Sequence

from ccsetup.drift import last_run
from ccsetup.drift.last_run import LastRun
from ccsetup.drift.schedule import targets
from ccsetup.drift.schedule.install import Workshop
from ccsetup.drift.schedule.status import Standing, exit_code, read_standing
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM
from ccsetup.workspace import Workspace


def print_status(workspace: Workspace, workshop: Workshop, kind: str | None, *, json: bool) -> int:
    """Print the status; return the exit code."""
    last = last_run.all_profiles(workspace.system.state).last()
    schedules = tuple(
        read_standing(workshop, targets.recorded_target(key, workshop.machine), written, last, workspace.system.now())
        for key, written in workshop.record.read().items()
        if kind is None or key.partition(" ")[0] == kind
    )
    verdict = exit_code(schedules, last)
    if json:
        console.answer_json(_document(schedules, last, verdict))
        return verdict
    for schedule in schedules:
        console.answer(*_lines(schedule), home=str(workspace.system.home))
    if not schedules:
        console.say("nothing is installed; see what would be: ccsetup schedule --print")
    if last is not None:
        when = f"{last.at.astimezone():%Y-%m-%d %H:%M}, {console.age(workspace.system.now() - last.at)} ago"
        console.answer(f"last run  {when}, exit code {last.code}: {last.summary}")
    elif schedules:
        console.answer("last run  none yet")
    return verdict


def _lines(schedule: Standing) -> Iterator[str]:
    state = {True: "active", False: "not active", None: "runs elsewhere"}[schedule.active]
    next_run = f", next run {schedule.next_run.astimezone():%Y-%m-%d %H:%M}" if schedule.next_run else ""
    yield f"{schedule.kind}, {schedule.every}: {state}{next_run}"
    yield from (f"  {name}  {place}" for name, place in schedule.places.items())
    yield from (f"  wrong: {problem}" for problem in schedule.problems)
    yield from (f"  old: {renewal}" for renewal in schedule.renew)
    yield f"  more: {schedule.see}"


def _document(schedules: Sequence[Standing], last: LastRun | None, verdict: int) -> object:
    return {
        "schema": 1,
        "verdict": {0: "ok", PROBLEM: "problem"}.get(verdict, "unknown"),
        "schedules": [
            {
                "with": schedule.kind.partition(" ")[0],
                "every": schedule.every,
                "places": schedule.places,
                "active": schedule.active,
                "next_run": schedule.next_run.isoformat(timespec="seconds") if schedule.next_run else None,
                "problems": schedule.problems,
                "renew": schedule.renew,
                "see": schedule.see,
            }
            for schedule in schedules
        ],
        "last_run": last,
    }
