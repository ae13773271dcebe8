"""Probe of the guard of `[expect]`: account, project and organization. What cannot be compared is reported, never
passed over."""

import re
from collections.abc import Iterator

from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed

IDENTITY = ("account", "project", "organization")  # keys of [expect]
_NUMBER = re.compile(r"[0-9]+")


def unchecked(case: Case, key: str, reason: str) -> Finding:
    """The finding for a key of `[expect]` that could not be compared."""
    return case.finding("expect-unchecked", expected=f"expect.{key} = {case.profile.expect[key]}", reason=reason)


def check_expected(case: Case) -> Iterator[Result]:
    """Check a project that only Google can compare, and report each key that has no meaning on this surface. What is
    left has probes of its own."""
    surface, guards = case.surface, case.profile.expect
    told = {
        "account": surface.signs == "sigv4",
        "project": surface.signs == "google",
        "organization": surface.is_direct,
    }
    meaningless = [key for key in IDENTITY if key in guards and not told[key]]
    for key in meaningless:
        yield unchecked(case, key, f"requests of {surface.title} do not tell the {key}")
    if "project" in guards and told["project"] and not same_form(used_project(case), guards["project"]):
        yield _compare_projects(case, guards["project"])
    elif not meaningless:
        yield Passed("expected", "compared by probes of their own")


def used_project(case: Case) -> str:
    """The project that Claude Code names in its requests."""
    return case.access.environment.get(case.surface.variable("project")) or case.profile.set["project"]


def same_form(one: str, other: str) -> bool:
    """Whether both are ids of a project, or both its numbers, so that their text can be compared."""
    return bool(_NUMBER.fullmatch(one)) == bool(_NUMBER.fullmatch(other))


def _compare_projects(case: Case, agreed: str) -> Result:
    """Compare an id with a number."""
    if case.access.is_unsigned:
        return unchecked(case, "project", f"{case.surface.unsigned_flag}: the gateway has the credentials")
    used = used_project(case)
    try:
        reply = google_shared.fetch(case, "CLOUDRESOURCEMANAGER", f"v3/projects/{used}")
    except Failed as error:
        return unchecked(case, "project", error.words or error.finding.check)
    if agreed in (reply.get("projectId"), str(reply.get("name")).removeprefix("projects/")):
        return Passed("expected", f"{used} is {agreed}")
    return case.finding("gcp-project-mismatch", project=used, variable="expect.project", expected=agreed)
