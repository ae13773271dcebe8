"""Windows Task Scheduler: a task of the user, registered from an XML file."""

from subprocess import list2cmdline
from xml.sax.saxutils import escape

from ccsetup.drift.schedule.model import NAME, Job, Machine, Target, Text, TimerCommand, TimerStatus, filled
from ccsetup.drift.schedule.record import Disk
from ccsetup.shells import powershell

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAY = "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"


def windows_target(machine: Machine) -> Target:
    file = machine.state / "schedule" / f"{NAME}.xml"

    def texts(job: Job) -> tuple[Text, ...]:
        start = f"2026-01-01T{0 if job.every == 'hourly' else job.hour:02}:{job.minute:02}:00"
        day = _DAYS[job.weekday]
        weekly = f"<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><{day} /></DaysOfWeek></ScheduleByWeek>"
        hourly = "<Repetition><Interval>PT1H</Interval><Duration>P1D</Duration></Repetition>"
        xml = filled(
            "task-scheduler.xml",
            {
                "start": start,
                "repetition": hourly if job.every == "hourly" else "",
                "schedule": weekly if job.every == "weekly" else _DAY,
                "arguments": escape(list2cmdline(_arguments(job))),
            },
        )
        # The file declares UTF-16, so schtasks expects it.
        return (Text(Disk(file), b"\xff\xfe" + xml.replace("\n", "\r\n").encode("utf-16-le")),)

    query = ("schtasks", "/Query", "/TN", NAME)
    return Target(
        name="task-scheduler",
        tool="schtasks",
        texts=texts,
        start=(TimerCommand(("schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F")),),
        stop=(TimerCommand(("schtasks", "/Delete", "/TN", NAME, "/F"), may_fail=True),),
        look=lambda: _read_timer(machine, query),
        see=list2cmdline([*query, "/V", "/FO", "LIST"]),
    )


def _arguments(job: Job) -> list[str]:
    """Return PowerShell's arguments. A task has no variables, so PowerShell sets them, and passes on the exit code."""
    variables = "".join(f"$env:{name} = {powershell.quote(value)}; " for name, value in job.environment.items())
    command = " ".join(map(powershell.quote, job.words))
    script = f"{variables}& {command}; exit $LASTEXITCODE"
    return ["-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", script]


def _read_timer(machine: Machine, query: tuple[str, ...]) -> TimerStatus:
    result = machine.run(query, b"")
    return TimerStatus(result.code == 0, "" if result.code == 0 else result.err or "Task Scheduler has no such task")
