"""Probes of Google's credentials: the file's form, and whether it gives an access token."""

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


@google_shared.needs_google_credentials("credentials")
def file(case: Case) -> Iterator[Result]:
    """Check offline that credentials exist and have a usable form."""
    notes: list[str] = []
    adc = state(case, notes)
    if adc.state in ("none", "missing"):
        yield case.finding("gcp-adc-missing", path=str(adc.path or ""))
        return
    try:
        if adc.state == "unreadable":
            message = next(iter(notes), f"{adc.path} is of no type that Google's libraries know")
        else:
            credentials.credentials(case.access)
            message = _subject(credentials.source(case.access).info)
    except Exception as error:  # google-auth and what it calls raise any exception for a bad file
        message = credentials.error_text(error)[:600]
    if message:
        yield case.finding("gcp-adc-unreadable", path=str(adc.path or ""), words=message)
        return
    yield Passed("credentials", f"{_KINDS[adc.state]}{f', {adc.path}' if adc.path else ''}")


@google_shared.needs_google_credentials("token")
def token(case: Case) -> Iterator[Result]:
    """Check that Google issues an access token for the credentials; requested once for all profiles that share them."""
    try:
        google_shared.token(case)
    except Failed as error:
        yield result_for_failure(case, "token", error)
        return
    adc = state(case, [])
    yield Passed("token", f"{_KINDS.get(adc.state, adc.state)} {adc.account or ''}".strip())


def state(case: Case, notes: list[str]) -> Adc:
    """Return the credentials that this profile's environment selects."""
    return found_adc(
        dataclasses.replace(case.system, environment=case.access.environment, home=case.access.home), notes
    )  # fmt: skip


def _subject(info: dict[str, Any]) -> str:
    """Return what is wrong with the file of a workload's token; "" if nothing is."""
    named = (info.get("credential_source") or {}).get("file")
    if not isinstance(named, str) or Path(named).is_file():
        return ""
    return f"the file of the workload's token was not found: {named}"
