"""`drift --fix` and `--undo`, with a person in between."""

from ccsetup.drift import fix as core
from ccsetup.drift import run as running
from ccsetup.drift.fix import PinChange
from ccsetup.drift.run import Run
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


def fix(workspace: Workspace, run: Run, *, yes: bool) -> tuple[Run, str]:
    """The run as it stands after re-pinning, and what was left undone and why, empty for nothing."""
    changes = core.proposed(run)
    if not changes:
        console.say("there is nothing to re-pin")
        return run, ""
    heads = ("PROFILE", "TIER", "OLD", "NEW", "PLACE", "LIFECYCLE", "SERVED FROM")
    console.say(console.table(heads, map(_row, changes)).rstrip())
    wider = [change for change in changes if change.wider]
    if yes:  # nobody looks: a residency is not given up unseen
        changes = tuple(change for change in changes if not change.wider)
    elif not workspace.system.interactive:
        raise UserError("drift --fix changes nothing without being asked, and here is no terminal", "add --yes")
    elif not prompt.confirm(f"re-pin {_these(len(changes))}?", workspace.system, yes=False):
        return run, "nothing was changed"
    done, meanwhile = core.apply(workspace, changes)
    for change in changes:
        if change.profile in done:
            console.say(f"{change.profile}: {change.tier} is {change.new}")
    left = [f"{name} was changed by something else meanwhile; look again" for name in meanwhile]
    if yes:
        left += [f"{one.profile}: {one.tier} stays: {one.new} has another residency; --fix alone asks" for one in wider]
    if done:
        console.say("undo it with: ccsetup drift --undo")
    return running.judged(workspace, run, {**run.profiles, **done}), "\n".join(left)


def undo(workspace: Workspace, names: tuple[str, ...]) -> None:
    for name in core.undo(workspace, names):
        console.say(f"{name} is as it was")


def _these(count: int) -> str:
    return "this" if count == 1 else f"these {count}"


def _row(change: PinChange) -> tuple[str, ...]:
    reach = " ".join(change.reach) or "-"
    note = " (another residency)" if change.wider else ""
    return change.profile, change.tier, change.old, change.new, change.place, change.lifecycle, reach + note
