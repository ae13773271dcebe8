"""Profiles that were saved although something was not right yet: `list` and doctor show them until a run is clean."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system import files


@dataclass(frozen=True, slots=True)
class Pending:
    """One small file a profile in the state folder, holding what was wrong, one slug a line."""

    folder: Path

    def mark(self, name: str, checks: Iterable[str]) -> None:
        files.private_folder(self.folder)
        files.write(self.folder / name, "".join(f"{check}\n" for check in dict.fromkeys(checks)).encode())

    def of(self, name: str) -> tuple[str, ...]:
        """What was wrong when the profile was saved; empty when nothing was."""
        try:
            return tuple(files.read(self.folder / name).decode().split())
        except FileNotFoundError:
            return ()

    def clear(self, name: str) -> None:
        with suppress(OSError):
            (self.folder / name).unlink(missing_ok=True)
