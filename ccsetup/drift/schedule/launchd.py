"""launchd: a user agent on macOS."""

import os
import plistlib

from ccsetup.drift.schedule.model import Job, Machine, Target, Text, TimerCommand, TimerStatus
from ccsetup.drift.schedule.record import Disk
from ccsetup.system.display import pasted

LABEL = "ccsetup.drift"


def launchd_target(machine: Machine) -> Target:
    file = machine.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    log = machine.home / "Library" / "Logs" / f"{LABEL}.log"  # launchd creates the file but not its folder
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"

    def texts(job: Job) -> tuple[Text, ...]:
        agent = {
            "Label": LABEL,
            "ProgramArguments": list(job.words),
            "EnvironmentVariables": dict(job.environment),
            "StartCalendarInterval": _interval(job),
            "ProcessType": "Background",
            "StandardOutPath": str(log),
            "StandardErrorPath": str(log),
        }
        return (Text(Disk(file), plistlib.dumps(agent, sort_keys=False)),)

    return Target(
        name="launchd",
        tool="launchctl",
        texts=texts,
        # launchd keeps an agent as loaded: a new file takes effect only after bootout.
        start=(
            TimerCommand(("launchctl", "bootout", f"{domain}/{LABEL}"), may_fail=True),
            TimerCommand(("launchctl", "bootstrap", domain, str(file))),
        ),
        stop=(TimerCommand(("launchctl", "bootout", f"{domain}/{LABEL}"), may_fail=True),),
        look=lambda: _read_timer(machine, domain),
        see=f"tail {pasted(str(log))}",
    )


def _interval(job: Job) -> dict[str, int]:
    fields = {"Weekday": job.weekday, "Hour": job.hour, "Minute": job.minute}
    names = {"hourly": ("Minute",), "daily": ("Hour", "Minute"), "weekly": ("Weekday", "Hour", "Minute")}[job.every]
    return {name: fields[name] for name in names}


def _read_timer(machine: Machine, domain: str) -> TimerStatus:
    result = machine.run(("launchctl", "print", f"{domain}/{LABEL}"), b"")
    return TimerStatus(result.code == 0, "" if result.code == 0 else "launchd has not loaded the agent")
