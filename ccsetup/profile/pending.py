"""Profiles that were saved despite errors: `list` and doctor show them until a run finds none."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system import files


@dataclass(frozen=True, slots=True)
class Pending:
    """One small file per profile in the state folder, with one slug of an error per line."""

    folder: Path

    def mark(self, name: str, checks: Iterable[str]) -> None:
        files.private_folder(self.folder)
        files.write(self.folder / name, "".join(f"{check}\n" for check in dict.fromkeys(checks)).encode())

    def checks(self, name: str) -> tuple[str, ...]:
        """The errors when the profile was saved; empty if there were none."""
        try:
            return tuple(files.read(self.folder / name).decode().split())
        except FileNotFoundError:
            return ()

    def clear(self, name: str) -> None:
        with suppress(OSError):
            (self.folder / name).unlink(missing_ok=True)
