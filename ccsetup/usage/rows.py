"""The rows of a transcript that count, as narrow types: what is not named here is skipped unread.

A row's words (prompts, answers, tool results) are never decoded. Format: Claude Code 2.0.50 to 2.1.332.
"""

import datetime
import functools
import re
from contextlib import suppress
from typing import Annotated

import msgspec

from ccsetup.system import decoding
from ccsetup.usage.tokens import Tokens, add

_LARGEST = 1 << 53
Count = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]
NOTHING = msgspec.Raw(b"")
_NO_ITERATIONS = (b"[]", b"")
# The parts of a time as the client writes it; anything else costs more to read.
_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:", re.ASCII).fullmatch
_SECONDS = {f"{second:02}.": second * 1000 for second in range(60)}
_THOUSANDTHS = {f"{number:03}Z": number for number in range(1000)}


class CacheCreation(msgspec.Struct, gc=False):
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: Count | None = None


class ServerTools(msgspec.Struct, gc=False):
    web_search_requests: Count | None = None


class Usage(msgspec.Struct, gc=False):
    """`iterations` stays undecoded: only server-side compaction's is not in the other figures."""

    input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    output_tokens: Count | None = None
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    cache_creation: CacheCreation | None = None
    inference_geo: str | None = None
    iterations: msgspec.Raw = NOTHING
    speed: str | None = None


class Iteration(Usage, gc=False):
    type: str | None = None


class ContentBlock(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    name: str | None = None


class Message(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    content: msgspec.Raw = NOTHING
    usage: msgspec.Raw = NOTHING
    diagnostics: msgspec.Raw = NOTHING


class Diagnostics(msgspec.Struct):
    cache_miss_reason: object = None


class Fork(msgspec.Struct, gc=False):
    sessionId: str | None = None


class AnyRow(msgspec.Struct, gc=False):
    """A row of any type; `message` is an answer's if `type` is "assistant"."""

    isSidechain: object = None  # the fields are in the client's order, in which they are found quickest
    message: msgspec.Raw = NOTHING
    requestId: str | None = None
    requestRef: str | None = None
    requestedModel: str | None = None
    type: str | None = None
    subtype: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    effort: str | None = None
    cwd: str | None = None
    sessionId: str | None = None
    version: str | None = None
    agentId: str | None = None
    requestSessionId: str | None = None
    forkedFrom: Fork | None = None


class AnswerRow(AnyRow, gc=False):
    message: Message | None = None  # type: ignore[assignment]


class ModelUsage(msgspec.Struct):
    inputTokens: Count | None = None
    outputTokens: Count | None = None
    thinkingTokens: Count | None = None
    cacheReadInputTokens: Count | None = None
    cacheCreationInputTokens: Count | None = None
    cacheCreationEphemeral1hInputTokens: Count | None = None
    webSearchRequests: Count | None = None


class CostState(msgspec.Struct):
    """The client's own total over all processes of a session."""

    sessionId: str | None = None
    startTime: float | None = None
    totalDuration: float | None = None
    modelUsage: dict[str, ModelUsage] | None = None


class Params(msgspec.Struct, gc=False):
    betas: msgspec.Raw = NOTHING
    anthropic_beta: msgspec.Raw = NOTHING


class ApiRequest(msgspec.Struct, gc=False):
    id: str | None = None
    shapeHash: str | None = None
    params: Params | None = None
    cacheControl: msgspec.Raw = NOTHING


class ShapeParts(msgspec.Struct):
    system: list[msgspec.Raw] = []
    tools: list[msgspec.Raw] = []


class ApiShape(msgspec.Struct):
    shapeHash: str | None = None
    shape: ShapeParts | None = None


read_row = decoding.json_reader(AnyRow)
read_answer = decoding.json_reader(AnswerRow)
read_cost_state = decoding.json_reader(CostState)
read_api_request = decoding.json_reader(ApiRequest)
read_api_shape = decoding.json_reader(ApiShape)
read_usage = decoding.json_reader(Usage)
read_blocks = decoding.json_reader(list[ContentBlock])
read_betas = decoding.json_reader(list[str])
read_diagnostics = decoding.json_reader(Diagnostics)
read_iterations = decoding.json_reader(list[Iteration])


@functools.lru_cache(400)
def _start_of(minute: str) -> int | None:
    if _MINUTE(minute):
        with suppress(ValueError):
            return round(datetime.datetime.fromisoformat(f"{minute}00+00:00").timestamp() * 1000)
    return None


def milliseconds(text: str | None) -> int | None:
    """A row's timestamp in milliseconds since 1970; None if it is missing or not a time."""
    if not text:
        return None
    second, rest = _SECONDS.get(text[17:20]), _THOUSANDTHS.get(text[20:])
    if second is not None and rest is not None and (start := _start_of(text[:17])) is not None:
        return start + second + rest
    try:
        moment = datetime.datetime.fromisoformat(text)
        moment = moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _compactions(iterations: bytes) -> list[Iteration]:
    """Server-side compactions of a request, which its other figures leave out."""
    if b"compaction" not in iterations:
        return []
    return [one for one in read_iterations(iterations) if one.type == "compaction"]


def tokens_of(usage: Usage) -> Tokens:
    details, created, server = usage.output_tokens_details, usage.cache_creation, usage.server_tool_use
    written = usage.cache_creation_input_tokens or 0
    hour = created.ephemeral_1h_input_tokens or 0 if created else 0
    hour = min(written, hour) if hour else 0
    tokens = (
        usage.input_tokens or 0,
        written - hour,
        hour,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens or 0,
        (details.thinking_tokens or 0) if details else 0,
        (server.web_search_requests or 0) if server else 0,
    )
    if (iterations := bytes(usage.iterations)) not in _NO_ITERATIONS:
        for iteration in _compactions(iterations):
            tokens = add(tokens, tokens_of(iteration))
        if max(tokens) > _LARGEST:
            raise msgspec.ValidationError("more tokens than any request has")
    return tokens


def tokens_in_total(usage: ModelUsage) -> Tokens:
    written = usage.cacheCreationInputTokens or 0
    hour = min(written, usage.cacheCreationEphemeral1hInputTokens or 0)
    return (
        usage.inputTokens or 0,
        written - hour,
        hour,
        usage.cacheReadInputTokens or 0,
        usage.outputTokens or 0,
        usage.thinkingTokens or 0,
        usage.webSearchRequests or 0,
    )
