"""Google's credentials: the file as it lies there, and whether it yields an access token."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Case, Passed, Result, result_for_failure
from ccsetup.providers.access import Failed
from ccsetup.providers.google import credentials
from ccsetup.providers.google.config_files import Adc
from ccsetup.providers.google.config_files import adc as found_adc

_KINDS = {
    "user": "user credentials",
    "service-account": "service account",
    "external": "workload identity",
    "impersonated": "impersonated service account",
    "metadata": "this machine's service account",
}


@google_shared.asking("credentials")
def file(case: Case) -> Iterator[Result]:
    """Offline: whether there are credentials, and of a form that can be used."""
    notes: list[str] = []
    found = state(case, notes)
    if found.state in ("none", "missing"):
        yield case.finding("gcp-adc-missing", path=str(found.path or ""))
        return
    try:
        if found.state == "unreadable":
            words = next(iter(notes), f"{found.path} is of no type that Google's libraries know")
        else:
            credentials.credentials(case.access)
            words = _subject(credentials.source(case.access).info)
    except Exception as why:  # google-auth, and what it calls, raise whatever a bad file provokes
        words = credentials.error_text(why)[:600]
    if words:
        yield case.finding("gcp-adc-unreadable", path=str(found.path or ""), words=words)
        return
    yield Passed("credentials", f"{_KINDS[found.state]}{f', {found.path}' if found.path else ''}")


@google_shared.asking("token")
def token(case: Case) -> Iterator[Result]:
    """Whether Google gives an access token for the credentials; asked once for all profiles that share them."""
    try:
        google_shared.token(case)
    except Failed as why:
        yield result_for_failure(case, "token", why)
        return
    found = state(case, [])
    yield Passed("token", f"{_KINDS.get(found.state, found.state)} {found.account or ''}".strip())


def state(case: Case, notes: list[str]) -> Adc:
    """The credentials that this profile's environment names."""
    return found_adc(
        dataclasses.replace(case.system, environment=case.access.environment, home=case.access.home), notes
    )  # fmt: skip


def _subject(info: dict[str, Any]) -> str:
    """What is wrong with the file that a workload's own token is in; empty when nothing is."""
    named = (info.get("credential_source") or {}).get("file")
    if not isinstance(named, str) or Path(named).is_file():
        return ""
    return f"the file of the workload's token was not found: {named}"
