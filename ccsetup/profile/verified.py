"""When a profile was last seen to work: by `init` before it was saved, or by a doctor run that found no error."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system import files
from ccsetup.system.errors import UserError


@dataclass(frozen=True, slots=True)
class Checked:
    """One small file per profile in the state folder: the day, and the digest of the profile's text on that day."""

    folder: Path

    def mark(self, name: str, text: bytes, day: str) -> None:
        """Remember that this text works; does nothing where the state cannot be written."""
        with suppress(OSError, UserError):
            files.private_folder(self.folder)
            files.write(self.folder / name, f"{day} {_digest(text)}\n".encode())

    def day(self, name: str, text: bytes) -> str | None:
        """The day on which exactly this text was seen to work; None if it was not, or was edited since."""
        try:
            day, digest = files.read(self.folder / name).decode(errors="replace").split()
        except (OSError, ValueError, UserError):
            return None
        return day if digest == _digest(text) else None


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
