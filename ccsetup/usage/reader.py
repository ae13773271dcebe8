"""Reading a transcript in blocks, deciding by a line's first bytes whether it needs decoding at all.

Most bytes of a transcript are prompts, tool results and copies of requests. The client writes `{"type":…` first in its
own records and `{"parentUuid":…` first in conversation rows; lines of any other form are decoded to learn their type.
"""

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

BLOCK = 1 << 20
LONGEST = 64 << 20  # bytes of a line

_HEAD = re.compile(
    rb'\{"parentUuid":(?:null|"[^"]*+"),"isSidechain":(?:true|false),(?:"(?:promptId|agentId)":"[^"]*+",)*+'
    rb'(?:"type":"(user)"|"message":\{"id":"([^"\\]++)")'
)
_WORTH = {one.encode(): one for one in ("api-request", "api-request-shape", "cost-state", "assistant", "system")}
_CONVERSATION = "assistant"  # of a row that begins with its parent: by far the most, and decoded as such
_USER = 1  # the group of _HEAD that a prompt or tool result matches
_TYPE = re.compile(rb'\{"type":"([a-z-]++)"')
_BEGINNING = 4_096


@dataclass(slots=True)
class TranscriptLine:
    """A line that may count: `buffer[begin:end]`, which holds until the next one is asked for.

    Of an answer in the client's own form `id` is the message's, and `usage` where its usage begins; of a record that
    begins with its type, `type` is that.
    """

    buffer: bytearray
    begin: int
    end: int
    complete: bool = True  # ended by a newline
    id: bytes | None = None
    usage: int = -1
    type: str = ""

    @property
    def content(self) -> memoryview:
        return memoryview(self.buffer)[self.begin : self.end]


def read_lines(path: str, start: int, take: Callable[[TranscriptLine], None], too_long: Callable[[], None]) -> int:
    """Call `take` with each line from the offset `start` on that may count. Returns the offset behind the last complete
    line. Raises OSError."""
    with _opened(path) as handle:
        os.lseek(handle, start, os.SEEK_SET)
        return start + _read(handle, take, too_long)


def all_lines(path: str) -> Iterator[bytes]:
    """Every line of a transcript but those longer than LONGEST. Raises OSError."""
    whole = True  # the last piece ended a line
    with _opened(path) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        while piece := file.readline(LONGEST):
            if whole:
                yield piece
            whole = piece.endswith(b"\n")


@contextmanager
def _opened(path: str) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is not a regular file")
        yield handle
    finally:
        os.close(handle)


def _read(handle: int, take: Callable[[TranscriptLine], None], too_long: Callable[[], None]) -> int:
    """One buffer is filled again and again: fresh memory would cost more than reading into it."""
    file = io.FileIO(handle, closefd=False)
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    done = held = 0  # bytes of whole lines; bytes at the buffer's beginning of a line that is not whole yet
    skipping = False
    while got := file.readinto(view[held:]):
        filled = held + got
        begin = 0
        if skipping and (begin := buffer.find(b"\n", held, filled) + 1):
            skipping = False
        if not skipping:
            _worth(buffer, begin, filled, take)
        whole = buffer.rfind(b"\n", held, filled) + 1
        done += whole
        held = filled - whole
        if skipping:
            done, held = done + filled, 0
        elif held > LONGEST:
            done, held, skipping = done + held, 0, True
            too_long()
        elif held < len(buffer) // 2:
            buffer[:held] = buffer[whole:filled]
        else:  # a long line: a larger buffer, for as long as it takes
            larger = bytearray(2 * len(buffer))
            larger[:held] = view[whole:filled]
            buffer, view = larger, memoryview(larger)
    if not skipping and bytes(view[max(0, held - 64) : held]).rstrip().endswith(b"}"):
        take(TranscriptLine(buffer, 0, held, complete=False))
    return done


def _worth(buffer: bytearray, begin: int, filled: int, take: Callable[[TranscriptLine], None]) -> None:
    """Take the complete lines that may count."""
    find, startswith, head, typed, known = buffer.find, buffer.startswith, _HEAD.match, _TYPE.match, _WORTH.get
    while (end := find(b"\n", begin, filled)) >= 0:
        if startswith(b'{"parentUuid":', begin):
            match = head(buffer, begin, end)
            if match is None or match.lastindex != _USER:
                if (usage := find(b'"usage"', begin, end)) >= 0:
                    take(TranscriptLine(buffer, begin, end, True, match and match[2], usage, _CONVERSATION))
                elif find(b"compact_boundary", begin, min(end, begin + _BEGINNING)) >= 0:
                    take(TranscriptLine(buffer, begin, end, type=_CONVERSATION))
        elif (match := typed(buffer, begin, end)) is not None:
            if (kind := known(match[1])) is not None:
                take(TranscriptLine(buffer, begin, end, type=kind))
        elif end > begin:
            take(TranscriptLine(buffer, begin, end))
        begin = end + 1
