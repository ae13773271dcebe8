"""The lines of one transcript, taken into the sessions that they belong to."""

import zlib

import msgspec

from ccsetup.usage import rows
from ccsetup.usage.ledger import COPY, OWN, Billed, Conversation, Mark, Total
from ccsetup.usage.names import Names
from ccsetup.usage.rows import AnswerRow, AnyRow, ApiRequest, ModelUsage, Usage
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.transcripts import Transcript

_SYNTHETIC = "<synthetic>"
_BILLING_HEADER = b"x-anthropic-billing-header"  # the client's first system block: varies, and is not cached
_USUAL = ("", "standard")
_WRONG = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class FileReading:
    """One transcript while it is read; `mark` is where an earlier reading ended, if this one goes on from there."""

    def __init__(
        self,
        transcript: Transcript,
        shapes: dict[str, int],
        names: Names,
        sessions: dict[str, Conversation],
        mark: Mark | None,
    ) -> None:
        self._transcript, self._shapes, self._names, self._sessions = transcript, shapes, names, sessions
        self._requests: dict[str, dict[str, Billed]] = {}
        self._folder = names.number(transcript.folder)
        self.last = mark.last if mark else 0
        self.unread = mark.unread if mark else 0
        refs = mark.refs if mark else ()
        self._refs = {refs[at]: (refs[at + 1], refs[at + 2]) for at in range(0, len(refs), 3)}
        self._undecided: list[tuple[int, Billed]] = []

    def line(self, line: memoryview, complete: bool) -> None:
        """Take one line; a last one that is not complete counts if it can be decoded."""
        try:
            self._take(line)
        except _WRONG:
            self.unread += complete

    def too_long(self) -> None:
        self.unread += 1

    def finish(self) -> None:
        """Decide which rows are copies from another session: those whose request this file did not make."""
        for ref, request in self._undecided:
            if ref in self._refs:
                request.own = OWN

    def last_refs(self, count: int) -> tuple[int, ...]:
        return tuple(number for ref in [*self._refs][-count:] for number in (ref, *self._refs[ref]))

    def _take(self, line: memoryview) -> None:
        # By far the most begin so; another type is told below.
        kind = "assistant" if bytes(line[:14]) == b'{"parentUuid":' else rows.read_row(line).type
        if kind == "assistant":
            answer = rows.read_answer(line)
            if answer.type == "assistant":
                self._answer(answer)
            elif answer.subtype == "compact_boundary":
                self._boundary(answer)
        elif kind == "api-request":
            self._api_request(rows.read_api_request(line))
        elif kind == "api-request-shape":
            self._shape(line)
        elif kind == "cost-state":
            self._total(line)
        elif kind == "system":
            row = rows.read_row(line)
            if row.subtype == "compact_boundary":
                self._boundary(row)

    def _answer(self, row: AnswerRow) -> None:
        message = row.message
        if message is None or message.usage is None or message.model == _SYNTHETIC or not message.model:
            return
        at = rows.milliseconds(row.timestamp) or self.last
        self.last = max(self.last, at)
        number = self._names.number
        session = self._session(row.sessionId, row)
        requests = self._requests[session.id]
        key = message.id or row.requestId or f"row:{row.uuid}"
        request = Billed(key, at, number(message.model), _tokens(message.usage))
        if row.requestedModel and row.requestedModel != message.model:
            request.requested = number(row.requestedModel)
        request.chain = number(row.agentId)
        request.effort = number(row.effort)
        request.extra = self._extra(message.usage)
        if b'"tool_use"' in bytes(message.content):
            request.tools = self._tools(message.content)
        if b"cache_miss_reason" in bytes(message.diagnostics):
            request.cause = number(_diagnosed(message.diagnostics))
        self._origin(row, session, request)
        former = requests.get(key)
        if former is None:
            requests[key] = request
            session.requests.append(request)
        else:
            former.absorb(request)
            request = former
        if row.requestRef and request.own == COPY:
            self._undecided.append((zlib.crc32(row.requestRef.encode()), request))

    def _origin(self, row: AnswerRow, session: Conversation, request: Billed) -> None:
        """Whether the session made the request itself, and with which shape and betas."""
        origin = row.requestSessionId or (row.forkedFrom.sessionId if row.forkedFrom else None)
        if row.requestRef:
            made = self._refs.get(zlib.crc32(row.requestRef.encode()))
            request.own = OWN if made else COPY
            if made:
                request.shape, request.evidence = made
        if origin and origin != session.id:
            request.own, request.owner = COPY, self._names.number(origin)

    def _session(self, name: str | None, row: AnyRow | None = None) -> Conversation:
        name = name or self._transcript.session or "unknown"
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = Conversation(name, self._folder)
        if name not in self._requests:
            self._requests[name] = {request.id: request for request in session.requests}
            session.main = session.main or bool(self._transcript.session)
        if row is not None and not session.project:
            session.project = self._names.number(row.cwd)
        if row is not None and row.version:
            session.version = self._names.number(row.version)
        return session

    def _tools(self, content: msgspec.Raw) -> tuple[int, ...]:
        """The calls of tools in an answer: name and checksum of the call's id, one after another."""
        found = []
        for block in rows.read_blocks(content):
            if block.type == "tool_use" and block.name:
                found += [self._names.number(block.name), zlib.crc32((block.id or "").encode())]
        return tuple(found)

    def _extra(self, usage: Usage) -> int:
        parts = (usage.service_tier or "", usage.inference_geo or "", usage.speed or "")
        if parts[0] in _USUAL and parts[1] in ("", "not_available", "global") and parts[2] in _USUAL:
            return 0
        return self._names.number("|".join(parts))

    def _boundary(self, row: AnyRow) -> None:
        at = rows.milliseconds(row.timestamp)
        session = self._session(row.sessionId)
        if at and at not in session.compactions:
            session.compactions.append(at)

    def _api_request(self, row: ApiRequest) -> None:
        if not row.id:
            return
        params = row.params or rows.Params()
        betas = " ".join(sorted({*(params.betas or ()), *(params.anthropic_beta or ())}))
        values = [control.value for control in row.cacheControl or () if control.value]
        scope = next((value.scope for value in values if value.scope), "")
        ttl = next((value.ttl for value in values if value.ttl), "")
        shape = self._shapes.get((row.shapeHash or "")[:16], 0)
        self._refs[zlib.crc32(row.id.encode())] = (shape, self._names.number(f"{scope}|{ttl}|{betas}"))

    def _shape(self, line: memoryview) -> None:
        """Keep the fingerprint of a system prompt and tools, without what is no part of the cached prefix."""
        row = rows.read_api_shape(line)
        if not row.shapeHash or row.shape is None:
            return
        parts = [bytes(part) for part in row.shape.system]
        parts = [part for part in parts if _BILLING_HEADER not in part]
        parts += [tool for tool in map(bytes, row.shape.tools) if b'"defer_loading":true' not in tool]
        self._shapes[row.shapeHash[:16]] = zlib.crc32(b"\n".join(parts)) or 1

    def _total(self, line: memoryview) -> None:
        row = rows.read_cost_state(line)
        if row.modelUsage is None:
            return
        session = self._session(row.sessionId)
        # The sum is when it was written, or earlier in a session that was resumed: idle time is not in the duration.
        end = (row.startTime or 0) + (row.totalDuration or 0)
        at = max(self.last, int(end) if 0 <= end < 1 << 53 else 0)
        number = self._names.number
        models: dict[int, Tokens] = {}
        for name, usage in row.modelUsage.items():
            model = number(name.removesuffix("[1m]"))
            models[model] = add(models.get(model, NO_TOKENS), _total_tokens(usage))
        for other in session.totals:
            if other.models == models:
                other.at = min(other.at, at)
                return
        session.totals.append(Total(at, models))


def _tokens(usage: Usage) -> Tokens:
    details, created, server = usage.output_tokens_details, usage.cache_creation, usage.server_tool_use
    written = usage.cache_creation_input_tokens or 0
    hour = min(written, (created.ephemeral_1h_input_tokens or 0) if created else 0)
    tokens = (
        usage.input_tokens or 0,
        written - hour,
        hour,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens or 0,
        (details.thinking_tokens or 0) if details else 0,
        (server.web_search_requests or 0) if server else 0,
    )
    for iteration in rows.compaction(usage):
        tokens = add(tokens, _tokens(iteration))
    return tokens


def _total_tokens(usage: ModelUsage) -> Tokens:
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


def _diagnosed(raw: msgspec.Raw) -> str:
    """The provider's own reason of a cache miss."""
    try:
        reason = msgspec.to_builtins(rows.read_diagnostics(raw).cache_miss_reason)
    except _WRONG:
        return ""
    if isinstance(reason, dict):
        reason = reason.get("type")
    return reason[:80] if isinstance(reason, str) else ""
