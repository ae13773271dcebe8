"""What `apply` has changed on this machine, so that it can be undone byte for byte.

One private file for each settings file that was written, holding what stood there before, the latest change last. A
settings file may hold a secret of its own, so these may too.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change. `before` is None where no file was there; `after` is the SHA-256 of what was written."""

    profile: str
    time: str
    before: bytes | None
    mode: int
    after: str
    folder: bool = False  # its folder was made too

    def is_of(self, now: bytes | None) -> bool:
        """Whether the file still is what was written."""
        return now is not None and digest(now) == self.after


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts in one folder."""

    folder: Path

    def of(self, path: Path) -> tuple[Receipt, ...]:
        """The changes to `path` that were not undone, the latest last."""
        file = self._file(path)
        try:
            return decoding.from_json(files.read(file), tuple[Receipt, ...])
        except FileNotFoundError:
            return ()
        except msgspec.DecodeError as why:
            raise UserError(f"{file} is no receipt: {why}", "move it away; what it kept cannot be undone") from why

    def keep(self, path: Path, receipts: tuple[Receipt, ...]) -> None:
        """Replace what is kept for `path`."""
        file = self._file(path)
        files.private_folder(self.folder)
        if receipts:
            files.write(file, msgspec.json.encode(receipts))
        else:
            file.unlink(missing_ok=True)

    def _file(self, path: Path) -> Path:
        return self.folder / f"{digest(bytes(path))[:16]}.json"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
