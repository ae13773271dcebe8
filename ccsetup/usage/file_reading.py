"""The lines of one transcript, taken into the sessions that they belong to."""

import re
import zlib

import msgspec

from ccsetup.usage import rows
from ccsetup.usage.ledger import COPY, OWN, Billed, Conversation, Mark, Total
from ccsetup.usage.models import billed_model
from ccsetup.usage.names import Names
from ccsetup.usage.rows import AnswerRow, AnyRow, ApiRequest, Message, Usage
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.transcripts import Transcript

_SYNTHETIC = "<synthetic>"
BILLING_HEADER = b"x-anthropic-billing-header"  # the client's first system block: varies, and is not cached
_USUAL = ("", "standard")
_SCOPE = re.compile(rb'"scope":\s*"([\w-]{1,40})"')
_TTL = re.compile(rb'"ttl":\s*"(\w{1,10})"')
_TOOL = re.compile(rb'"content":\[\{"type":"tool_use","id":"([^"\\]*+)","name":"([^"\\]*+)"')
_IS_TOOL = b'"type":"tool_use"'
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
        self._former = {refs[at]: (refs[at + 1], refs[at + 2]) for at in range(0, len(refs), 3)}
        self._refs: dict[str, tuple[int, int]] = {}
        self._undecided: list[tuple[str, Billed]] = []
        self._evidence: dict[object, int] = {}
        self._extras: dict[object, int] = {}
        self._last: Conversation | None = None
        self._known: dict[str, Billed] = {}  # the requests of that session
        self._version: str | None = ""
        self._current = Billed("", 0, 0, NO_TOKENS)  # the last answer
        self._id = b""  # its id, if further rows may be known by that
        self._usage = b""
        self._from_end = 0  # of a row, where its usage was last found

    def row(self, line: memoryview, kind: str, *, complete: bool = True) -> None:
        """Take one line; a last one that is not complete counts if it can be decoded."""
        self._id = b""
        try:
            self._take(line, kind or rows.read_row(line).type)
        except WRONG:
            self.unread += complete

    def answer(self, buffer: bytearray, begin: int, end: int, id_: bytes) -> None:
        """Take an answer's row."""
        if id_ == self._id and self._repeats(buffer, begin, end):
            return
        self.row(memoryview(buffer)[begin:end], "assistant")
        if self._current.id == id_.decode(errors="replace"):
            self._id = id_

    def _repeats(self, buffer: bytearray, begin: int, end: int) -> bool:
        """Whether a further row of the last answer was taken: it differs from the first by its block alone."""
        usage = end - self._from_end
        if not buffer.startswith(self._usage, usage):
            usage = buffer.find(b'"usage"', begin, end)
            if usage < 0 or not buffer.startswith(self._usage, usage):
                return False
            self._from_end = end - usage
        at = buffer.find(_IS_TOOL, begin, end)
        if at >= 0:
            call = _TOOL.match(buffer, at - len(b'"content":[{'), end)
            if call is None or buffer.find(_IS_TOOL, call.end(), end) >= 0:
                return False
            self._current.call((self._names.number(call[2].decode(errors="replace")), zlib.crc32(call[1])))
        return True

    def too_long(self) -> None:
        self.unread += 1

    def finish(self) -> None:
        """Decide which rows are copies from another session: those whose request this file did not make."""
        for ref, request in self._undecided:
            if self._request(ref):
                request.own = OWN

    def last_refs(self, count: int) -> tuple[int, ...]:
        made = {**self._former, **{_checksum(ref): self._refs[ref] for ref in [*self._refs][-count:]}}
        return tuple(number for ref in [*made][-count:] for number in (ref, *made[ref]))

    def _take(self, line: memoryview, kind: str | None) -> None:
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
        if message is None or not message.model or message.model == _SYNTHETIC:
            return
        usage = bytes(message.usage)
        if usage in (b"", b"null"):
            return
        request = self._billed(row, message, rows.read_usage(usage))
        content = bytes(message.content)
        if b'"tool_use"' in content:
            request.tools = self._tools(content)
        session = self._session(row.sessionId, row)
        self._origin(row, session, request)
        former = self._known.setdefault(request.id, request)
        if former is request:
            session.requests.append(request)
        else:
            former.absorb(request)
        if request.own == COPY and row.requestRef:
            self._undecided.append((row.requestRef, former))
        self._current, self._usage = former, b'"usage":' + usage

    def _billed(self, row: AnswerRow, message: Message, usage: Usage) -> Billed:
        at = rows.milliseconds(row.timestamp) or self.last
        self.last = max(self.last, at)
        number, answered, requested = self._names.number, message.model or "", row.requestedModel
        model = billed_model(message.id or "", answered, requested)
        return Billed(
            message.id or row.requestId or f"row:{row.uuid}",
            at,
            number(model),
            rows.tokens_of(usage),
            number(requested) if requested not in (answered, model) else 0,
            number(row.agentId),
            effort=number(row.effort),
            extra=self._extra(usage),
            cause=number(_diagnosed(message.diagnostics)) if b"cache_miss_reason" in bytes(message.diagnostics) else 0,
        )

    def _origin(self, row: AnswerRow, session: Conversation, request: Billed) -> None:
        """Whether the session made the request itself, and with which shape and betas."""
        origin = row.requestSessionId or (row.forkedFrom.sessionId if row.forkedFrom else None)
        if row.requestRef:
            if made := self._request(row.requestRef):
                request.own = OWN
                request.shape, request.evidence = made
            else:
                request.own = COPY
        if origin and origin != session.id:
            request.own, request.owner = COPY, self._names.number(origin)

    def _session(self, name: str | None, row: AnyRow | None = None) -> Conversation:
        name = name or self._transcript.session or "unknown"
        session = self._last
        if session is None or name != session.id:
            session = self._last = self._opened(name)
        if row is not None and (row.version != self._version or not session.project):
            session.project = session.project or self._names.number(row.cwd)
            session.version = self._names.number(row.version)
            self._version = row.version
        return session

    def _opened(self, name: str) -> Conversation:
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = Conversation(name, self._folder)
        if name not in self._requests:
            self._requests[name] = {request.id: request for request in session.requests}
            session.main = session.main or bool(self._transcript.session)
        self._known, self._version = self._requests[name], ""
        return session

    def _tools(self, content: bytes) -> tuple[int, ...]:
        """The calls of tools in an answer: name and checksum of the call's id, one after another."""
        calls = {
            zlib.crc32((block.id or "").encode()): self._names.number(block.name)
            for block in rows.read_blocks(content)
            if block.type == "tool_use" and block.name
        }
        return tuple(number for call, name in sorted(calls.items()) for number in (name, call))

    def _extra(self, usage: Usage) -> int:
        key = (usage.service_tier, usage.inference_geo, usage.speed)
        extra = self._extras.get(key)
        if extra is None:
            tier, geography, speed = (part or "" for part in key)
            usual = tier in _USUAL and geography in ("", "not_available", "global") and speed in _USUAL
            extra = self._extras[key] = 0 if usual else self._names.number(f"{tier}|{geography}|{speed}")
        return extra

    def _boundary(self, row: AnyRow) -> None:
        at = rows.milliseconds(row.timestamp)
        session = self._session(row.sessionId)
        if at and at not in session.compactions:
            session.compactions.append(at)

    def _api_request(self, row: ApiRequest) -> None:
        if not row.id:
            return
        params = row.params or rows.Params()
        asked = bytes(row.cacheControl)
        scope, ttl = _SCOPE.search(asked), _TTL.search(asked)
        key = (bytes(params.betas), bytes(params.anthropic_beta), scope and scope[1], ttl and ttl[1])
        evidence = self._evidence.get(key)
        if evidence is None:
            betas = {beta for part in key[:2] if part not in (b"", b"null") for beta in rows.read_betas(part)}
            parts = [match[1].decode(errors="replace") if match else "" for match in (scope, ttl)]
            evidence = self._evidence[key] = self._names.number("|".join((*parts, " ".join(sorted(betas)))))
        self._refs[row.id] = (self._shapes.get((row.shapeHash or "")[:16], 0), evidence)

    def _request(self, ref: str) -> tuple[int, int] | None:
        """Shape and evidence of a request that this file made."""
        return self._refs.get(ref) or (self._former.get(_checksum(ref)) if self._former else None)

    def _shape(self, line: memoryview) -> None:
        """Keep the fingerprint of a system prompt and tools, without what is not part of the cached prefix."""
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
            models[model] = add(models.get(model, NO_TOKENS), rows.tokens_in_total(usage))
        for other in session.totals:
            if other.models == models:
                other.at = min(other.at, at)
                return
        session.totals.append(Total(at, models))


def _checksum(ref: str) -> int:
    return zlib.crc32(ref.encode(errors="replace"))


def _diagnosed(raw: msgspec.Raw) -> str:
    """The provider's own reason of a cache miss."""
    try:
        reason = msgspec.to_builtins(rows.read_diagnostics(raw).cache_miss_reason)
    except WRONG:
        return ""
    if isinstance(reason, dict):
        reason = reason.get("type")
    return reason[:80] if isinstance(reason, str) else ""
