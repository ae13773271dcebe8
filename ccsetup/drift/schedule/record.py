"""Files of a schedule, and the record of what was written, so that only ccsetup's own files are replaced or deleted."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.drift.schedule.model import Every
from ccsetup.system import decoding, files
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe
from ccsetup.system.os_errors import cannot


@dataclass(frozen=True, slots=True)
class Disk:
    """A file. Missing folders are created and not removed, since other programs may use them."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    def read(self) -> bytes | None:
        try:
            return files.read(self.path)
        except FileNotFoundError:
            return None

    def put(self, content: bytes) -> None:
        files.private_folder(self.path.parent)
        files.write(self.path, content)

    def clear(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot("remove", self.path, error) from error


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One schedule: its start (UTC), its interval, and {place: digests of what ccsetup wrote there}."""

    since: datetime.datetime
    every: Every
    cron: str
    places: Mapping[str, tuple[str, ...]]


class _InstalledSchedules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int = 1
    schedules: dict[str, Written] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """The file `installed.json` in the state folder: {kind: Written}."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "installed.json"

    def read(self) -> dict[str, Written]:
        try:
            return decoding.from_json(files.read(self.path), _InstalledSchedules).schedules
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as error:
            raise UserError(
                f"{self.path}: {describe(error, 'JSON')}",
                f"see what is installed yourself, then remove it: rm {pasted(str(self.path))}",
            ) from error

    def change(self, kind: str, written: Written | None) -> None:
        """Replace the entry of `kind`; None removes it."""
        schedules = {name: entry for name, entry in self.read().items() if name != kind}
        if written is not None:
            schedules[kind] = written
        files.private_folder(self.folder)
        files.write(self.path, msgspec.json.encode(_InstalledSchedules(schedules=schedules)) + b"\n")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
