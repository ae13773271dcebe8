"""The rows of a transcript that count, as narrow types: what is not named here is skipped unread.

A row's words (prompts, answers, tool results) are never decoded. Format: Claude Code 2.0.50 to 2.1.332.
"""

import datetime
from typing import Annotated

import msgspec

from ccsetup.system import decoding
from ccsetup.usage.tokens import Tokens, add

_LARGEST = 1 << 53
Count = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]
NOTHING = msgspec.Raw(b"")
_NO_ITERATIONS = msgspec.Raw(b"[]")
_1970 = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # since then, of the years 1 to 9999


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
    content: list[ContentBlock] = []
    usage: Usage | None = None
    diagnostics: msgspec.Raw = NOTHING


class OddMessage(Message, gc=False):
    """One whose content is not a list of blocks. It calls no tools."""

    content: list[ContentBlock] = msgspec.field(default_factory=list, name="")  # no row has this key


class Diagnostics(msgspec.Struct):
    cache_miss_reason: object = None


class Fork(msgspec.Struct, gc=False, frozen=True):
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


class OddAnswerRow(AnswerRow, gc=False):
    message: OddMessage | None = None


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
    params: msgspec.Raw = NOTHING
    cacheControl: msgspec.Raw = NOTHING


class ShapeParts(msgspec.Struct):
    system: list[msgspec.Raw] = []
    tools: list[msgspec.Raw] = []


class ApiShape(msgspec.Struct):
    shapeHash: str | None = None
    shape: ShapeParts | None = None


read_row = decoding.json_reader(AnyRow)
_read_answer = decoding.json_reader(AnswerRow)
_read_odd_answer = decoding.json_reader(OddAnswerRow)
read_cost_state = decoding.json_reader(CostState)
read_api_request = decoding.json_reader(ApiRequest)
read_api_shape = decoding.json_reader(ApiShape)
read_params = decoding.json_reader(Params)
read_betas = decoding.json_reader(list[str])
read_diagnostics = decoding.json_reader(Diagnostics)
read_iterations = decoding.json_reader(list[Iteration])


def read_answer(line: bytes | memoryview) -> AnswerRow:
    """Decode a conversation's row; raises msgspec.DecodeError."""
    try:
        return _read_answer(line)
    except msgspec.ValidationError:
        return _read_odd_answer(line)


def milliseconds(text: str | None) -> int | None:
    """A row's timestamp in milliseconds since 1970; None if it is missing or not a time."""
    if not text:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)) - _1970
    except ValueError:
        return None
    if not _FIRST_DAY <= (days := since.days) <= _LAST_DAY:
        return None
    return (days * 86_400 + since.seconds) * 1000 + (since.microseconds + 500) // 1000


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
    if usage.iterations is not NOTHING and usage.iterations != _NO_ITERATIONS:
        for iteration in _compactions(bytes(usage.iterations)):
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
