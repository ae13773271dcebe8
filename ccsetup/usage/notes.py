"""What `run` notes when it starts Claude Code, and which session that became.

A note with the session's id, or one whose process still runs (the client says in `sessions/PID.json` which session it
is), is certain; the first session of that folder that begins, or is gone on with, after the note is likely.
"""

import math
import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.usage.bills import Noted
from ccsetup.usage.ledger import COPY, Conversation, Ledger, Note

_FILE = "started"
_STARTS_WITHIN = 120_000  # milliseconds from `run` to the client's own start
_USED_WITHIN = 86_400_000  # milliseconds from the start to the first answer
_KEPT = 7 * 86_400_000  # milliseconds that a note waits for its session
# With these the client goes on with a session, or has an id for a new one.
_GIVEN_SESSION = ("--resume", "-r", "--continue", "-c", "--session-id", "--from-pr", "--teleport", "--remote")
_NO_SESSION = (
    "--version", "-v", "--help", "-h", "agents", "auth", "auto-mode", "config", "doctor", "install", "mcp",
    "migrate-installer", "plugin", "plugins", "remote-control", "setup-token", "update", "upgrade",
)  # fmt: skip
_PRINTS = ("-p", "--print")
_NAMES_SESSION = ("--resume", "-r", "--session-id")
_COPIES = "--fork-session"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Running(msgspec.Struct):
    """`sessions/PID.json`, which the client keeps while it runs."""

    pid: int
    sessionId: str
    startedAt: float


def is_new_session(words: Sequence[str]) -> bool:
    """Whether these words after `claude` begin a session, be it as a copy, and go on with none that there is."""
    given = {word.partition("=")[0] for word in words}
    return not given & {*_GIVEN_SESSION, *_NO_SESSION} or (_COPIES in given and not given & {*_NO_SESSION})


def may_name_session(words: Sequence[str]) -> bool:
    """Whether these words after `claude` are sure to begin a session, and no subcommand."""
    return is_new_session(words) and _COPIES not in words and (not words or words[0] in _PRINTS)


def named_session(words: Sequence[str]) -> str:
    """The id of the session that the client goes on with or begins by these words after `claude`; empty if they name
    none but one that is copied."""
    naming = ("--session-id",) if _COPIES in words else _NAMES_SESSION
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option in naming:
            return value if _ID.fullmatch(value := value or following) else ""
    return ""


def write_note(folder: Path, note: Note) -> None:
    """Append a note in the ledger's folder. One that cannot be kept is missed by `cost` alone: never an error."""
    with suppress(OSError, UserError):
        files.private_folder(folder)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(folder / _FILE, flags, 0o600), "ab", buffering=0) as file:
            file.write(msgspec.json.encode(note) + b"\n")


def take_notes(folder: Path, ledger: Ledger, now: int) -> bool:
    """Put what `run` noted into the ledger, with the sessions that are known by now; whether anything changed.

    The notes stay in a file until `forget_taken`.
    """
    before = [(note.at, note.pid, note.session) for note in ledger.notes]
    with suppress(FileNotFoundError):
        if not (folder / f"{_FILE}.taken").exists():
            (folder / _FILE).rename(folder / f"{_FILE}.taken")
    known = {(note.at, note.pid) for note in ledger.notes}
    ledger.notes += [note for note in _read(folder / f"{_FILE}.taken") if (note.at, note.pid) not in known]
    ledger.notes.sort(key=lambda note: note.at)
    for note in ledger.notes:
        if not note.session:
            note.session = _running(note)
            note.certain = bool(note.session)
    _match(ledger)
    ledger.notes = [note for note in ledger.notes if note.session or note.at > now - _KEPT]
    return [(note.at, note.pid, note.session) for note in ledger.notes] != before


def forget_taken(folder: Path) -> None:
    with suppress(OSError):
        (folder / f"{_FILE}.taken").unlink()


def noted(ledger: Ledger) -> Mapping[str, Sequence[Noted]]:
    """Whose a session is, from when on."""
    found: dict[str, list[Noted]] = {}
    for note in ledger.notes:
        if note.session:
            found.setdefault(note.session, []).append(
                Noted(note.at, note.profile, "certain" if note.certain else "likely")
            )
    return found


def _read(path: Path) -> Iterator[Note]:
    with suppress(OSError, UserError):
        for line in files.read(path).splitlines():
            with suppress(msgspec.DecodeError):
                yield decoding.from_json(line, Note)


def _running(note: Note) -> str:
    """The session of the process that was noted; empty if it ended or the file is another process's."""
    with suppress(OSError, UserError, msgspec.DecodeError):
        running = decoding.from_json(files.read(Path(note.folder) / "sessions" / f"{note.pid}.json"), Running)
        if running.pid == note.pid and -1_000 <= running.startedAt - note.at <= _STARTS_WITHIN:
            return running.sessionId
    return ""


def _match(ledger: Ledger) -> None:
    """Give each open note its session in its folder: one that begins a session the first that began after it and that
    no other note has, one that goes on with a session the first that was gone on with after it."""
    waiting = [note for note in ledger.notes if not note.session]
    if not waiting:
        return
    taken = {note.session for note in ledger.notes}
    times = [(_own_times(one, ledger), one) for one in ledger.sessions if one.main]
    starts = sorted((at[0], one.id, one) for at, one in times if at and one.id not in taken)
    for note in (note for note in waiting if note.fresh):
        for at, name, session in starts:
            if name not in taken and 0 <= at - note.at <= _USED_WITHIN and _same_place(note, session, ledger):
                note.session, note.certain = name, False
                taken.add(name)
                break
    for note in reversed([note for note in waiting if not note.fresh]):  # the last that ran has what came last
        found = [
            (at[place], session.id)
            for at, session in times
            if 0 < (place := bisect_left(at, note.at)) < len(at)
            and at[place] <= min(_next(note, session.id, ledger), note.at + _USED_WITHIN)
            and _same_place(note, session, ledger)
        ]
        if found:
            note.session, note.certain = min(found)[1], False


def _own_times(session: Conversation, ledger: Ledger) -> list[int]:
    """When the requests were made that a session has not copied from another, in order."""
    own = (one for one in session.requests if one.own != COPY and ledger.strings[one.owner] in ("", session.id))
    return sorted(one.at for one in own)


def _next(note: Note, session: str, ledger: Ledger) -> float:
    """When another note of the session begins."""
    return min((one.at for one in ledger.notes if one.session == session and one.at > note.at), default=math.inf)


def _same_place(note: Note, session: Conversation, ledger: Ledger) -> bool:
    return (ledger.strings[session.folder], ledger.strings[session.project]) == (note.folder, note.cwd)
