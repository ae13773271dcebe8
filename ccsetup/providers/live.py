"""Send one minimal streaming request to a model, as Claude Code would; it costs one token of output.

No request is sent twice: a failed attempt may have been billed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from ccsetup.knowledge import precedence
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.anthropic import api, clients, platforms, protocol
from ccsetup.providers.anthropic.transport import Exchange
from ccsetup.providers.aws import session
from ccsetup.providers.catalogue import MANTLE_ID
from ccsetup.providers.google import api as google
from ccsetup.providers.recognise import Said

_PROMPT: Mapping[str, Any] = {"max_tokens": 1, "messages": [{"role": "user", "content": "."}], "stream": True}
_CLIENT = "You are Claude Code, Anthropic's official CLI for Claude."  # required with a subscription's token
_VERSIONS = {"bedrock": "bedrock-2023-05-31", "vertex": "vertex-2023-10-16"}  # sent in the body on these surfaces


class _Betas(NamedTuple):
    """The profile's betas, by where the client sends them."""

    header: tuple[str, ...]
    body: tuple[str, ...]


def invoke(access: Access, place: str, model: str) -> bool:
    """Return when the model has begun to respond, and whether in a stream; raises Failed if it does not. Claude Code
    sends a request whose answer is a whole message again, without asking for a stream."""
    access = _asked(access, model)
    betas = _betas(access)
    sending = clients.exchange(access)
    begun = False
    try:
        client = clients.client(access, place, betas.header, sending)
        for _ in client.messages.create(model=model, **_request(access, betas)):
            begun = True
    except Failed:
        raise
    except Exception as error:
        raise _failure(error, access, place, sending) from error
    if not begun and not _is_whole_message(sending):
        raise _not_the_api(access, place, sending)
    return begun


def _is_whole_message(sending: Exchange) -> bool:
    """Whether the answer is one document, an Anthropic message, rather than a stream of events."""
    document = protocol.parse_body(sending.answer) if sending.answer is not None else None
    return isinstance(document, dict) and document.get("type") == "message" and "content" in document


def _asked(access: Access, model: str) -> Access:
    """The access to use for `model`: with Mantle enabled alongside Bedrock, Mantle's own ids go there."""
    for other in load_surfaces().together(access.surface, access.environment):
        if precedence.load().is_on(access.environment[other.flag]) and MANTLE_ID.fullmatch(model):
            return replace(access, profile=msgspec.structs.replace(access.profile, surface=other.name))
    return access


def _betas(access: Access) -> _Betas:
    """The values of ANTHROPIC_BETAS that the client sends on this surface."""
    words = access.environment.get("ANTHROPIC_BETAS", "").split(",")
    wanted = tuple(dict.fromkeys(beta for word in words if (beta := word.strip())))
    known = access.surface.betas
    if known is None:
        return _Betas(wanted, ())
    return _Betas(
        tuple(beta for beta in wanted if beta in known.header), tuple(beta for beta in wanted if beta in known.body)
    )


def _request(access: Access, betas: _Betas) -> dict[str, Any]:
    """The minimal request, in the client's format for this surface."""
    system = {"system": _CLIENT} if access.surface.signs == "login" else {}
    version = _VERSIONS.get(access.surface.live)
    if version is None:
        return {**_PROMPT, **system, "extra_query": {"beta": "true"}}
    body: dict[str, Any] = {"anthropic_version": version}
    if betas.body:
        body["anthropic_beta"] = list(betas.body)
    return {**_PROMPT, "extra_body": body}


def _failure(error: Exception, access: Access, place: str, sending: Exchange) -> Failed:
    """The Failed for an error of the request, in the provider's words rather than the SDK's."""
    if sending.unanswered is not None:
        said = Said(None, sending.unanswered.code, str(sending.unanswered))
        return make_failure(said, access, _place(access, place), sending.url)
    if sending.answer is None:  # the SDK's message may quote a header
        url = clients.address(access, place)
        words = f"the request cannot be made: {type(error).__name__}"
        return make_failure(Said(None, "InvalidRequest", words), access, _place(access, place), url)
    if sending.answer.status != 200:
        return make_failure(_refused(access, sending.answer), access, _place(access, place), sending.url)
    return _in_the_stream(error, access, place, sending)


def _in_the_stream(error: Exception, access: Access, place: str, sending: Exchange) -> Failed:
    """The Failed for an error in a stream that began normally."""
    from anthropic import APIStatusError

    body = error.body if isinstance(error, APIStatusError) else None
    details = body.get("error") if isinstance(body, dict) else None
    if not isinstance(details, dict):
        return _not_the_api(access, place, sending)
    status = 400 if access.surface.live == "bedrock" else None  # the status of an exception in AWS's event stream
    said = Said(status, str(details.get("type", "error")), str(details.get("message", "")))
    return Failed("denied", make_failure(said, access, _place(access, place), sending.url).finding, said)


def _not_the_api(access: Access, place: str, sending: Exchange) -> Failed:
    answer = sending.answer
    text = "no event" if access.surface.live == "bedrock" or answer is None else answer.text[:200]
    said = Said(None, "NotTheApi", f"{sending.url} answers {text}")
    return make_failure(said, access, _place(access, place), sending.url)


def _refused(access: Access, answer: http.Response) -> Said:
    match access.surface.live:
        case "bedrock":
            return session.aws_error(answer) if _is_own(access, answer) else protocol.api_error(answer)
        case "vertex":
            return google.google_error(answer) if _is_own(access, answer) else protocol.api_error(answer)
        case _:
            return platforms.cloud_error(access, answer) or protocol.api_error(answer)


def _is_own(access: Access, answer: http.Response) -> bool:
    """Whether the cloud itself refused: a gateway in front of it may have its own form of error."""
    if not access.is_gateway:
        return True
    body = protocol.parse_body(answer)
    body = body[0] if isinstance(body, list) and body else body
    if not isinstance(body, dict):
        return False
    error = body.get("error")
    from_google = isinstance(error, dict) and isinstance(error.get("status"), str)
    return from_google or "x-amzn-errortype" in answer.headers or "__type" in body


def _place(access: Access, place: str) -> str:
    return place if access.surface.live in _VERSIONS else api.request_place(access)
