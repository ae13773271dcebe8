"""Profiles that are being added together: until all are there, none is.

Their names are in a file beside the profiles, written before the first of them and deleted after the last. Whoever
finds it under the lock, from a process that was killed, deletes those profiles.
"""

from dataclasses import dataclass
from pathlib import Path

from ccsetup.system import files


@dataclass(frozen=True, slots=True)
class Coming:
    """The record in the configuration folder."""

    folder: Path
    home: Path

    @property
    def _path(self) -> Path:
        return self.folder / "importing"

    @property
    def nowhere(self) -> Path:
        """A path that is never there: where a profile is that does not count yet."""
        return self.folder / ".nowhere"

    def names(self) -> tuple[str, ...]:
        """The profiles that do not count yet."""
        try:
            return tuple(files.read(self._path, home=self.home).decode(errors="replace").split("\n")[:-1])
        except FileNotFoundError:
            return ()

    def announce(self, names: tuple[str, ...]) -> None:
        files.write(self._path, "".join(f"{name}\n" for name in names).encode())

    def complete(self) -> None:
        """From here on all of them count, or, if their files were deleted, none did."""
        files.remove(self._path)
