"""Whether the installed timers still start this ccsetup in today's form."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Probe, Result, Skipped
from ccsetup.drift.schedule.outdated import renewals
from ccsetup.drift.schedule.record import Record
from ccsetup.knowledge.pages import Finding
from ccsetup.system.errors import UserError

NAME = "schedule-command"


def check_schedule_command(case: Case) -> Iterator[Result]:
    """A finding for each file of an installed schedule whose command line is outdated."""
    try:
        record = Record(case.system.state / "schedule").read()
    except UserError as why:
        yield Skipped(NAME, why.message)
        return
    if not record:
        yield Skipped(NAME, "no schedule is installed", telling=False)
        return
    found = case.once(NAME, lambda: tuple(renewals(record)))
    for one in found:
        facts = {"with": one.kind, "every": one.every, "path": one.path, "reason": one.why.reason}
        yield Finding("schedule-outdated", case.facts(**facts), "info" if one.why.harmless else None)
    if not found:
        yield Passed(NAME, ", ".join(record))


PROBE = Probe(NAME, check_schedule_command, online=False, local=True)
