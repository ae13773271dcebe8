"""The facts of an installed client, read once for each file and kept until the file changes."""

import hashlib
from pathlib import Path

import msgspec

from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts, read_facts
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError

_READER = 1  # changes when the reader finds more, or otherwise


class _Kept(msgspec.Struct, frozen=True):
    """Of which file, and what was read in it."""

    reader: int
    path: str
    size: int
    changed: int  # nanoseconds
    version: str
    facts: ClientFacts


def installed_facts(code: Path, version: str, cache: Path) -> ClientFacts:
    """The facts of the client with this program text. The first reading of a version takes 0.2 s of CPU."""
    return kept_facts(code, version, cache) or _read_and_keep(code, version, cache)


def kept_facts(code: Path, version: str, cache: Path) -> ClientFacts | None:
    """The same, if this very file was read before."""
    try:
        kept = decoding.from_json(files.read(_place(code, cache)), _Kept)
        key = _key(code, version)
    except (OSError, UserError, msgspec.DecodeError):
        return None
    return kept.facts if (kept.reader, kept.path, kept.size, kept.changed, kept.version) == key else None


def _read_and_keep(code: Path, version: str, cache: Path) -> ClientFacts:
    try:
        key = _key(code, version)
    except OSError:
        return ClientFacts(unreadable=FACTS)
    facts = read_facts(code)
    place = _place(code, cache)
    try:
        files.private_folder(place.parent)
        files.write(place, msgspec.json.encode(_Kept(*key, facts)), durable=False)
    except UserError:  # a home that is read-only: read again next time
        pass
    return facts


def _key(code: Path, version: str) -> tuple[int, str, int, int, str]:
    status = code.stat()
    return _READER, str(code), status.st_size, status.st_mtime_ns, version


def _place(code: Path, cache: Path) -> Path:
    return cache / "clients" / f"{hashlib.sha256(str(code).encode(errors='surrogateescape')).hexdigest()[:16]}.json"
