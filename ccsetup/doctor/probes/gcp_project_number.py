"""Probes of the project id that Google's library inside Claude Code looks up for a workload identity."""

import re
from collections.abc import Iterator, Mapping

from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge.known_broken import broken_versions
from ccsetup.providers.access import Failed
from ccsetup.providers.google import api, credentials

_CHECK = "project-id"
# What the library reads before it asks; seen on 2.1.332, in lower case too. The profile's own variable does not count.
_NAMES = ("GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT", "gcloud_project", "google_cloud_project")
_HOST = "https://cloudresourcemanager.googleapis.com"  # the library follows no override of gcloud's


@google_shared.needs_google_credentials(_CHECK)
def check_project_id(case: Case) -> Iterator[Result]:
    """Check that a workload identity may read its own project, which Claude Code asks for even if it has a project.

    Seen on 2.1.332: it asks by the number in the credentials file, and a refusal ends its request.
    """
    yield from _look_up(case, "gcp-project-id-refused", {})


@google_shared.needs_google_credentials(_CHECK)
def check_for_older_client(case: Case) -> Iterator[Result]:
    """The same on Vertex AI, where only older versions of Claude Code ask."""
    client = case.client()
    entries = broken_versions(client.version, "vertex") if client else ()
    asks = next((entry for entry in entries if entry.condition == "project-lookup"), None)
    if client and asks:
        facts = {"version": client.version, "what": asks.what, "range": asks.extent}
        yield from _look_up(case, "claude-known-broken", facts)
    else:
        yield Skipped(_CHECK, "Claude Code does not look it up", telling=False)


def _look_up(case: Case, page: str, facts: Mapping[str, str]) -> Iterator[Result]:
    number = _number(credentials.source(case.access).info)
    named = next((name for name in _NAMES if case.access.environment.get(name)), None)
    if named or not number:
        reason = f"{named} names the project" if named else "the credentials have no project number"
        yield Skipped(_CHECK, reason, telling=False)
        return
    url = f"{_HOST}/v1/projects/{number}"
    try:
        reply = google_shared.once(case, url, lambda: api.call(case.access, "GET", url, case.place, counted=None))
    except Failed as error:
        if error.status == "unreachable" or error.is_busy:
            yield Broken(_CHECK, error.words or error.finding.check)
        else:
            yield case.finding(page, **facts, number=number, words=error.words)
        return
    yield Passed(_CHECK, str(reply.get("projectId", number)))


def _number(info: dict[str, object]) -> str:
    """Return the project number in a workload identity's file, else that of a workforce's user project, else ""."""
    if info.get("type") != "external_account":
        return ""
    match = re.search(r"/projects/([^/]+)", str(info.get("audience", "")))
    return match[1] if match else str(info.get("workforce_pool_user_project") or "")
