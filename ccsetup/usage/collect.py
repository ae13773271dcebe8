"""From transcripts into the ledger: each file from where it was last read, all of it if it was rewritten."""

import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ccsetup.usage import reader
from ccsetup.usage.file_reading import FileReading
from ccsetup.usage.ledger import Conversation, Ledger, Mark
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


def collect(ledger: Ledger, folders: Iterable[Path], step: Callable[[int, int], None]) -> Collected:
    """Read what is new into `ledger`; `step` is called with the bytes read so far and the bytes to be read."""
    found = Collected()
    names = Names(ledger.strings)
    waiting: list[tuple[int, Transcript, int]] = []
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
            waiting.append((key, transcript, 0))
    sessions = {session.id: session for session in ledger.sessions} if waiting else {}
    total = sum(transcript.status.st_size for _, transcript, _ in waiting)
    for key, transcript, _ in waiting:
        mark = _read(transcript, ledger.marks.get(key), ledger, names, sessions)
        if mark is None:
            found.unread_files.append(transcript.path)
            if key in ledger.marks:
                kept[key] = ledger.marks[key]
        else:
            kept[key] = mark
            found.unread_rows += mark.unread
            found.changed = True
        found.bytes += transcript.status.st_size
        step(found.bytes, total)
    found.changed = found.changed or kept.keys() != ledger.marks.keys()
    ledger.marks = kept
    if waiting:
        ledger.sessions[:] = sessions.values()
    return found


def _read(
    transcript: Transcript, mark: Mark | None, ledger: Ledger, names: Names, sessions: dict[str, Conversation]
) -> Mark | None:
    """Read one file; its new mark, or None if it cannot be read."""
    try:
        start = _offset(transcript, mark)
        known = mark if start else None
        reading = FileReading(transcript, ledger.shapes, names, sessions, known)
        end = reader.read_lines(transcript.path, start, reading)
        head, tail = _edges(transcript.path, end)
    except OSError:
        return None
    reading.finish()
    return Mark(
        transcript.status.st_ino,
        end,
        transcript.status.st_mtime_ns,
        head,
        tail,
        reading.last,
        reading.unread,
        reading.made.last(_KEPT_REFS),
    )


def _offset(transcript: Transcript, mark: Mark | None) -> int:
    """Where to go on reading: 0 if nothing was read, or what was read is no longer there."""
    status = transcript.status
    if mark is None or mark.inode != status.st_ino or status.st_size < mark.size:
        return 0
    return mark.size if _edges(transcript.path, mark.size) == (mark.head, mark.tail) else 0


def _edges(path: str, end: int) -> tuple[int, int]:
    """Checksums of the first bytes, and of the last ones before `end`."""
    with Path(path).open("rb", buffering=0) as file:
        head = file.read(min(_EDGE, end))
        file.seek(max(0, end - _EDGE))
        return zlib.crc32(head), zlib.crc32(file.read(min(_EDGE, end)))
