"""A free request that shows whether a server accepts the credential: a POST of nothing to the path of messages.

A server that checks the credential first refuses a wrong one (401, 403) and then the empty body (400, 422). One that
answers the same without a credential shows nothing.
"""

from enum import Enum, auto

import msgspec

from ccsetup.knowledge.pages import Finding
from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.anthropic import api, clients, platforms, protocol
from ccsetup.providers.recognise import Said

_INVALID = (400, 422)
_REFUSED = (401, 403)


class Acceptance(Enum):
    """What an empty request showed: the credential is accepted, the server needs none, or nothing."""

    ACCEPTED = auto()
    OPEN = auto()
    UNKNOWN = auto()


class Trial(msgspec.Struct, frozen=True):
    """The outcome, and in words what the server answered."""

    outcome: Acceptance
    words: str


def messages_url(access: Access, place: str) -> str:
    """The URL of the client's messages."""
    return f"{clients.address(access, place).rstrip('/')}/v1/messages"


def lists_without_credential(access: Access) -> bool | None:
    """Whether the server lists its models without a credential; None if its answer does not tell."""
    url = f"{api.address(access).rstrip('/')}/v1/models?limit=1"
    try:
        answer = _send(access, "GET", url, {}, None)
    except Failed:
        return None
    if answer.status in _REFUSED or ((said := protocol.hidden_error(answer)) and said.status in _REFUSED):
        return False
    return True if answer.status == 200 and api.is_listing(protocol.parse_body(answer)) else None


def try_messages(access: Access, place: str) -> Trial:
    """Send the empty request with the credential, and where that does not tell, without; raises Failed if the server
    refuses the credential or has nothing at the path."""
    url = messages_url(access, place)
    answer = _post(access, url, signed=True)
    said = _error(access, answer)
    words = f"{url} answers {said}" if said else f"{url} answers {answer.status}"
    if said is None:
        return Trial(Acceptance.UNKNOWN, f"{words} to an empty request")
    failed = make_failure(said, access, api.request_place(access), url)
    is_deployment = failed.finding.check == "foundry-deployment-missing"  # the path is right
    if said.status in (404, 405) and not is_deployment:
        facts = {**failed.finding.facts, "hint": _hint(access)}
        raise Failed("denied", Finding("endpoint-path-wrong", facts), said)
    if said.status not in _INVALID and not is_deployment:
        raise failed
    if not access.secrets and access.surface.signs in ("key", "azure"):
        return Trial(Acceptance.OPEN, words)
    try:
        bare = _error(access, _post(access, url, signed=False))
    except Failed as error:
        return Trial(Acceptance.UNKNOWN, f"{words}; without a credential: {error.words}")
    if bare is not None and bare.status in _REFUSED:
        return Trial(Acceptance.ACCEPTED, f"{words}; without a credential {bare.status}")
    return Trial(Acceptance.UNKNOWN, f"{words}, and the same without a credential")


def _error(access: Access, answer: http.Response) -> Said | None:
    if answer.status < 300:
        return protocol.hidden_error(answer)
    return platforms.cloud_error(access, answer) or protocol.api_error(answer)


def _post(access: Access, url: str, *, signed: bool) -> http.Response:
    headers = api.auth_headers(access, url, "POST", b"") if signed else {}
    return _send(access, "POST", url, {"content-type": "application/json", **headers}, b"")


def _send(access: Access, method: str, url: str, headers: dict[str, str], body: bytes | None) -> http.Response:
    sent = {"anthropic-version": clients.VERSION, **headers}
    bundle = access.environment.get("SSL_CERT_FILE") or None
    try:
        return http.request(method, url, access.environment, headers=sent, body=body, bundle=bundle)
    except http.Unanswered as error:
        raise make_failure(Said(None, error.code, str(error)), access, api.request_place(access), url) from None


def _hint(access: Access) -> str:
    """What is wrong with a base URL, as far as its end tells."""
    base = access.environment.get(access.surface.base_variable, "").rstrip("/")
    path = access.surface.own.path
    if base.endswith("/v1"):
        return ": take /v1 off its end"
    if path and "{" not in path and not base.endswith(path):
        return f": it has to end in {path}"
    return ""
