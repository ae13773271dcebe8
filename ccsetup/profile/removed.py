"""Removed profiles, for `remove NAME --undo`. Their secrets are not kept."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe

KEPT = 50  # profiles; the oldest are deleted


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A removed profile: the content of its file, the recorded references, whether it was imported and its text
    allowed, and its errors when it was saved."""

    text: bytes
    trusted: tuple[str, ...] = ()
    imported: bool = False
    pending: tuple[str, ...] = ()
    allowed: bool = False
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Removed:
    """One private file per name, holding the profile removed last under it."""

    folder: Path

    def keep(self, name: str, snapshot: Snapshot) -> None:
        files.private_folder(self.folder)
        files.sweep(self.folder)
        files.write(self._path(name), msgspec.json.encode(snapshot) + b"\n")
        kept = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in kept[KEPT:]:
            path.unlink(missing_ok=True)

    def last(self, name: str) -> Snapshot:
        """The profile removed last under the name; raises UserError if none was."""
        path = self._path(name)
        try:
            return decoding.from_json(files.read(path), Snapshot)
        except FileNotFoundError as error:
            raise UserError(f"no removed profile is called {name!r}", "nothing to undo") from error
        except msgspec.DecodeError as error:
            raise UserError(f"{path}: {describe(error, 'JSON')}", f"remove it: rm {pasted(str(path))}") from error

    def forget(self, name: str) -> None:
        with suppress(OSError):
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
