"""Which references that need trust this machine allows, by their exact text, for which profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup import files
from ccsetup.refusal import Refusal
from ccsetup.vault import needs_trust


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
        """Allow exactly these references for the profile; those that need no trust get no record."""
        harmful = tuple(reference for reference in references if needs_trust(reference))
        if list(harmful) == self._read().get(profile, []):
            return harmful
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            trusted = self._read()
            trusted.pop(profile, None)
            if harmful:
                trusted[profile] = list(harmful)
            self._write(trusted)
        return harmful

    def _read(self) -> dict[str, list[str]]:
        try:
            return msgspec.json.decode(files.read(self._path), type=_Record).trusted
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as why:
            raise Refusal(f"{self._path}: {why}", "delete it, then allow harmful again: ccsetup trust NAME") from why

    def _write(self, trusted: dict[str, list[str]]) -> None:
        if trusted or self._path.exists():
            files.write(self._path, msgspec.json.encode(_Record(1, trusted)))
