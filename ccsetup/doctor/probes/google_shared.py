"""Shared by the probes of Google Cloud: how a request is made, and what a refusal means.

`Case.ask` identifies the caller by variables. Here that would repeat requests for each project, since the sign-in is a
file that many projects share. So `once` identifies the caller by the credentials.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import wraps
from typing import Any, TypeVar

from ccsetup.doctor.probes.case import Broken, Case, Look, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import network
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.google import api, credentials

Found = TypeVar("Found")
_SKIP_AUTH = "CLAUDE_CODE_SKIP_VERTEX_AUTH"


def needs_google_credentials(check: str) -> Callable[[Look], Look]:
    """Decorate a probe that needs Google credentials; it is skipped for a profile whose gateway has them."""

    def wrapped(look: Look) -> Look:
        @wraps(look)
        def looked(case: Case) -> Iterator[Result]:
            if case.access.is_unsigned:
                yield Skipped(check, f"{_SKIP_AUTH}: the gateway has the credentials", telling=False)
                return
            yield from look(case)

        return looked

    return wrapped


def fetch(case: Case, service: str, path: str) -> dict[str, Any]:
    """Return a Google API's answer to GET, requested once per run."""
    return _request_once(case, "GET", service, path)


def post(case: Case, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a Google API's answer to a POST that only reads, requested once per run."""
    return _request_once(case, "POST", service, path, body)


def _request_once(case: Case, method: str, service: str, path: str, body: object = None) -> dict[str, Any]:
    host = credentials.endpoint(service, case.access.environment, f"https://{service.lower()}.googleapis.com")
    url = f"{host}/{path}"
    return once(case, (method, url, str(body)), lambda: api.call(case.access, method, url, case.place, body))


def token(case: Case) -> None:
    """Exchange the credentials for an access token, once for all that share them. Raises Failed if that fails."""
    _shared(case, "token", lambda: api.check_token(case.access, case.place))


def once(case: Case, key: Hashable, ask: Callable[[], Found]) -> Found:
    """Return the answer for every profile with the same sign-in, quota project and network.

    A failed token exchange is not repeated, since it would take as long each time.
    """
    token(case)
    return _shared(case, key, ask)


def _shared(case: Case, key: Hashable, ask: Callable[[], Found]) -> Found:
    asked_as = case.once(("asked as", case.access), lambda: _asked_as(case.access))
    return case.once((key, *asked_as), lambda: _call_without_profile(case, ask))


def _asked_as(access: Access) -> tuple[Hashable, ...]:
    """Equal for profiles with the same sign-in, quota project and network."""
    named = credentials.token_key(access), credentials.quota_project(access)
    return (*named, network.route_key(access.environment))


def _call_without_profile(case: Case, ask: Callable[[], Found]) -> Found:
    """Call `ask`; remove the profile's own facts from a failure, since other profiles share it."""
    try:
        return ask()
    except Failed as error:
        own_facts = case.facts()
        shared_facts = {name: fact for name, fact in error.finding.facts.items() if own_facts.get(name) != fact}
        raise Failed(
            error.status, Finding(error.finding.check, shared_facts, error.finding.severity), error.said
        ) from error


def result_for_failure(case: Case, check: str, error: Failed) -> Finding | Skipped | Broken:
    """Return the result for a failed request that few identities may make and Claude Code never makes: a refusal is
    not a fault."""
    if error.status == "unreachable" or error.is_busy:
        return Broken(check, error.words or error.finding.check)
    if error.finding.check == "gcp-project-invalid":
        return case.fault(error)
    return Skipped(check, error.words or error.finding.check)
