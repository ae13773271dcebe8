"""The hosts that Claude Code talked to in a profile's last trace, kept in the state folder for `scope`."""

import datetime
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError

SCHEMA = 1


class TracedHosts(msgspec.Struct, frozen=True):
    """The hosts of one run, sorted, and the version of the client that ran."""

    schema: int
    at: datetime.datetime
    client: str
    hosts: tuple[str, ...]


def keep_hosts(folder: Path, name: str, at: datetime.datetime, client: str, hosts: Iterable[str]) -> None:
    """Replace what is kept for the profile; a state folder that cannot be written only loses it."""
    seen = TracedHosts(SCHEMA, at, client, tuple(sorted(set(hosts))))
    with suppress(UserError, OSError):
        files.private_folder(folder)
        files.write(folder / f"{name}.json", msgspec.json.encode(seen) + b"\n")


def read_hosts(folder: Path, name: str) -> TracedHosts | None:
    """What the last trace of the profile saw; None if it cannot be read."""
    try:
        seen = decoding.from_json(files.read(folder / f"{name}.json"), TracedHosts)
    except (FileNotFoundError, UserError, msgspec.DecodeError):
        return None
    return seen if seen.schema == SCHEMA else None
