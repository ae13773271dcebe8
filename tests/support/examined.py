"""Profiles examined in this process, as `doctor` would: by the same probes, in a home of the lab."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes.case import Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.knowledge import surfaces
from ccsetup.profile import profile as profiles
from ccsetup.profile.profile import Profile
from ccsetup.system.system import System
from ccsetup.workspace import Workspace

Table = Mapping[str, str]


def a_profile(surface_: str, **tables: Table) -> Profile:
    """A profile as its file would be: tables set, models, env, expect."""
    lines = ["schema = 1", f'surface = "{surface_}"']
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{name} = {value!r}" for name, value in values.items())]
    return profiles.parse("\n".join(lines).encode(), "profile", surfaces.load_surfaces())


def a_world(
    home: Path, environment: Mapping[str, str], at: datetime.datetime | None = None, cwd: Path | None = None
) -> System:
    root = home / ".ccsetup"
    moment = at or datetime.datetime.now(datetime.UTC)  # as the lab's Date headers have it
    return System(environment, home, cwd or home, root, root / "cache", root / "state", False, lambda: moment)


def examined(
    home: Path,
    environment: Mapping[str, str],
    wanted: Mapping[str, Profile],
    *,
    offline: bool = False,
    at: datetime.datetime | None = None,
    cwd: Path | None = None,
) -> dict[str, Report]:
    """The report of each profile, all examined in one run; this machine's own Claude Code and shell left out."""
    workspace, once = Workspace(a_world(home, environment, at, cwd)), Once()
    prepare = {
        name: lambda name=name, one=one: prepare_saved(workspace, name, one, once) for name, one in wanted.items()
    }
    reports = examine([one for one in PROBES if not one.local], prepare, offline=offline)
    return {report.profile: report for report in reports}


def slugs(report: Report, *weights: str) -> list[str]:
    """The findings of these weights (all that alarm, when left out), in their order."""
    return [one.check for one in report.findings if one.weight in (weights or ("error", "warning"))]
