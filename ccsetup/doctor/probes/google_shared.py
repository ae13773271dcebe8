"""What every look at Google Cloud shares: how it is asked, and what a refusal means.

`Case.ask` tells who asks by variables. Here that would ask Google once for each project: the sign-in is found by file,
and many projects share it. So `once` goes by the credentials themselves.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import wraps
from typing import Any, TypeVar

from ccsetup.doctor.probes.case import Broken, Case, Look, Result, Skipped
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import network
from ccsetup.providers.access import Failed
from ccsetup.providers.google import api, credentials

Found = TypeVar("Found")
_SKIP_AUTH = "CLAUDE_CODE_SKIP_VERTEX_AUTH"


def asking(check: str) -> Callable[[Look], Look]:
    """A look that needs Google credentials; skipped for a profile whose gateway has them."""

    def wrapped(look: Look) -> Look:
        @wraps(look)
        def looked(case: Case) -> Iterator[Result]:
            if precedence.load().is_on(case.access.environment.get(_SKIP_AUTH)):
                yield Skipped(check, f"{_SKIP_AUTH}: the gateway has the credentials", telling=False)
                return
            yield from look(case)

        return looked

    return wrapped


def fetch(case: Case, service: str, path: str) -> dict[str, Any]:
    """What a Google API answers to GET; asked once in a run."""
    return _asked(case, "GET", service, path)


def post(case: Case, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a Google API answers to a POST that only reads; asked once in a run."""
    return _asked(case, "POST", service, path, body)


def _asked(case: Case, method: str, service: str, path: str, body: object = None) -> dict[str, Any]:
    host = credentials.endpoint(service, case.access.environment, f"https://{service.lower()}.googleapis.com")
    url = f"{host}/{path}"
    return once(case, (method, url, str(body)), lambda: api.call(case.access, method, url, case.place, body))


def token(case: Case) -> None:
    """Exchange the credentials for an access token, once for all that share them; Failed when they yield none."""
    _shared(case, "token", lambda: api.check_token(case.access, case.place))


def once(case: Case, key: Hashable, ask: Callable[[], Found]) -> Found:
    """The answer that every profile gets which has the same sign-in, quota project and way out.

    Whoever could not get a token is not asked for one again: that would take as long each time.
    """
    token(case)
    return _shared(case, key, ask)


def _shared(case: Case, key: Hashable, ask: Callable[[], Found]) -> Found:
    asked_as = (
        credentials.token_key(case.access),
        credentials.quota_project(case.access),
        network.route_key(case.access.environment),
    )
    return case.once((key, *asked_as), lambda: _nameless(case, ask))


def _nameless(case: Case, ask: Callable[[], Found]) -> Found:
    """What is said of a failure is of no profile: the one that asked first takes its own name out."""
    try:
        return ask()
    except Failed as why:
        own = case.facts()
        rest = {name: fact for name, fact in why.finding.facts.items() if own.get(name) != fact}
        raise Failed(why.status, Finding(why.finding.check, rest, why.finding.severity), why.said) from why


def result_for_failure(case: Case, check: str, why: Failed) -> Finding | Skipped | Broken:
    """A look-up that Google allows to few, and that Claude Code never makes: a refusal is no fault."""
    if why.status == "unreachable" or why.is_busy:
        return Broken(check, why.words or why.finding.check)
    if why.finding.check == "gcp-project-invalid":
        return case.fault(why)
    return Skipped(check, why.words or why.finding.check)
