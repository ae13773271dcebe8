"""The rows of a transcript that count, as narrow types: what is not named here is skipped unread.

A row's words (prompts, answers, tool results) are never decoded. Format: Claude Code 2.0.50 to 2.1.332.
"""

import datetime
import functools
import re
from typing import Annotated

import msgspec

from ccsetup.system import decoding

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_NOTHING = msgspec.Raw(b"")
# As the client writes it; anything else costs more to read.
_USUAL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})Z", re.ASCII).fullmatch


class CacheCreation(msgspec.Struct):
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetails(msgspec.Struct):
    thinking_tokens: Count | None = None


class ServerTools(msgspec.Struct):
    web_search_requests: Count | None = None


class Usage(msgspec.Struct):
    """`iterations` stays undecoded: only server-side compaction's is not in the other figures."""

    input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None
    iterations: msgspec.Raw = _NOTHING


class Iteration(Usage):
    type: str | None = None


class ContentBlock(msgspec.Struct):
    type: str | None = None
    id: str | None = None
    name: str | None = None


class Message(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    usage: msgspec.Raw = _NOTHING
    content: msgspec.Raw = _NOTHING
    diagnostics: msgspec.Raw = _NOTHING


class Diagnostics(msgspec.Struct):
    cache_miss_reason: object = None


class Fork(msgspec.Struct):
    sessionId: str | None = None


class AnyRow(msgspec.Struct):
    """A row of any type; `message` is an answer's if `type` is "assistant"."""

    type: str | None = None
    subtype: str | None = None
    sessionId: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    version: str | None = None
    uuid: str | None = None
    agentId: str | None = None
    requestId: str | None = None
    requestRef: str | None = None
    requestedModel: str | None = None
    requestSessionId: str | None = None
    forkedFrom: Fork | None = None
    effort: str | None = None
    message: msgspec.Raw = _NOTHING


class AnswerRow(AnyRow):
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


class Params(msgspec.Struct):
    betas: msgspec.Raw = _NOTHING
    anthropic_beta: msgspec.Raw = _NOTHING


class ApiRequest(msgspec.Struct):
    id: str | None = None
    shapeHash: str | None = None
    params: Params | None = None
    cacheControl: msgspec.Raw = _NOTHING


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
read_betas = decoding.json_reader(list[str])
read_blocks = decoding.json_reader(list[ContentBlock])
read_diagnostics = decoding.json_reader(Diagnostics)
read_iterations = decoding.json_reader(list[Iteration])


@functools.lru_cache(400)
def _midnight(day: str) -> int:
    return round(datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000)


def milliseconds(text: str | None) -> int | None:
    """A row's timestamp in milliseconds since 1970; None if it is missing or not a time."""
    if not text:
        return None
    if match := _USUAL_TIME(text):
        try:
            hour, minute, second, rest = map(int, match.groups()[1:])
            return _midnight(match[1]) + hour * 3_600_000 + minute * 60_000 + second * 1_000 + rest
        except ValueError:
            return None
    try:
        moment = datetime.datetime.fromisoformat(text)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def compaction(usage: Usage) -> list[Iteration]:
    """Server-side compactions of a request, which its other figures leave out."""
    if b"compaction" not in bytes(usage.iterations):
        return []
    return [one for one in read_iterations(usage.iterations) if one.type == "compaction"]
