"""The changes of `apply` on this machine, so that they can be undone byte for byte.

There is one private file per changed settings file, with the previous content of each change, the latest last. It is
private because a settings file may hold a secret.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change. `before` is None if the file did not exist; `after` is the SHA-256 of the written content."""

    profile: str
    time: str
    before: bytes | None
    mode: int
    after: str
    folder: bool = False  # whether its folder was created too

    def matches(self, now: bytes | None) -> bool:
        """Whether the file's content is still the written one."""
        return now is not None and digest(now) == self.after


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts in one folder."""

    folder: Path

    def changes_to(self, path: Path) -> tuple[Receipt, ...]:
        """Return the changes to `path` that were not undone, the latest last."""
        file = self._file(path)
        try:
            return decoding.from_json(files.read(file), tuple[Receipt, ...])
        except FileNotFoundError:
            return ()
        except msgspec.DecodeError as error:
            raise UserError(
                f"{file} is not a valid receipt: {describe(error, 'JSON')}",
                "move it away; its changes cannot be undone",
            ) from error

    def keep(self, path: Path, receipts: tuple[Receipt, ...]) -> None:
        """Replace the receipts of `path`; without receipts the file is removed."""
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
