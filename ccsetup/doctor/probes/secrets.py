"""Probe whether every secret that the profile refers to can be read, and whether its headers are header lines."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.profile import HEADERS, owned_references
from ccsetup.profile.reference_facts import describe_reference

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LAST_LATIN_1 = "\xff"


def check_secrets(case: Case) -> Iterator[Result]:
    if case.unfetched is not None:
        yield case.unfetched
        return
    owned = {} if case.is_ambient else owned_references(case.profile.set, case.knowledge)
    for answer, variable in owned.items():
        yield case.finding("reference-unset", answer=answer, variable=variable)
    yield from _check_headers(case)
    shown = ", ".join(f"{answer} {secret}" for answer, secret in case.access.secrets.items())
    yield Passed("secrets", shown or "none wanted")


def _check_headers(case: Case) -> Iterator[Result]:
    """Yield what the client does not send of the headers, or refuses. Their text is not repeated: it may be a key."""
    lines = [line.strip() for line in case.access.environment.get(HEADERS, "").splitlines() if line.strip()]
    pairs = {number: line.partition(":") for number, line in enumerate(lines, 1)}
    refused = [number for number, (name, colon, value) in pairs.items() if colon and not _may_be_sent(name, value)]
    unsent = [number for number, (_, colon, _) in pairs.items() if not colon]
    if refused:
        yield _finding(case, f"line {refused[0]} has a name or a value that HTTP does not allow")
    elif unsent:
        finding = _finding(case, f"line {unsent[0]} has no colon, so Claude Code does not send it")
        is_credential = set(case.access.secrets) == {"headers"} and case.surface.signs == "key"
        yield finding if is_credential and len(unsent) == len(pairs) else replace(finding, severity="warning")


def _finding(case: Case, reason: str) -> Finding:
    reference = case.profile.set.get("headers", "")
    return case.finding("headers-malformed", reason=reason, **describe_reference(case.name, reference))


def _may_be_sent(name: str, value: str) -> bool:
    return _TOKEN.fullmatch(name.strip()) is not None and max(value, default="") <= _LAST_LATIN_1
