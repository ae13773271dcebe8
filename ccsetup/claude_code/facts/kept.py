"""The facts of an installed client, read once for each file and kept until the file changes."""

import hashlib
from functools import lru_cache
from pathlib import Path

import msgspec

from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts, read_aliases, read_facts
from ccsetup.claude_code.facts.model_table import ModelTable
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError

_Key = tuple[int, str, int, int, str]
_SEEN: dict[_Key, ClientFacts] = {}  # in this process: `drift` judges a thousand profiles
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
        key = _key(code, version)
        if key not in _SEEN:
            kept = decoding.from_json(files.read(_place(code, cache)), _Kept)
            _SEEN[kept.reader, kept.path, kept.size, kept.changed, kept.version] = kept.facts
    except (OSError, UserError, msgspec.DecodeError):
        return None
    return _SEEN.get(key)


def model_table(code: Path, version: str, cache: Path) -> ModelTable | None:
    """The client's models and aliases: as kept, else read alone, which is quick; None if they cannot be read."""
    facts = kept_facts(code, version, cache)
    if facts is None:
        try:
            return _table(_key(code, version))
        except OSError:
            return None
    return ModelTable(facts.aliases, facts.models, facts.regions, facts.best) if facts.aliases else None


@lru_cache(maxsize=4)
def _table(key: _Key) -> ModelTable | None:
    return read_aliases(Path(key[1]))


def known_prefixes(code: Path, version: str, cache: Path, variable: str) -> tuple[str, ...]:
    """What the client takes of an enumerated variable, if its facts were read before; else nothing."""
    facts = kept_facts(code, version, cache)
    declared = facts.variables.get(variable) if facts else None
    return declared.values if declared else ()


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


def _key(code: Path, version: str) -> _Key:
    status = code.stat()
    return _READER, str(code), status.st_size, status.st_mtime_ns, version


def _place(code: Path, cache: Path) -> Path:
    return cache / "clients" / f"{hashlib.sha256(str(code).encode(errors='surrogateescape')).hexdigest()[:16]}.json"
