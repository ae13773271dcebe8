"""One smallest streaming request to a model, as Claude Code would send it: what it costs is one token of output.

Nothing is sent twice: an attempt that failed may have been billed.
"""

import json
from typing import Any
from urllib.parse import quote

from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, failed, host_of
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.anthropic.api import address, request
from ccsetup.providers.aws import session
from ccsetup.providers.google.api import prediction_host, stream
from ccsetup.providers.recognise import Said
from ccsetup.system.errors import UserError

PROMPT: dict[str, Any] = {"max_tokens": 1, "messages": [{"role": "user", "content": "."}]}
_CLIENT = "You are Claude Code, Anthropic's official CLI for Claude."  # a subscription's token is for nobody else
_VERTEX = "vertex-2023-10-16"
_BEDROCK = "bedrock-2023-05-31"


def invoke(access: Access, place: str, model: str) -> None:
    """Return when the model has begun to answer; Failed when it does not."""
    match access.surface.live:
        case "bedrock":
            _bedrock(access, place, model)
        case "vertex":
            _vertex(access, place, model)
        case "anthropic":
            _direct(access, model)
        case "none":
            raise UserError(f"surface {access.profile.surface} has no request to try")


def _bedrock(access: Access, region: str, model: str) -> None:
    """InvokeModelWithResponseStream: the client uses no other, and policies tell it from InvokeModel."""
    body = json.dumps({"anthropic_version": _BEDROCK, **PROMPT})
    answer = session.call(
        access, region, "bedrock-runtime", "invoke_model_with_response_stream",
        modelId=model, body=body, contentType="application/json", accept="application/json",
    )  # fmt: skip
    try:
        events = list(answer["body"])
    except Exception as why:  # what goes wrong in the midst of a stream comes as the SDK's exception
        raise session.failure(why, access, region, "bedrock-runtime") from why
    if not any("chunk" in event for event in events):
        raise failed(Said(None, "NotTheApi", "the stream holds no event"), access, region, _runtime(access, region))


def _runtime(access: Access, region: str) -> str:
    return session.address(access, region, "bedrock-runtime")


def _vertex(access: Access, location: str, model: str) -> None:
    project = access.environment.get("ANTHROPIC_VERTEX_PROJECT_ID") or access.profile.set["project"]
    base = access.environment.get("ANTHROPIC_VERTEX_BASE_URL") or f"{prediction_host(location)}/v1"
    where = f"projects/{project}/locations/{location}/publishers/anthropic/models/{quote(model, safe='@')}"
    url = f"{base.rstrip('/')}/{where}:streamRawPredict"
    answer = stream(access, url, location, {"anthropic_version": _VERTEX, "stream": True, **PROMPT})
    _begun(access, answer, location, url)


def _direct(access: Access, model: str) -> None:
    base = address(access)
    url = f"{base.rstrip('/')}/v1/messages"
    body = {"model": model, "stream": True, **PROMPT}
    if access.surface.signs == "login":
        body["system"] = _CLIENT
    answer = request(access, "POST", url, body, version="2023-06-01")
    if answer.status != 200:
        raise failed(protocol.api_error(answer), access, host_of(base), url)
    _begun(access, answer, host_of(base), url)


def _begun(access: Access, answer: http.Response, place: str, url: str) -> None:
    """Make sure that server-sent events tell of a message, and of no error."""
    begun = False
    for line in answer.text.splitlines():
        if not line.startswith("data:"):
            continue
        try:
            event = json.loads(line.removeprefix("data:"))
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("type") == "error":
            error = event.get("error") or {}
            said = Said(None, str(error.get("type", "error")), str(error.get("message", "")))
            raise Failed("denied", failed(said, access, place, url).finding, said)
        begun = True
    if not begun:
        raise failed(Said(None, "NotTheApi", f"{url} answers {answer.text[:200]}"), access, place, url)
