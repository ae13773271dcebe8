"""The lines of one transcript, taken into the sessions that they belong to."""

import re
import zlib

import msgspec

from ccsetup.usage import rows
from ccsetup.usage.ledger import COPY, OWN, Billed, Conversation, Mark, Total
from ccsetup.usage.names import Names
from ccsetup.usage.reader import TranscriptLine
from ccsetup.usage.rows import AnswerRow, AnyRow, ApiRequest, Message, ModelUsage, Usage
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.transcripts import Transcript

_SYNTHETIC = "<synthetic>"
BILLING_HEADER = b"x-anthropic-billing-header"  # the client's first system block: varies, and is not cached
_USUAL = ("", "standard")
_SCOPE = re.compile(rb'"scope":\s*"([\w-]{1,40})"')
_TTL = re.compile(rb'"ttl":\s*"(\w{1,10})"')
_TOOL = b'"content":[{"type":"tool_use","id":"'
_CALL = re.compile(rb'([^"\\]*+)","name":"([^"\\]*+)"')  # behind _TOOL
WRONG = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


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
        self._evidence: dict[object, int] = {}
        self._version: str | None = ""
        self._current = Billed("", 0, 0, NO_TOKENS)  # the last answer
        self._id = b""  # its id, if further rows may be known by that
        self._usage = b""

    def take(self, line: TranscriptLine) -> None:
        """Take one line; a last one that is not complete counts if it can be decoded."""
        if line.id is not None and line.id == self._id and self._repeats(line):
            return
        self._id = b""
        try:
            self._take(line)
        except WRONG:
            self.unread += line.complete

    def _repeats(self, line: TranscriptLine) -> bool:
        """Whether a further row of the last answer was taken: it differs from the first by its block alone."""
        if not line.buffer.startswith(self._usage, line.usage):
            return False
        at = line.buffer.find(_TOOL, line.begin, line.usage)
        if at >= 0 or line.buffer.find(b'"tool_use"', line.begin, line.usage) >= 0:
            call = _CALL.match(line.buffer, at + len(_TOOL), line.usage) if at >= 0 else None
            if call is None:
                return False
            self._current.call((self._names.number(call[2].decode(errors="replace")), zlib.crc32(call[1])))
        return True

    def too_long(self) -> None:
        self.unread += 1

    def finish(self) -> None:
        """Decide which rows are copies from another session: those whose request this file did not make."""
        for ref, request in self._undecided:
            if ref in self._refs:
                request.own = OWN

    def last_refs(self, count: int) -> tuple[int, ...]:
        return tuple(number for ref in [*self._refs][-count:] for number in (ref, *self._refs[ref]))

    def _take(self, taken: TranscriptLine) -> None:
        line = taken.content
        kind: str | None = taken.type or rows.read_row(line).type
        if kind == "assistant":
            answer = rows.read_answer(line)
            if answer.type == "assistant":
                self._answer(answer)
                if answer.message and answer.message.id and self._current.id == answer.message.id:
                    self._id, self._usage = taken.id or b"", b'"usage":' + bytes(answer.message.usage)
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
        if message is None or not message.model or message.model == _SYNTHETIC:
            return
        usage = bytes(message.usage)
        if usage in (b"", b"null"):
            return
        request = self._billed(row, message, rows.read_usage(usage))
        if b'"tool_use"' in bytes(message.content):
            request.tools = self._tools(message.content)
        session = self._session(row.sessionId, row)
        self._origin(row, session, request)
        requests = self._requests[session.id]
        former = requests.get(request.id)
        if former is None:
            requests[request.id] = request
            session.requests.append(request)
        else:
            former.absorb(request)
            request = former
        if row.requestRef and request.own == COPY:
            self._undecided.append((zlib.crc32(row.requestRef.encode()), request))
        self._current = request

    def _billed(self, row: AnswerRow, message: Message, usage: Usage) -> Billed:
        at = rows.milliseconds(row.timestamp) or self.last
        self.last = max(self.last, at)
        number = self._names.number
        request = Billed(message.id or row.requestId or f"row:{row.uuid}", at, number(message.model), _tokens(usage))
        if row.requestedModel and row.requestedModel != message.model:
            request.requested = number(row.requestedModel)
        request.chain = number(row.agentId)
        request.effort = number(row.effort)
        request.extra = self._extra(usage)
        if b"cache_miss_reason" in bytes(message.diagnostics):
            request.cause = number(_diagnosed(message.diagnostics))
        return request

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
            self._version = ""
        if row is not None and (not session.project or row.version != self._version):
            session.project = session.project or self._names.number(row.cwd)
            session.version = self._names.number(row.version)
            self._version = row.version
        return session

    def _tools(self, content: msgspec.Raw) -> tuple[int, ...]:
        """The calls of tools in an answer: name and checksum of the call's id, one after another."""
        calls = {
            zlib.crc32((block.id or "").encode()): self._names.number(block.name)
            for block in rows.read_blocks(content)
            if block.type == "tool_use" and block.name
        }
        return tuple(number for call, name in sorted(calls.items()) for number in (name, call))

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
        key = (bytes(params.betas), bytes(params.anthropic_beta), bytes(row.cacheControl))
        evidence = self._evidence.get(key)
        if evidence is None:
            betas = {beta for part in key[:2] if part not in (b"", b"null") for beta in rows.read_betas(part)}
            matches = (_SCOPE.search(key[2]), _TTL.search(key[2]))
            parts = [match[1].decode(errors="replace") if match else "" for match in matches]
            evidence = self._evidence[key] = self._names.number("|".join((*parts, " ".join(sorted(betas)))))
        self._refs[zlib.crc32(row.id.encode())] = (self._shapes.get((row.shapeHash or "")[:16], 0), evidence)

    def _shape(self, line: memoryview) -> None:
        """Keep the fingerprint of a system prompt and tools, without what is no part of the cached prefix."""
        row = rows.read_api_shape(line)
        if not row.shapeHash or row.shape is None:
            return
        parts = [bytes(part) for part in row.shape.system]
        parts = [part for part in parts if BILLING_HEADER not in part]
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
    hour = min(written, created.ephemeral_1h_input_tokens or 0) if created else 0
    tokens = (
        usage.input_tokens or 0,
        written - hour,
        hour,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens or 0,
        (details.thinking_tokens or 0) if details else 0,
        (server.web_search_requests or 0) if server else 0,
    )
    if len(bytes(usage.iterations)) > 2:
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
    except WRONG:
        return ""
    if isinstance(reason, dict):
        reason = reason.get("type")
    return reason[:80] if isinstance(reason, str) else ""
