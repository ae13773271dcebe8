"""From transcripts into the ledger: each file from where it was last read, all of it if it was rewritten."""

import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import msgspec

from ccsetup.system import decoding
from ccsetup.system.copies import share, worthwhile
from ccsetup.usage import reader
from ccsetup.usage.file_reading import FileReading
from ccsetup.usage.ledger import Ledger, Mark
from ccsetup.usage.merging import FileRead, Merging, ReadByCopy, renumber
from ccsetup.usage.names import Names
from ccsetup.usage.transcripts import Transcript, find_transcripts

_EDGE = 1_024  # bytes at the beginning, and before the offset, that tell a rewritten file
_KEPT_REFS = 4


@dataclass(slots=True)
class Collected:
    """What a reading did: `files` transcripts there are, `changed` whether the ledger is another now."""

    files: int = 0
    bytes: int = 0
    unread_files: list[str] = field(default_factory=list)
    unread_rows: int = 0
    changed: bool = False


def collect(
    ledger: Ledger, folders: Iterable[Path], step: Callable[[int, int], None], copies: int | None = None
) -> Collected:
    """Read what is new into `ledger`; `step` is called with the bytes read so far and the bytes to be read. `copies` of
    this process read, too: as many as it is worth if left out."""
    found = Collected()
    names = Names(ledger.strings)
    waiting: list[tuple[int, Transcript]] = []
    kept: dict[int, Mark] = {}
    for transcript in find_transcripts(folders):
        found.files += 1
        key = int.from_bytes(blake2b(os.fsencode(transcript.path), digest_size=8).digest())
        mark = ledger.marks.get(key)
        status = transcript.status
        if mark and (mark.inode, mark.size, mark.changed) == (status.st_ino, status.st_size, status.st_mtime_ns):
            kept[key] = mark
            found.unread_rows += mark.unread
        else:
            waiting.append((key, transcript))
    found.bytes = sum(transcript.status.st_size for _, transcript in waiting)
    if waiting:
        merging = Merging(ledger)
        for (key, transcript), read in zip(waiting, _read_all(waiting, ledger, names, step, copies), strict=True):
            if read is None:
                found.unread_files.append(transcript.path)
                if key in ledger.marks:
                    kept[key] = ledger.marks[key]
            else:
                merging.add(read)
                kept[key] = read.mark
                found.unread_rows += read.mark.unread
                found.changed = True
        merging.finish()
    found.changed = found.changed or kept.keys() != ledger.marks.keys()
    ledger.marks = kept
    return found


def _read_all(
    waiting: Sequence[tuple[int, Transcript]],
    ledger: Ledger,
    names: Names,
    step: Callable[[int, int], None],
    copies: int | None,
) -> list[FileRead | None]:
    """What each of the files holds. Copies of this process that read, too, send it with the names that they found."""
    found: dict[int, FileRead | None] = {}
    common = len(names.strings)

    def work(number: int) -> None:
        key, transcript = waiting[number]
        found[number] = _read(transcript, ledger.marks.get(key), ledger.shapes, names)

    def result() -> bytes:
        return msgspec.msgpack.encode(ReadByCopy(names.strings[common:], ledger.shapes, found))

    sizes = [transcript.status.st_size for _, transcript in waiting]
    copies = worthwhile(sum(sizes)) if copies is None else copies
    for content in share(sizes, copies, work, result, step):
        with suppress(msgspec.DecodeError):  # it was ended before its time
            copy = decoding.from_msgpack(content, ReadByCopy)
            numbers = [*range(common), *map(names.number, copy.names)]
            if numbers != [*range(len(numbers))]:
                for read in filter(None, copy.found.values()):
                    renumber(read, numbers)
            found |= copy.found
            ledger.shapes |= copy.shapes
    for number in range(len(waiting)):
        if number not in found:
            work(number)
    return [found[number] for number in range(len(waiting))]


def _read(transcript: Transcript, mark: Mark | None, shapes: dict[str, int], names: Names) -> FileRead | None:
    """Read one file; None if that is not possible."""
    try:
        start = _offset(transcript, mark)
        reading = FileReading(transcript, shapes, names, mark if start else None)
        end = reader.read_lines(transcript.path, start, reading)
        head, tail = _edges(transcript.path, end)
    except OSError:
        return None
    reading.finish()
    status, last = transcript.status, reading.made.last(_KEPT_REFS)
    new = Mark(status.st_ino, end, status.st_mtime_ns, head, tail, reading.last, reading.unread, last)
    return FileRead(new, list(reading.sessions.values()), reading.lacking)


def _offset(transcript: Transcript, mark: Mark | None) -> int:
    """Where to go on reading: 0 if nothing was read, or what was read is no longer there."""
    status = transcript.status
    if mark is None or mark.inode != status.st_ino or status.st_size < mark.size:
        return 0
    return mark.size if _edges(transcript.path, mark.size) == (mark.head, mark.tail) else 0


def _edges(path: str, end: int) -> tuple[int, int]:
    """Checksums of the first bytes, and of the last ones before `end`."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        head = os.read(handle, min(_EDGE, end))
        os.lseek(handle, max(0, end - _EDGE), os.SEEK_SET)
        return zlib.crc32(head), zlib.crc32(os.read(handle, min(_EDGE, end)))
    finally:
        os.close(handle)
