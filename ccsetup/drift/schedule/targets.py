"""The kinds of timer, in the order in which they are detected."""

import getpass
import platform
import sys
from pathlib import Path

from ccsetup.drift.schedule import cron, github, kubernetes, launchd, systemd, windows
from ccsetup.drift.schedule.model import Machine, Target, processes
from ccsetup.system.errors import UserError
from ccsetup.system.system import System

LOCAL = {
    "systemd": systemd.systemd_target,
    "cron": cron.cron_target,
    "launchd": launchd.launchd_target,
    "task-scheduler": windows.windows_target,
}
ELSEWHERE = ("github", "kubernetes")
KINDS = (*LOCAL, *ELSEWHERE)


def machine(system: System) -> Machine:
    """Return this machine, with a runner for its programs."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no entry
        user = ""
    return Machine(
        home=system.home,
        cwd=system.cwd,
        state=system.state,
        environment=system.environment,
        system=sys.platform,
        user=user,
        host=platform.node(),
        run=processes(system.environment),
    )


def detect_kind(machine: Machine) -> str:
    """Return the kind of timer that this machine has; raises UserError if it has none."""
    if machine.system == "win32":
        return "task-scheduler"
    if machine.system == "darwin":
        return "launchd"
    if systemd.has_user_instance(machine):
        return "systemd"
    if machine.has("crontab"):
        return "cron"
    raise UserError(
        "this machine has no timer that ccsetup knows: no systemd of this user's, and no crontab",
        f"choose a scheduler: --with {'|'.join(KINDS)}",
    )


def recorded_target(key: str, machine: Machine) -> Target:
    """Return the target of a recorded schedule, sufficient to check and remove it."""
    kind, _, folder = key.partition(" ")
    if kind in LOCAL:
        return LOCAL[kind](machine)
    see = github.SEE if kind == "github" else kubernetes.SEE
    return Target(name=kind, tool=None, texts=lambda _: (), see=see, folder=Path(folder))


def record_key(kind: str, machine: Machine) -> str:
    """Return the record's key of a schedule of this kind that is created here."""
    match kind:
        case "github":
            return f"github {github.find_repository(machine.cwd)}"
        case "kubernetes":
            return f"kubernetes {machine.cwd}"
        case _:
            return kind
