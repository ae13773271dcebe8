"""The collections of several machines or shards, and plain documents of doctor and drift, read from files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ccsetup.drift.report import is_shard
from ccsetup.report.collected import SCHEMA, Collection, DoctorPart, DriftPart
from ccsetup.system import decoding
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.malformed import describe

_HINT = "give what ccsetup report --json, doctor --json or drift --json printed"


def read_collections(documents: Iterable[tuple[str, bytes]]) -> list[Collection]:
    """Read the files, given as (name, content), in order. Raises UserError naming the first bad file, or with exit
    code 3 for a missing shard."""
    found = [_read(file, content) for file, content in documents]
    _refuse_missing(found)
    return found


def _read(file: str, content: bytes) -> Collection:
    try:
        if not decoding.is_bounded(content):
            raise UserError(f"{file}: is larger or deeper than any collection", _HINT)
        document = decoding.from_json(content, dict[str, Any])
        if type(document.get("schema")) is not int or document["schema"] != SCHEMA:
            raise UserError(f"{file}: schema {document.get('schema')!r} is not {SCHEMA}", _HINT)
        if "doctor" in document or "machine" in document:
            collection = decoding.convert(document, Collection)
        else:
            collection = _plain(Path(file).stem, document)
    except msgspec.MsgspecError as error:
        raise UserError(f"{file}: {describe(error, 'JSON')}", _HINT) from error
    if collection.shard is not None and not is_shard(collection.shard):
        raise UserError(f"{file}: shard {collection.shard!r} is not I/N", _HINT)
    return collection


def _plain(machine: str, document: dict[str, Any]) -> Collection:
    """A document of doctor or of drift as the collection of a machine with the file's name."""
    doctor, drift = DoctorPart(()), DriftPart(())
    profiles = document.get("profiles")
    if isinstance(profiles, list) and profiles and all("passed" in one for one in profiles if isinstance(one, dict)):
        doctor = decoding.convert(document, DoctorPart)
    else:
        drift = decoding.convert(document, DriftPart)
    return Collection(SCHEMA, machine, "", doctor, drift, shard=document.get("shard"))


def _refuse_missing(found: list[Collection]) -> None:
    """Raise if a shard is missing, is there twice, or is of another split."""
    shards = [(one.machine, one.shard) for one in found if one.shard]
    totals = {shard.partition("/")[2] for _, shard in shards}
    if len(totals) > 1:
        raise UserError("the files are of different splits", f"all must be of one N: {', '.join(sorted(totals))}")
    have = [shard for _, shard in shards]
    if twice := sorted({one for one in have if have.count(one) > 1}):
        raise UserError(f"shard {', '.join(twice)} is in two files", "give each shard once")
    wanted = {f"{index}/{total}" for total in totals for index in range(1, int(total) + 1)}
    if missing := sorted(wanted - {*have}):
        raise UserError(f"shard {', '.join(missing)} is missing", "run it, and give its file, too", UNAVAILABLE)
