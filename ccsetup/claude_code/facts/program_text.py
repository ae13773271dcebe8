"""The JavaScript of an installed Claude Code: a plain bundle for node, or the modules in Bun's single-file executable.

Bun's layout, seen on Linux (glibc, musl), macOS and Windows: the last `\\n---- Bun! ----\\n` is preceded by a record
(size of the payload; offset and length of the module table …), which the payload precedes. On macOS and Windows a
signature follows. The file is read, never mapped: an update that shortens a mapped file would end this process.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

NATIVE = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
_TRAILER = b"\n---- Bun! ----\n"
_RECORD = struct.Struct("<QII16x")  # payload size; module table: offset, length
# A module's row: name, offset and length of its text, then encoding, loader, format, side. Newer rows are longer.
_ROWS = (struct.Struct("<IIII32xBBBB"), struct.Struct("<IIII16xBBBB"))
_ROOTS = (b"/$bunfs/", b"B:/~BUN/", b"B:\\~BUN\\")
_SCRIPTS = range(4)  # loaders: jsx, js, ts, tsx
_BLOCK = 1 << 20
_FARTHEST = 64 << 20  # bytes behind the trailer; the signature of macOS has one
_MOST = 256 << 20  # bytes of program text; today's client has 69 million
_MODULES = 1 << 16


class UnknownLayoutError(Exception):
    """The file's program text was not found: an unknown layout, a damaged file, another program."""


def program_texts(path: Path) -> Iterator[bytes]:
    """The text of each module, in the file's order; raises UnknownLayoutError or OSError if it cannot be read."""
    with path.open("rb", buffering=0) as file:
        start = file.read(4)
        if start.startswith(NATIVE):
            yield from _modules(file)
            return
        file.seek(0)
        text = file.read(_MOST + 1)
        if len(text) > _MOST or b"\0" in text[:_BLOCK]:
            raise UnknownLayoutError(f"{path} is neither an executable nor a script")
        yield text


def _modules(file: BinaryIO) -> Iterator[bytes]:
    end = _trailer(file)
    record = _at(file, end - _RECORD.size, _RECORD.size)
    size, offset, length = _RECORD.unpack(record)
    start = end - _RECORD.size - size
    if start < 0 or offset + length > size or length > _MODULES * _ROWS[0].size:
        raise UnknownLayoutError("the module table lies outside the file")
    table = _at(file, start + offset, length)
    row = next((row for row in _ROWS if length and not length % row.size and _named(file, start, row, table)), None)
    if row is None:
        raise UnknownLayoutError("the module table has rows of another form")
    left = _MOST
    for _, _, at, count, _, loader, _, _ in row.iter_unpack(table):
        if loader in _SCRIPTS and count:
            left -= count
            if at + count > size or left < 0:
                raise UnknownLayoutError("a module lies outside the file")
            yield _at(file, start + at, count)


def _named(file: BinaryIO, start: int, row: struct.Struct, table: bytes) -> bool:
    """Whether the first row, read so, names a module."""
    at, count, *_ = row.unpack_from(table)
    try:
        return 0 < count < _BLOCK and _at(file, start + at, min(count, 8)).startswith(_ROOTS)
    except UnknownLayoutError:
        return False


def _trailer(file: BinaryIO) -> int:
    """Where the last trailer begins."""
    size = file.seek(0, 2)
    after = b""
    for end in range(size, max(size - _FARTHEST, _RECORD.size), -_BLOCK):
        block = _at(file, max(end - _BLOCK, 0), min(_BLOCK, end)) + after
        found = block.rfind(_TRAILER)
        if found >= 0:
            return max(end - _BLOCK, 0) + found
        after = block[: len(_TRAILER) - 1]
    raise UnknownLayoutError("an executable without Bun's trailer")


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    """So many bytes from there; the file may be shorter by now."""
    try:
        file.seek(offset)
        read = file.read(count)
    except (ValueError, OverflowError) as error:
        raise UnknownLayoutError("an offset outside the file") from error
    if len(read) < count:
        raise UnknownLayoutError("the file ends early")
    return read
