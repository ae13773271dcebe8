"""Where a Bedrock profile's credentials come from, whether they can be had, and how long they last."""

import re
from collections.abc import Iterator
from typing import Any

from ccsetup.doctor.probes import aws_expiry, aws_identity
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_failure
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import session

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SOON = 60  # minutes
_BEARER = re.compile(r"(ABSK|bedrock-api-key-)[\x21-\x7e]+")


def bearer(case: Case) -> Iterator[Result]:
    """A Bedrock API key by its looks: form and, for a short-term one, its end. No request."""
    key = case.access.secrets.get("bearer_token")
    if key is None:
        return
    if not _BEARER.fullmatch(key.reveal()):
        yield case.finding("aws-bearer-malformed")
        return
    left = aws_expiry.of_key(key.reveal(), case.access.now)
    if left is not None and left <= 0:
        yield case.finding("aws-bearer-expired")
        return
    if left is not None and left < _SOON:
        yield case.finding("aws-credentials-expiring", minutes=str(left))
    unused = case.access.environment.get("AWS_PROFILE")
    yield Passed("bearer", f"Bedrock API key {key}" + (f", and AWS profile {unused} goes unused" if unused else ""))


def check_credentials(case: Case) -> Iterator[Result]:
    """The credentials themselves, as the client would find them. A request is made only where a role or a sign-in
    wants one."""
    if case.access.credentials:
        yield Skipped("credentials", f"{aws_identity.kind(case)} is used instead")
        return
    yield from _shadowed(case)
    try:
        found = case.ask(("credentials", case.place), lambda: resolved(case))
    except Failed as why:
        yield result_for_failure(case, "credentials", why)
        return
    if found is None:
        yield case.finding("aws-credentials-missing")
        return
    left = aws_expiry.left(case, found.method)
    if left is not None and left <= 0:
        yield case.finding("aws-token-expired")
        return
    if left is not None and left < _SOON:
        yield case.finding("aws-credentials-expiring", minutes=str(left))
    source = f"profile {case.access.environment['AWS_PROFILE']}, " if case.access.environment.get("AWS_PROFILE") else ""
    yield Passed("credentials", source + found.method + ("" if left is None else f", good for {left} minutes"))


def resolved(case: Case) -> Any:  # noqa: ANN401 - botocore brings no types
    """botocore's credentials, fetched to the end; None where nobody has any. Failed where a source fails.

    Here, before any client is made: whatever a source runs or asks must not hold up other profiles (see aws._LOCK).
    """
    try:
        found = session.session(case.access).get_credentials()
        if found is not None and found.method != "env":  # which would "refresh" what ran out from the variables again
            found.get_frozen_credentials()
    except Failed:
        raise
    except Exception as why:  # botocore lets ValueError, OSError and its own through
        raise session.failure(why, case.access, case.place, "sts") from why
    return found


def _shadowed(case: Case) -> Iterator[Result]:
    """Keys in variables beside an AWS profile: two tools, two identities. Nothing is wrong with the profile."""
    environment = case.access.environment
    there = [name for name in _KEYS if environment.get(name)]
    if case.here and environment.get("AWS_PROFILE") and "AWS_ACCESS_KEY_ID" in there:
        variables = " and ".join((", ".join(there[:-1]), there[-1])) if len(there) > 1 else there[0]
        yield Finding("aws-env-keys-shadowed", case.facts(variables=variables), "info")
