"""What transcripts held, as counts that outlive them: one file in the state folder, replaced whole, under a lock.

Everything in it can only grow: reading a transcript twice, in parts, out of order or cut short gives the same ledger.
Names (models, tools, projects, agents) are kept once, in `strings`, and referred to by number; 0 is none.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.usage.tokens import Tokens, rank

SCHEMA = 1
_NO_SESSIONS = b"\x90"  # an empty list
COPY, UNKNOWN, OWN = -1, 0, 1  # whether the session made the request itself
_LARGEST = 1 << 30  # bytes; some 8 million requests


class Billed(msgspec.Struct, array_like=True, gc=False):
    """One answer that was billed. `at` is in milliseconds; `tools` are pairs (name, checksum of the call's id)."""

    id: str
    at: int
    model: int
    tokens: Tokens
    requested: int = 0
    chain: int = 0  # the subagent; 0 is the main conversation
    tools: tuple[int, ...] = ()
    own: int = UNKNOWN
    owner: int = 0  # the session that a copied row names
    effort: int = 0
    shape: int = 0  # fingerprint of system prompt and tools
    evidence: int = 0  # betas and cache scope that were asked for
    cause: int = 0  # of a cache miss, as the provider says
    extra: int = 0  # service tier, geography and speed, if not the usual ones

    def absorb(self, other: "Billed") -> None:
        """Merge another reading of the same answer: the highest output counts, and nothing is lost."""
        if rank(other.tokens) > rank(self.tokens):
            self.tokens, self.model = other.tokens, other.model
            self.requested, self.extra = other.requested, other.extra
        if other.at and (other.at < self.at or not self.at):
            self.at = other.at
        self.call(other.tools)
        self.own = max(self.own, other.own)
        for name in ("requested", "chain", "owner", "effort", "shape", "evidence", "cause", "extra"):
            if not getattr(self, name):
                setattr(self, name, getattr(other, name))

    def call(self, tools: tuple[int, ...]) -> None:
        """Add calls of tools, each once."""
        if not self.tools:
            self.tools = tools
        elif tools and tools != self.tools and not (len(tools) == 2 and tools[1] in self.tools[1::2]):
            both = (*self.tools, *tools)
            calls = dict(zip(both[1::2], both[::2], strict=True))
            self.tools = tuple(number for call, name in sorted(calls.items()) for number in (name, call))


class Total(msgspec.Struct, array_like=True, gc=False):
    """The client's own total of a session so far: {model: tokens}."""

    at: int
    models: dict[int, Tokens]


class Conversation(msgspec.Struct, array_like=True):
    """One conversation, its subagents included. `main` says whether its own transcript was seen."""

    id: str
    folder: int = 0
    project: int = 0
    version: int = 0
    main: bool = False
    requests: list[Billed] = []
    totals: list[Total] = []
    compactions: list[int] = []

    def compacted(self, at: int) -> None:
        """Add a compaction, once."""
        if at not in self.compactions:
            self.compactions.append(at)

    def came_to(self, total: Total) -> None:
        """Add a total; one that is written again was reached when it was first."""
        for other in self.totals:
            if other.models == total.models:
                other.at = min(other.at, total.at)
                return
        self.totals.append(total)


class Mark(msgspec.Struct, array_like=True, gc=False):
    """How far a transcript was read. `refs` are the last requests whose answer may still come: checksum, shape,
    evidence, one after another."""

    inode: int
    size: int  # bytes read, whole lines
    changed: int  # its time of change, in nanoseconds
    head: int
    tail: int
    last: int = 0  # time of the last answer
    unread: int = 0
    refs: tuple[int, ...] = ()


class Note(msgspec.Struct, array_like=True):
    """A client that `ccsetup run` started with a profile, at `at` (milliseconds)."""

    at: int
    pid: int
    profile: str
    folder: str  # configuration folder
    cwd: str
    session: str = ""
    certain: bool = False
    fresh: bool = True  # it began a new session


class LedgerFile(msgspec.Struct):
    """The ledger as it is kept; the sessions, nearly all of it, are decoded only if they are needed."""

    schema: int = SCHEMA
    strings: list[str] = msgspec.field(default_factory=lambda: [""])
    marks: dict[int, Mark] = {}
    shapes: dict[str, int] = {}  # shapeHash, shortened → fingerprint
    notes: list[Note] = []
    sessions: msgspec.Raw = msgspec.Raw(_NO_SESSIONS)


class Ledger:
    """All that is kept. `sessions` may be changed in place."""

    def __init__(self, content: bytes = b"") -> None:
        file = decoding.from_msgpack(content, LedgerFile) if content else LedgerFile()
        self.schema, self.strings, self.marks, self.shapes = file.schema, file.strings, file.marks, file.shapes
        self.notes = file.notes
        self.stamp = zlib.crc32(content)  # of the file as it is kept
        self._raw = bytes(file.sessions)
        self._sessions: list[Conversation] | None = None

    @property
    def sessions(self) -> list[Conversation]:
        if self._sessions is None:
            try:
                self._sessions = decoding.from_msgpack(self._raw, list[Conversation])
            except (msgspec.DecodeError, RecursionError) as error:
                raise UserError("the usage ledger is damaged", "move ccsetup's state folder `usage` away") from error
        return self._sessions

    @property
    def is_empty(self) -> bool:
        return self._raw == _NO_SESSIONS if self._sessions is None else not self._sessions

    def encoded(self) -> bytes:
        sessions = msgspec.Raw(self._raw) if self._sessions is None else self._sessions
        values = (self.schema, self.strings, self.marks, self.shapes, self.notes, sessions)
        return msgspec.msgpack.encode(dict(zip(LedgerFile.__struct_fields__, values, strict=True)))


@dataclass(frozen=True, slots=True)
class Book:
    """The ledger in its folder."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "ledger"

    @contextmanager
    def locked(self) -> Iterator[None]:
        files.private_folder(self.folder)
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            yield

    def read(self) -> Ledger:
        """The ledger; empty if not found. One that cannot be read is a UserError: it may be the only record."""
        try:
            content = files.read(self.path, largest=_LARGEST)
        except FileNotFoundError:
            return Ledger()
        todo = f"move it away, and the transcripts that are left are read again: mv {self.path} {self.path}.old"
        try:
            ledger = Ledger(content or b"-")
        except (msgspec.DecodeError, RecursionError) as error:
            raise UserError(f"{self.path} is not a usage ledger", todo, UNAVAILABLE) from error
        if ledger.schema != SCHEMA:
            what = f"{self.path}: schema {ledger.schema} is not {SCHEMA}"
            raise UserError(what, f"upgrade ccsetup, or {todo}", UNAVAILABLE)
        return ledger

    def write(self, ledger: Ledger) -> None:
        content = ledger.encoded()
        files.write(self.path, content)
        ledger.stamp = zlib.crc32(content)
