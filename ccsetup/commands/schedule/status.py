"""`ccsetup schedule --status`: what stands, when it runs next, and what the last run said."""

from collections.abc import Sequence

from ccsetup.drift import last_run
from ccsetup.drift.last_run import LastRun
from ccsetup.drift.schedule import targets
from ccsetup.drift.schedule.install import Workshop
from ccsetup.drift.schedule.status import Standing, code, standing
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM
from ccsetup.workspace import Workspace


def told(workspace: Workspace, workshop: Workshop, kind: str | None, *, json: bool) -> int:
    """Print it; the exit code."""
    last = last_run.all_profiles(workspace.system.state).last()
    found = tuple(
        standing(workshop, targets.standing_in(key, workshop.machine), written, last, workspace.system.now())
        for key, written in workshop.record.read().items()
        if kind is None or key.partition(" ")[0] == kind
    )
    verdict = code(found, last)
    if json:
        console.answer_json(_document(found, last, verdict))
        return verdict
    for one in found:
        console.answer(console.redact(_text(one), str(workspace.system.home)))
    if not found:
        console.say("nothing is installed; see what would be: ccsetup schedule --print")
    if last is not None:
        when = f"{last.at.astimezone():%Y-%m-%d %H:%M}, {console.age(workspace.system.now() - last.at)} ago"
        console.answer(f"last run  {when}, exit code {last.code}: {last.summary}\n")
    elif found:
        console.answer("last run  none yet\n")
    return verdict


def _text(one: Standing) -> str:
    state = {True: "active", False: "not active", None: "runs elsewhere"}[one.active]
    coming = f", next run {one.next_run.astimezone():%Y-%m-%d %H:%M}" if one.next_run else ""
    lines = [f"{one.kind}, {one.every}: {state}{coming}"]
    lines += [f"  {name}  {place}" for name, place in one.places.items()]
    lines += [f"  wrong: {problem}" for problem in one.problems]
    lines += [f"  old: {renewal}" for renewal in one.renew]
    lines.append(f"  more: {one.see}")
    return "".join(f"{line}\n" for line in lines)


def _document(found: Sequence[Standing], last: LastRun | None, verdict: int) -> object:
    return {
        "schema": 1,
        "verdict": {0: "ok", PROBLEM: "problem"}.get(verdict, "unknown"),
        "schedules": [
            {
                "with": one.kind.partition(" ")[0],
                "every": one.every,
                "places": one.places,
                "active": one.active,
                "next_run": one.next_run.isoformat(timespec="seconds") if one.next_run else None,
                "problems": one.problems,
                "renew": one.renew,
                "see": one.see,
            }
            for one in found
        ],
        "last_run": last,
    }
