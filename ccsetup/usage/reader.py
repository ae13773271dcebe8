"""Reading a transcript in blocks, deciding by a line's first bytes whether it needs decoding at all.

Most bytes of a transcript are prompts, tool results and copies of requests. The client writes `{"type":…` first in its
own records and `{"parentUuid":…` first in conversation rows; lines of any other form are decoded to learn their type.
"""

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

BLOCK = 1 << 18  # it and what is made of it fit into a processor's own cache
LONGEST = 64 << 20  # bytes of a line

# What a line begins with. Groups are what may count: a record's type, an answer's row; not prompts, tool results and
# attachments. The second line is the form of nearly all rows, the third one of the others.
_HEAD = re.compile(
    rb'\{"(?:type":"([a-z-]++)"'
    rb'|parentUuid":"[^"]{36}","isSidechain":false,(?:"message":\{"(id|model)"|(?:"promptId":"[^"\\]{36}",)?"type":"user")'
    rb'|parentUuid":(?:null|"[^"]*+"),"isSidechain":(?:true|false),(?:"(?!type")\w++":"[^"\\]*+",)*+'
    rb'"(?:type":"user"|attachment":\{|message":\{"(model|id)"))'
)
_RECORD = 1
_REQUEST = "api-request"
_WORTH = {one.encode(): one for one in (_REQUEST, "api-request-shape", "cost-state", "assistant", "system")}
_CONVERSATION = "assistant"  # of a row that begins with its parent: by far the most, and decoded as such
# What a conversation's row holds if it counts: the last is how a letter of the others is escaped.
_TELLING = (b'"usage"', b"compact_boundary", rb"\u00")

_spare: list[bytearray] = []  # buffers that no file is read into


class Taker(Protocol):
    """What the lines that may count are given to; a line holds during the call."""

    def answer(self, line: memoryview) -> None:
        """An answer's row in the client's own form."""

    def request(self, line: memoryview) -> None:
        """What the client wrote down of a request."""

    def row(self, line: memoryview, kind: str, *, complete: bool = True) -> None:
        """Any other one; `kind` is its type as its beginning suggests, or empty. A complete line ended by a newline."""

    def too_long(self) -> None: ...


def read_lines(path: str, start: int, taker: Taker) -> int:
    """Give `taker` each line from the offset `start` on that may count. Returns the offset behind the last complete
    line. Raises OSError."""
    with _opened(path) as handle:
        os.lseek(handle, start, os.SEEK_SET)
        return start + _read(handle, taker)


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


def _read(handle: int, taker: Taker) -> int:
    """One buffer is filled again and again, with the next file, too: fresh memory would cost more than reading into
    it."""
    file = io.FileIO(handle, closefd=False)
    buffer = first = _spare.pop() if _spare else bytearray(BLOCK)
    view = memoryview(buffer)
    done = held = 0  # bytes of whole lines; bytes at the buffer's beginning of a line that is not whole yet
    skipping = False
    while got := file.readinto(view[held:]):
        filled = held + got
        begin = 0
        if skipping and (begin := buffer.find(b"\n", held, filled) + 1):
            skipping = False
        if not skipping:
            _worth(buffer, begin, filled, taker)
        whole = buffer.rfind(b"\n", held, filled) + 1
        done += whole
        held = filled - whole
        if skipping:
            done, held = done + filled, 0
        elif held > LONGEST:
            done, held, skipping = done + held, 0, True
            taker.too_long()
        elif held < len(buffer) // 2:
            buffer[:held] = buffer[whole:filled]
        else:  # a long line: a larger buffer, for as long as it takes
            larger = bytearray(2 * len(buffer))
            larger[:held] = view[whole:filled]
            buffer, view = larger, memoryview(larger)
    if not skipping and bytes(view[max(0, held - 64) : held]).rstrip().endswith(b"}"):
        taker.row(memoryview(buffer)[:held], "", complete=False)
    _spare.append(first)
    return done


def _worth(buffer: bytearray, begin: int, filled: int, taker: Taker) -> None:
    """Give the complete lines that may count."""
    find, head, known, view = buffer.find, _HEAD.match, _WORTH.get, memoryview(buffer)
    answer, request, row = taker.answer, taker.request, taker.row
    while (end := find(b"\n", begin, filled)) >= 0:
        if (match := head(buffer, begin, end)) is None:
            if not buffer.startswith(b'{"parentUuid":', begin):
                if end > begin:
                    row(view[begin:end], "")
            elif any(find(word, begin, end) >= 0 for word in _TELLING):
                row(view[begin:end], _CONVERSATION)
        elif (group := match.lastindex) == _RECORD:
            if (kind := known(match[_RECORD])) is _REQUEST:
                request(view[begin:end])
            elif kind is not None:
                row(view[begin:end], kind)
        elif group is not None:
            answer(view[begin:end])
        begin = end + 1
