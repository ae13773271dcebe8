"""Which references that run a command this machine allows, by their exact text, for which profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup import files
from ccsetup.refusal import Refusal
from ccsetup.vault import COMMANDS


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    trusted: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Trust:
    """The record in the state folder. It speaks for profile and text together: the same command under another
    profile could send its secret to another endpoint."""

    folder: Path

    @property
    def _path(self) -> Path:
        return self.folder / "trusted.json"

    def allows(self, profile: str, reference: str) -> bool:
        return reference in self._read().get(profile, ())

    def record(self, profile: str, references: Iterable[str]) -> tuple[str, ...]:
        """Allow exactly these references for the profile; those that run nothing need no record and get none."""
        commands = tuple(reference for reference in references if reference.startswith(COMMANDS))
        if list(commands) == self._read().get(profile, []):
            return commands
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            trusted = self._read()
            trusted.pop(profile, None)
            if commands:
                trusted[profile] = list(commands)
            self._write(trusted)
        return commands

    def _read(self) -> dict[str, list[str]]:
        try:
            return msgspec.json.decode(files.read(self._path), type=_Record).trusted
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as why:
            raise Refusal(f"{self._path}: {why}", "delete it, then allow commands again: ccsetup trust NAME") from why

    def _write(self, trusted: dict[str, list[str]]) -> None:
        if trusted or self._path.exists():
            files.write(self._path, msgspec.json.encode(_Record(1, trusted)))
