"""Probes of Google's credentials: the file's form, and whether it gives an access token."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from ccsetup.claude_code import effective
from ccsetup.doctor.probes import google_shared
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_sign_in
from ccsetup.knowledge import secret_shapes
from ccsetup.providers.access import Failed
from ccsetup.providers.google import credentials
from ccsetup.providers.google.config_files import Adc
from ccsetup.providers.google.config_files import adc as found_adc
from ccsetup.system import presence

_NAMED = "GOOGLE_APPLICATION_CREDENTIALS"
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
    if adc.state == "none":
        yield case.finding("gcp-adc-missing")
        return
    if adc.state == "missing" and secret_shapes.kind(_NAMED, str(adc.path)):
        yield Skipped("credentials", f"{_NAMED} holds a secret instead of a path", telling=False)
        return
    if adc.state == "missing":
        yield case.finding("gcp-credentials-file-absent", path=str(adc.path), variable=_NAMED, where=_where(case))
        return
    if token_file := _missing_token_file(case, adc):
        yield case.finding("gcp-subject-token-failed", words=f"{token_file} does not exist")
        return
    try:
        if adc.state == "unreadable":
            message = next(iter(notes), f"{adc.path} is of no type that Google's libraries know")
        else:
            credentials.credentials(case.access)
            message = ""
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
        yield result_for_sign_in(case, "token", error)
        return
    adc = state(case, [])
    yield Passed("token", f"{_KINDS.get(adc.state, adc.state)} {adc.account or ''}".strip())


def state(case: Case, notes: list[str]) -> Adc:
    """Return the credentials that this profile's environment selects."""
    return found_adc(
        dataclasses.replace(case.system, environment=case.access.environment, home=case.access.home), notes
    )  # fmt: skip


def _missing_token_file(case: Case, adc: Adc) -> str:
    """Return the file of a workload's own token if it does not exist, else ""."""
    if adc.state != "external":
        return ""
    try:
        named = (credentials.source(case.access).info.get("credential_source") or {}).get("file")
    except Exception:  # of the wrong form, which is another finding
        return ""
    return "" if not isinstance(named, str) or presence.is_file(Path(named)) else named


def _where(case: Case) -> str:
    """Return what sets the variable of the credentials file, in words."""
    decided = effective.variables(case.surroundings.layers, {}, None).get(_NAMED)
    if decided is not None:
        return str(decided.path or decided.layer)
    return f"credentials_file of profile {case.name}" if "credentials_file" in case.profile.set else "the shell"
