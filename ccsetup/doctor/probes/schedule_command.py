"""Probe whether the installed timers still start this ccsetup in its current form."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Probe, Result, Skipped
from ccsetup.drift.schedule.outdated import renewals
from ccsetup.drift.schedule.record import Record
from ccsetup.knowledge.pages import Finding
from ccsetup.system.errors import UserError

NAME = "schedule-command"


def check_schedule_command(case: Case) -> Iterator[Result]:
    """Yield a finding for each file of an installed schedule with an outdated command line."""
    try:
        record = Record(case.system.state / "schedule").read()
    except UserError as error:
        yield Skipped(NAME, error.message)
        return
    if not record:
        yield Skipped(NAME, "no schedule is installed", telling=False)
        return
    outdated = case.once(NAME, lambda: tuple(renewals(record)))
    for renewal in outdated:
        facts = {"with": renewal.kind, "every": renewal.every, "path": renewal.path, "reason": renewal.why.reason}
        yield Finding("schedule-outdated", case.facts(**facts), "info" if renewal.why.harmless else None)
    if not outdated:
        yield Passed(NAME, ", ".join(record))


PROBE = Probe(NAME, check_schedule_command, online=False, local=True)
