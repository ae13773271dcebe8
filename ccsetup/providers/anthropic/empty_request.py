"""A free request that shows whether a server accepts the credential: a POST of nothing to the path of messages, or of
a model on Vertex AI and Bedrock.

A server that checks the credential first refuses a wrong one (401, 403) and then the empty body (400, 422). One that
answers the same without a credential shows nothing. Google checks permissions before it looks at a request's content
(https://google.aip.dev/211), and Vertex AI then passes on the model's own 400 (`anthropic_version: Field required`).
Bedrock answers AccessDeniedException before ValidationException, without running the model
(https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack).
"""

from collections.abc import Mapping
from enum import Enum, auto
from urllib.parse import quote

import msgspec

from ccsetup.knowledge.pages import Finding
from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.anthropic import api, clients, platforms, protocol
from ccsetup.providers.aws import session
from ccsetup.providers.google import credentials
from ccsetup.providers.recognise import UNKNOWN, Said

_INVALID = (400, 422)
_REFUSED = (401, 403)
_PRECONDITION = "FAILED_PRECONDITION"  # Google refuses the model, not the body


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


def try_messages(access: Access, place: str, model: str = "") -> Trial:
    """Send the empty request with the credential, and where that does not tell, without; raises Failed if the server
    refuses the credential or has nothing at the path. With a `model` the request names it, and nothing else: what
    Foundry has no deployment for is refused before the rest is looked at."""
    url = messages_url(access, place)
    body = msgspec.json.encode({"model": model}) if model else b""
    answer = _post(access, url, api.auth_headers(access, url, "POST", body), body)
    said = _error(access, answer)
    if said is None:
        return Trial(Acceptance.UNKNOWN, f"{url} answers {answer.status} to an empty request")
    failed = make_failure(said, access, api.request_place(access), url)
    is_deployment = failed.finding.check == "foundry-deployment-missing"  # the path is right
    if is_deployment and model:
        raise Failed("denied", Finding(failed.finding.check, {**failed.finding.facts, "model": model}), failed.said)
    if said.status in (404, 405) and not is_deployment:
        raise _wrong_path(access, failed)
    if said.status not in _INVALID and not is_deployment:
        raise failed
    is_open = not access.secrets and access.surface.signs in ("key", "azure")
    return _compare(access, url, f"{url} answers {said}", is_open=is_open)


def try_prediction(access: Access, place: str, model: str) -> Trial:
    """Like `try_messages`, for a model on Vertex AI; raises Failed also if Google refuses the model or the place."""
    project = access.environment.get("ANTHROPIC_VERTEX_PROJECT_ID") or access.profile.set["project"]
    below = f"projects/{project}/locations/{place}/publishers/anthropic/models/{model}:streamRawPredict"
    url = f"{_prediction_base(access, place)}/{below}"
    token, headers = clients.vertex_sign_in(access, place, url)
    if token != clients.UNSIGNED:
        headers |= {"authorization": f"Bearer {token}"}
    return _try_model(access, place, url, {**protocol.custom_headers(access), **headers}, token)


def try_invocation(access: Access, region: str, model: str, moved: str) -> Trial:
    """Like `try_prediction`, for a model on Bedrock; `moved` is the endpoint that replaces AWS's own host."""
    base = moved if moved and not access.is_gateway else clients.address(access, region)
    url = f"{base.rstrip('/')}/model/{quote(model, safe='')}/invoke-with-response-stream"
    headers = {"content-type": "application/json", **protocol.custom_headers(access)}
    token = clients.bedrock_token(access)
    if token is None:
        headers = session.sign_headers(access, region, "bedrock", "POST", url, headers, b"")
    elif token != clients.UNSIGNED:
        headers["authorization"] = f"Bearer {token}"
    return _try_model(access, region, url, headers, token)


def _try_model(access: Access, place: str, url: str, headers: Mapping[str, str], token: str | None) -> Trial:
    """Send the empty request to a cloud's model; raises Failed if it is refused for any other reason than that it is
    empty."""
    answer = _post(access, url, headers)
    said = _error(access, answer)
    if said is None:
        return Trial(Acceptance.UNKNOWN, f"{url} answers {answer.status} to an empty request")
    if access.is_unsigned:  # the gateway refuses, for any identity that it passes on
        said = Said(said.status, str(said.status), said.message)
    failed = make_failure(said, access, place, url)
    is_unknown = failed.finding.check == UNKNOWN
    if said.status in (404, 405) and is_unknown:
        raise _wrong_path(access, failed)
    if said.status not in _INVALID or not is_unknown or said.code == _PRECONDITION:
        raise failed
    is_open = token == clients.UNSIGNED and not protocol.custom_headers(access)
    return _compare(access, url, f"{url} answers {said}", is_open=is_open)


def _prediction_base(access: Access, place: str) -> str:
    """The base URL of Vertex AI's models; without one of the profile's own, where gcloud's variable moves requests."""
    own = clients.address(access, place)
    moved = credentials.endpoint("AIPLATFORM", access.environment, "")
    is_moved = moved and not access.environment.get("ANTHROPIC_VERTEX_BASE_URL")
    return f"{moved.rstrip('/')}/v1" if is_moved else own.removesuffix("/")  # seen: of two, Claude Code keeps one


def _compare(access: Access, url: str, words: str, *, is_open: bool) -> Trial:
    """The outcome for a server that refuses the empty request with a credential, from its answer to one without."""
    if is_open:
        return Trial(Acceptance.OPEN, words)
    try:
        bare = _error(access, _post(access, url, {}))
    except Failed as error:
        return Trial(Acceptance.UNKNOWN, f"{words}; without a credential: {error.words}")
    if bare is not None and bare.status in _REFUSED:
        return Trial(Acceptance.ACCEPTED, f"{words}; without a credential {bare.status}")
    return Trial(Acceptance.UNKNOWN, f"{words}, and the same without a credential")


def _wrong_path(access: Access, failed: Failed) -> Failed:
    facts = {**failed.finding.facts, "hint": _hint(access)}
    return Failed("denied", Finding("endpoint-path-wrong", facts), failed.said)


def _error(access: Access, answer: http.Response) -> Said | None:
    if answer.status < 300:
        return protocol.hidden_error(answer)
    return platforms.cloud_error(access, answer) or protocol.api_error(answer)


def _post(access: Access, url: str, headers: Mapping[str, str], body: bytes = b"") -> http.Response:
    return _send(access, "POST", url, {"content-type": "application/json", **headers}, body)


def _send(access: Access, method: str, url: str, headers: dict[str, str], body: bytes | None) -> http.Response:
    sent = {"anthropic-version": clients.VERSION, **headers}
    try:
        return http.request(method, url, access.environment, headers=sent, body=body)
    except http.Unanswered as error:
        raise make_failure(Said(None, error.code, str(error)), access, api.request_place(access), url) from None


def _hint(access: Access) -> str:
    """What is wrong with a base URL, as far as its end tells."""
    base = access.environment.get(access.surface.base_variable, "").rstrip("/")
    path = access.surface.own.path
    if access.surface.lists == "vertex":
        return "" if base.endswith("/v1") else ": it has to end in /v1"
    if base.endswith("/v1"):
        return ": take /v1 off its end"
    if path and "{" not in path and not base.endswith(path):
        return f": it has to end in {path}"
    return ""
