"""`drift --fix` and `--undo`, with confirmation."""

from ccsetup.drift import fix as core
from ccsetup.drift import run as running
from ccsetup.drift.fix import PinChange
from ccsetup.drift.run import Run
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


def fix(workspace: Workspace, run: Run, *, yes: bool) -> tuple[Run, tuple[str, ...]]:
    """Replace pins after confirmation; return the run as judged then, and what was not done and why."""
    changes = core.propose_changes(run)
    if not changes:
        console.say("there is nothing to re-pin")
        return run, ()
    heads = ("PROFILE", "TIER", "OLD", "NEW", "PLACE", "LIFECYCLE", "SERVED FROM")
    console.say(*console.table(heads, map(_row, changes)))
    wider = [change for change in changes if change.wider]
    if yes:  # without confirmation another residency is not accepted
        changes = tuple(change for change in changes if not change.wider)
    elif not workspace.system.interactive:
        raise UserError("drift --fix needs confirmation, and this is not a terminal", "add --yes")
    elif not prompt.confirm(f"re-pin {_these(len(changes))}?", workspace.system, yes=False):
        return run, ("nothing was changed",)
    changed, meanwhile = core.apply(workspace, changes)
    for change in changes:
        if change.profile in changed:
            console.say(f"{change.profile}: {change.tier} is {change.new}")
    notes = [f"{name} was changed by another program in the meantime; run this again" for name in meanwhile]
    if yes:
        wait = "is in another geography; run --fix without --yes to decide"
        notes += [f"{item.profile}: {item.tier} not changed: {item.new} {wait}" for item in wider]
    if changed:
        console.say("undo it with: ccsetup drift --undo")
    return running.judge_profiles(workspace, run, {**run.profiles, **changed}), tuple(notes)


def undo(workspace: Workspace, names: tuple[str, ...]) -> None:
    for name in core.undo(workspace, names):
        console.say(f"{name}: restored")


def _these(count: int) -> str:
    return "this" if count == 1 else f"these {count}"


def _row(change: PinChange) -> tuple[str, ...]:
    reach = " ".join(change.reach) or "-"
    note = " (another residency)" if change.wider else ""
    return change.profile, change.tier, change.old, change.new, change.place, change.lifecycle, reach + note
