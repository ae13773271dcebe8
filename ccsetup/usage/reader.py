"""Reading a transcript in blocks, deciding by a line's first bytes whether it needs decoding at all.

Most bytes of a transcript are prompts, tool results and copies of requests. The client writes `{"type":…` first in its
own records and `{"parentUuid":…` first in conversation rows; lines of any other form are decoded to learn their type.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator

BLOCK = 1 << 20
LONGEST = 64 << 20  # bytes of a line

_ANSWERED = re.compile(
    rb'\{"parentUuid":(?:null|"[^"]*+"),"isSidechain":(?:true|false),(?:"(?:promptId|agentId)":"[^"]*+",)*+"type":"user"'
)
_WORTH = (b"api-request", b"api-request-shape", b"cost-state", b"assistant", b"system")
_TYPE = re.compile(rb'\{"type":"([a-z-]++)"')
_HEAD = 4_096

Handler = Callable[[memoryview], None]


def read_lines(path: str, start: int, line: Callable[[memoryview, bool], None], too_long: Callable[[], None]) -> int:
    """Call `line` with each line from the offset `start` on that may count, and whether it is complete (ended by a
    newline). Returns the offset behind the last complete line. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is not a regular file")
        os.lseek(handle, start, os.SEEK_SET)
        return start + _read(handle, line, too_long)
    finally:
        os.close(handle)


def _read(handle: int, line: Callable[[memoryview, bool], None], too_long: Callable[[], None]) -> int:
    done = 0
    rest = b""
    skipping = False
    while block := os.read(handle, BLOCK):
        if skipping:
            newline = block.find(b"\n")
            done += newline + 1 if newline >= 0 else len(block)
            block, skipping = (block[newline + 1 :], False) if newline >= 0 else (b"", True)
        if rest and b"\n" not in block:
            rest += block
        else:
            buffer = rest + block
            view = memoryview(buffer)
            at = 0
            for begin, end in _worth(buffer):
                line(view[begin:end], True)
            at = buffer.rfind(b"\n") + 1
            done += at
            rest = buffer[at:]
        if len(rest) > LONGEST:
            done += len(rest)
            rest, skipping = b"", True
            too_long()
    if rest.rstrip()[-1:] == b"}":
        line(memoryview(rest), False)
    return done


def _worth(buffer: bytes) -> Iterator[tuple[int, int]]:
    """The complete lines that may count, as (begin, end)."""
    find, startswith, answered, typed = buffer.find, buffer.startswith, _ANSWERED.match, _TYPE.match
    begin = 0
    while (end := find(b"\n", begin)) >= 0:
        if startswith(b'{"parentUuid":', begin):
            if not answered(buffer, begin) and (
                find(b'"usage"', begin, end) >= 0 or find(b"compact_boundary", begin, min(end, begin + _HEAD)) >= 0
            ):
                yield begin, end
        elif (match := typed(buffer, begin)) is not None:
            if match[1] in _WORTH:
                yield begin, end
        elif end > begin:
            yield begin, end
        begin = end + 1
