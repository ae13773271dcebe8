"""The lines of one transcript, taken into the sessions that they belong to."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ccsetup.system import decoding
from ccsetup.usage import rows
from ccsetup.usage.ledger import COPY, OWN, UNKNOWN, Billed, Conversation, Mark, Total
from ccsetup.usage.made_requests import MadeRequests
from ccsetup.usage.merging import Lacking
from ccsetup.usage.models import billed_model
from ccsetup.usage.names import Names
from ccsetup.usage.rows import NOTHING, AnswerRow, AnyRow, ContentBlock, Message, Usage
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.transcripts import Transcript

_ASSISTANT, _SYNTHETIC = "assistant", "<synthetic>"
_USUAL = ("", "standard")
_SIDECHAIN = "sidechain"  # the subagents of clients that give them no id, in their session's own file
_MAKER = 9  # characters of a message's id that show who made it: "msg_bdrk_"
WRONG = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Common:
    """What many answers of a file have in common. `known` are the session's requests by id."""

    session: Conversation
    known: dict[str, Billed]
    model: int
    requested: int
    chain: int
    effort: int
    extra: int
    owner: int


class FileReading:
    """One transcript while it is read; `mark` is where an earlier reading ended, if this one goes on from there.

    `sessions` is what it holds, by their ids; `lacking` are answers whose system prompt and tools were not found."""

    def __init__(self, transcript: Transcript, shapes: dict[str, int], names: Names, mark: Mark | None) -> None:
        self._transcript, self._names = transcript, names
        self.sessions: dict[str, Conversation] = {}
        self.lacking: list[Lacking] = []
        self.made = MadeRequests(shapes, names, mark.refs if mark else ())
        self._requests: dict[str, dict[str, Billed]] = {}
        self._folder = names.number(transcript.folder)
        self.last = mark.last if mark else 0
        self._changed = transcript.status.st_mtime_ns // 1_000_000  # when an answer was, if no row says
        self.unread = mark.unread if mark else 0
        self._undecided: list[tuple[str, Billed]] = []
        self._commons: dict[object, Common] = {}
        self._key: object = None  # of the last answer
        self._current = Billed("", 0, 0, NO_TOKENS)  # the last answer, its usage and its time
        self._usage = Usage()
        self._timestamp = "~"  # no answer yet: every time is earlier

    def row(self, line: memoryview, kind: str, *, complete: bool = True) -> None:
        """Take one line; a last one that is not complete counts if it can be decoded."""
        try:
            self._take(line, kind or rows.read_row(line).type)
        except WRONG:
            self._take_again(line, kind, complete=complete)

    def request(self, line: memoryview) -> None:
        """Take a request's record."""
        try:
            self.made.take_request(rows.read_api_request(line))
        except WRONG:
            self._take_again(line, "api-request")

    def answer(self, line: memoryview) -> None:
        """Take a conversation's row."""
        try:
            self._conversation(rows.read_answer(line))
        except WRONG:
            self._take_again(line, _ASSISTANT)

    def _take_again(self, line: memoryview, kind: str, *, complete: bool = True) -> None:
        """Take a line that was not decoded because a text in it ends within a character, or count it as unread."""
        written = bytes(line[: decoding.WIDE])
        whole = memoryview(decoding.whole_characters(written))
        try:
            if whole == written or len(line) > decoding.WIDE:
                raise msgspec.DecodeError("it is no text")
            self._take(whole, kind or rows.read_row(whole).type)
        except WRONG:
            self.unread += complete

    def too_long(self) -> None:
        self.unread += 1

    def finish(self) -> None:
        """Decide which rows are copies from another session: those whose request this file did not make."""
        for ref, request in self._undecided:
            if self.made.find(ref):
                request.own = OWN

    def _take(self, line: memoryview, kind: str | None) -> None:
        if kind == _ASSISTANT:
            self._conversation(rows.read_answer(line))
        elif kind == "api-request":
            self.made.take_request(rows.read_api_request(line))
        elif kind == "api-request-shape":
            self.made.take_shape(line)
        elif kind == "cost-state":
            self._total(line)
        elif kind == "system":
            row = rows.read_row(line)
            if row.subtype == "compact_boundary":
                self._boundary(row)

    def _conversation(self, row: AnswerRow) -> None:
        if row.type != _ASSISTANT:
            if row.subtype == "compact_boundary":
                self._boundary(row)
            return
        message = row.message
        if message is None or not message.model or message.model == _SYNTHETIC or message.usage is None:
            return
        if message.id == self._current.id and message.usage == self._usage and (row.timestamp or "") >= self._timestamp:
            self._calls(message.content, self._current)  # a further row of the last answer
        else:
            self._answer(row, message, message.usage)

    def _answer(self, row: AnswerRow, message: Message, usage: Usage) -> None:
        id_ = message.id or row.requestId or _other_id(row, usage)
        key = (
            row.sessionId, row.version, row.cwd, row.agentId, row.isSidechain is True, row.effort, row.requestedModel,
            row.requestSessionId, row.forkedFrom, message.model, id_[:_MAKER],
            usage.service_tier, usage.inference_geo, usage.speed,
        )  # fmt: skip
        if key != self._key:  # one answer is mostly like the one before
            self._key, self._common = key, self._in_common(row, message, usage, id_, key)
        common = self._common
        at = rows.milliseconds(row.timestamp) or self.last
        self.last = max(self.last, at)
        own, shape, evidence = UNKNOWN, 0, 0
        if ref := row.requestRef:
            if made := self.made.find(ref):
                own = OWN
                shape, evidence = made
                if not shape and (name := self.made.lacking.get(ref)):
                    self.lacking.append((common.session.id, id_, name))
            else:
                own = COPY
        if common.owner:
            own = COPY
        cause = 0 if message.diagnostics is NOTHING else self._cause(message.diagnostics)
        request = Billed(
            id_, at or self._changed, common.model, rows.tokens_of(usage), common.requested, common.chain, (), own,
            common.owner, common.effort, shape, evidence, cause, common.extra,
        )  # fmt: skip
        former = common.known.setdefault(id_, request)
        if former is request:
            common.session.requests.append(request)
        else:
            former.absorb(request)
        self._calls(message.content, former)
        if own == COPY and ref:
            self._undecided.append((ref, former))
        self._current, self._usage, self._timestamp = former, usage, row.timestamp or ""

    def _in_common(self, row: AnswerRow, message: Message, usage: Usage, id_: str, key: object) -> Common:
        """What the answer has in common with others; the session gets what it shows of it."""
        common = self._commons.get(key)
        if common is None:
            number = self._names.number
            model, requested, fork = message.model or "", row.requestedModel, row.forkedFrom
            billed = billed_model(id_, model, requested)
            session = self._session(row.sessionId)
            origin = row.requestSessionId or (fork.sessionId if fork else None)
            common = self._commons[key] = Common(
                session,
                self._requests[session.id],
                number(billed),
                number(requested) if requested not in (model, billed) else 0,
                number(row.agentId or (_SIDECHAIN if row.isSidechain is True else None)),
                number(row.effort),
                self._extra(usage),
                number(origin) if origin and origin != session.id else 0,
            )
        common.session.project = common.session.project or self._names.number(row.cwd)
        common.session.version = self._names.number(row.version)
        return common

    def _session(self, name: str | None) -> Conversation:
        name = name or self._transcript.session or "unknown"
        session = self.sessions.get(name)
        if session is None:
            session = self.sessions[name] = Conversation(name, self._folder, main=bool(self._transcript.session))
            self._requests[name] = {}
        return session

    def _calls(self, blocks: Sequence[ContentBlock], request: Billed) -> None:
        """Add an answer's calls of tools: name and checksum of the call's id."""
        for block in blocks:
            if block.type == "tool_use" and block.name:
                request.call((self._names.number(block.name), zlib.crc32((block.id or "").encode())))

    def _cause(self, raw: msgspec.Raw) -> int:
        """The provider's own reason of a cache miss."""
        diagnostics = bytes(raw)
        if b"cache_miss_reason" not in diagnostics:
            return 0
        try:
            reason = msgspec.to_builtins(rows.read_diagnostics(diagnostics).cache_miss_reason)
        except WRONG:
            return 0
        if isinstance(reason, dict):
            reason = reason.get("type")
        return self._names.number(reason[:80]) if isinstance(reason, str) else 0

    def _extra(self, usage: Usage) -> int:
        tier, geography, speed = (part or "" for part in (usage.service_tier, usage.inference_geo, usage.speed))
        usual = tier in _USUAL and geography in ("", "not_available", "global") and speed in _USUAL
        return 0 if usual else self._names.number(f"{tier}|{geography}|{speed}")

    def _boundary(self, row: AnyRow) -> None:
        at = rows.milliseconds(row.timestamp)
        session = self._session(row.sessionId)
        if at:
            session.compacted(at)

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
        session.came_to(Total(at, models))


def _other_id(row: AnswerRow, usage: Usage) -> str:
    """What an answer without an id of the provider is known by: its row's, or else when it was and what it used."""
    if name := row.requestRef or row.uuid:
        return f"row:{name}"
    return f"row:{row.sessionId}:{row.timestamp}:{zlib.crc32(repr(rows.tokens_of(usage)).encode())}"
