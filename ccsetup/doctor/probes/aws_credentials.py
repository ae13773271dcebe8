"""Probes of a Bedrock profile's credentials: their source, whether they can be fetched, and when they expire."""

import re
from collections.abc import Iterator
from typing import Any

from ccsetup.doctor.probes import aws_expiry, aws_identity, bedrock_listing
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_sign_in
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import client_files, session, sources

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SOON = 60  # minutes
_BEARER = re.compile(r"(ABSK|bedrock-api-key-)[\x21-\x7e]+")


def bearer(case: Case) -> Iterator[Result]:
    """Check a Bedrock API key's form and, if short-term, its expiry. No request."""
    key = case.access.secrets.get("bearer_token")
    if key is None:
        return
    if not _BEARER.fullmatch(key.reveal()):
        yield case.finding("aws-bearer-malformed")
        return
    minutes = aws_expiry.of_key(key.reveal(), case.access.now)
    if minutes is not None and minutes <= 0:
        yield case.finding("aws-bearer-expired")
        return
    if minutes is not None and minutes < _SOON:
        yield case.finding("aws-credentials-expiring", minutes=str(minutes))
    unused = case.access.environment.get("AWS_PROFILE")
    yield Passed("bearer", f"Bedrock API key {key}" + (f", and AWS profile {unused} goes unused" if unused else ""))


def check_credentials(case: Case) -> Iterator[Result]:
    """Check the credentials as the client would find them. Makes a request only if a role or a sign-in needs one."""
    if case.access.credentials:
        yield Skipped("credentials", f"{aws_identity.kind(case)} is used instead")
        return
    yield from _shadowed(case)
    try:
        credentials = case.ask(("credentials", case.place), lambda: resolved(case))
    except Failed as error:
        unreached = bedrock_listing.is_unreached(error)  # then nothing signs
        yield case.fault(error) if unreached else result_for_sign_in(case, "credentials", error)
        return
    if credentials is None:
        yield case.finding("aws-credentials-missing")
        return
    minutes = aws_expiry.left(case, credentials.method)
    if minutes is not None and minutes <= 0:
        yield case.finding("aws-token-expired")
        return
    if minutes is not None and minutes < _SOON:
        yield case.finding("aws-credentials-expiring", minutes=str(minutes))
    source = f"profile {case.access.environment['AWS_PROFILE']}, " if case.access.environment.get("AWS_PROFILE") else ""
    yield Passed(
        "credentials", source + credentials.method + ("" if minutes is None else f", good for {minutes} minutes")
    )


def resolved(case: Case) -> Any:  # noqa: ANN401 - botocore brings no types
    """Return botocore's credentials, fetched completely; None if no source has any. Raises Failed if a source fails.

    It runs before a client is created, so that a slow source does not block other profiles (see aws._LOCK).
    """
    try:
        credentials = session.session(case.access).get_credentials()
        # "env" would "refresh" expired credentials from the same variables.
        if credentials is not None and credentials.method != "env":
            credentials.get_frozen_credentials()
    except Failed:
        raise
    except Exception as error:  # botocore lets ValueError and OSError through
        raise session.failure(error, case.access, case.place, "sts") from error
    return credentials


def _shadowed(case: Case) -> Iterator[Result]:
    """Report keys in variables beside an AWS profile: other tools use another identity, although the profile is
    fine. Where its role is assumed with these keys, they are needed."""
    environment = case.access.environment
    present = [name for name in _KEYS if environment.get(name)]
    name = environment.get("AWS_PROFILE")
    if case.here and name and "AWS_ACCESS_KEY_ID" in present and not _uses_environment(case, name):
        variables = " and ".join((", ".join(present[:-1]), present[-1])) if len(present) > 1 else present[0]
        yield Finding("aws-env-keys-shadowed", case.facts(variables=variables), "info")


def _uses_environment(case: Case, profile: str) -> bool:
    """Whether the AWS profile's chain of roles begins with the keys in variables."""
    profiles = client_files.read_files(case.access.environment, case.access.home).profiles
    last = sources.chain(profiles, profile)[-1]
    return last.kind == "named" and profiles.get(last.profile, {}).get("credential_source") == "Environment"
