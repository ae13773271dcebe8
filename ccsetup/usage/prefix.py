"""What precedes every prompt: the sizes of its parts in one session, from the rows that the client wrote.

Bytes are those of the request's JSON. Tokens are calibrated: what the session's first request was billed, divided by
its bytes. No MCP server is started.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from ccsetup.usage import prefix_rows, reader, rows
from ccsetup.usage.file_reading import WRONG
from ccsetup.usage.made_requests import BILLING_HEADER
from ccsetup.usage.prefix_rows import AttachmentRow, RequestRow

SYSTEM, TOOLS = "system prompt", "tools"
_ATTACHED = {
    "instructions": "CLAUDE.md",
    "skill_listing": "skills",
    "agent_listing_delta": "agents",
    "deferred_tools_delta": "deferred tools",
    "mcp_instructions_delta": "MCP instructions",
}
_ELSE = "environment"
_ORDER = (*_ATTACHED.values(), _ELSE)
_PLACEHOLDER = "DeferredToolPlaceholder"
_AGENT = "agent:"
_MCP = re.compile(r"mcp__(.+?)__.+")


@dataclass(frozen=True, slots=True)
class RequestShape:
    """A request's system prompt and tools in bytes; `sent` is what of both the model reads from the beginning."""

    system: int
    tools: dict[str, int]
    sent: int


@dataclass(slots=True)
class PromptPrefix:
    """`first` is the session's first request and `tokens` what it was billed; `shape` is the last one's."""

    first: RequestRow | None = None
    tokens: int = 0
    bytes: int = 0
    shape: RequestShape | None = None
    attached: dict[str, int] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)  # MCP tools

    def parts(self) -> dict[str, int]:
        """{part: bytes}; an MCP server's part is `mcp:SERVER`, without bytes while all its tools are deferred."""
        shape = self.shape or RequestShape(0, {}, 0)
        servers = {mcp_part(name): 0 for name in sorted(self.registered)}
        own = 0
        for name, size in shape.tools.items():
            if part := mcp_part(name):
                servers[part] += size
            else:
                own += size
        ordered = sorted(servers.items(), key=lambda item: (-item[1], item[0]))
        attached = {part: self.attached[part] for part in _ORDER if part in self.attached}
        return {SYSTEM: shape.system, TOOLS: own, **dict(ordered), **attached}

    def tokens_of(self, size: int) -> int | None:
        return round(size * self.tokens / self.bytes) if self.tokens and self.bytes else None


def mcp_part(tool: str) -> str:
    """`mcp:SERVER` for a tool of an MCP server; empty for Claude Code's own."""
    match = _MCP.fullmatch(tool)
    return f"mcp:{match[1]}" if match else ""


def read_prefix(path: str) -> PromptPrefix | None:
    """The prefix of a session, by its main transcript; None if its client wrote no shapes. Raises OSError."""
    reading = _Reading()
    for line in reader.all_lines(path):
        try:
            reading.take(line)
        except WRONG:
            continue
    return reading.prefix if reading.prefix.shape else None


class _Reading:
    def __init__(self) -> None:
        self.prefix = PromptPrefix()
        self._shapes: dict[str, RequestShape] = {}
        self._blobs: dict[str, int] = {}
        self._prompt = 0
        self._ref = b""

    def take(self, line: bytes) -> None:
        if line.startswith(b'{"type":"api-request-shape"'):
            row = rows.read_api_shape(line)
            if row.shapeHash and row.shape:
                self._shapes[row.shapeHash] = _sizes(row.shape.system, row.shape.tools)
        elif line.startswith(b'{"type":"api-request"'):
            self._request(prefix_rows.read_request(line))
        elif line.startswith(b'{"type":"api-request-blob"'):
            if self.prefix.first is None:
                blob = prefix_rows.read_blob(line)
                self._blobs[blob.hash or ""] = len(bytes(blob.message))
        elif self._ref and self._ref in line:
            self._answer(line)
        elif b'"type":"attachment"' in line or (self.prefix.first is None and b'"type":"user"' in line):
            self._attachment(prefix_rows.read_attachment(line))

    def _request(self, row: RequestRow) -> None:
        first, shape = self.prefix.first, self._shapes.get(row.shapeHash or "")
        if shape is None or (row.querySource or "").startswith(_AGENT):
            return
        if first is None:
            self.prefix.first = row
            if row.id and not row.base:
                messages = sum(self._blobs.get(one, 0) for one in row.tail or ())
                self.prefix.bytes = shape.sent + max(messages, self._prompt + sum(self.prefix.attached.values()))
                self._ref = b'"requestRef":"' + row.id.encode() + b'"'
        if first is None or row.querySource == first.querySource:
            self.prefix.shape = shape
            self.prefix.registered |= {name for name in shape.tools if mcp_part(name)}

    def _answer(self, line: bytes) -> None:
        message = rows.read_answer(line).message
        if message and (usage := message.usage):
            kinds = (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens)
            self.prefix.tokens = max(self.prefix.tokens, sum(count or 0 for count in kinds))

    def _attachment(self, row: AttachmentRow) -> None:
        attachment, size = row.attachment, len(bytes(row.rendered))
        if row.type == "user":
            self._prompt += len(bytes(row.message))
        elif row.type == "attachment" and attachment is not None:
            self.prefix.registered |= set(_mcp(attachment.addedNames))
            self.prefix.registered -= set(_mcp(attachment.removedNames))
            if self.prefix.first is None and size > len(b"null"):
                part = _ATTACHED.get(attachment.type or "", _ELSE)
                self.prefix.attached[part] = self.prefix.attached.get(part, 0) + size


def _sizes(system: Iterable[msgspec.Raw], tools: Iterable[msgspec.Raw]) -> RequestShape:
    texts = sum(len(bytes(part)) for part in system if BILLING_HEADER not in bytes(part))
    sizes: dict[str, int] = {}
    sent = texts
    for tool in tools:
        content = bytes(tool)
        name = prefix_rows.read_tool(content).name or ""
        if name != _PLACEHOLDER:
            sizes[name] = sizes.get(name, 0) + len(content)
            sent += 0 if b'"defer_loading":true' in content else len(content)
    return RequestShape(texts, sizes, sent)


def _mcp(names: Iterable[str] | None) -> Iterable[str]:
    return (name for name in names or () if mcp_part(name))
