"""Which references this machine allows, by their exact text, for which profile; and which profiles were imported."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup import files
from ccsetup.refusal import Refusal


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int = 1
    trusted: dict[str, list[str]] = {}
    imported: list[str] = []


@dataclass(frozen=True, slots=True)
class Trust:
    """The record in the state folder. It speaks for profile and text together: the same command under another
    profile could send its secret to another endpoint."""

    folder: Path

    @property
    def _path(self) -> Path:
        return self.folder / "trusted.json"

    def allows(self, profile: str, reference: str) -> bool:
        return reference in self._read().trusted.get(profile, ())

    def is_imported(self, profile: str) -> bool:
        """Whether the profile came from elsewhere, by `import` or as a copy of one that did."""
        return profile in self._read().imported

    def record(self, profile: str, references: Iterable[str]) -> tuple[str, ...]:
        """Allow exactly these references for the profile; its own keyring entry needs no record and gets none."""
        allowed = tuple(reference for reference in references if reference != "keyring:")
        if list(allowed) != self._read().trusted.get(profile, []):
            self._change(profile, allowed, imported=self.is_imported(profile))
        return allowed

    def receive(self, profile: str) -> None:
        """A profile from elsewhere has this name now; nothing that was allowed under it counts any more."""
        self._change(profile, (), imported=True)

    def forget(self, profile: str) -> None:
        """No profile has this name any more."""
        if self.is_imported(profile) or profile in self._read().trusted:
            self._change(profile, (), imported=False)

    def _change(self, profile: str, allowed: tuple[str, ...], *, imported: bool) -> None:
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            now = self._read()
            trusted = {name: texts for name, texts in now.trusted.items() if name != profile}
            if allowed:
                trusted[profile] = list(allowed)
            received = [name for name in now.imported if name != profile] + ([profile] if imported else [])
            files.write(self._path, msgspec.json.encode(_Record(trusted=trusted, imported=received)))

    def _read(self) -> _Record:
        try:
            return msgspec.json.decode(files.read(self._path), type=_Record)
        except FileNotFoundError:
            return _Record()
        except msgspec.DecodeError as why:
            raise Refusal(f"{self._path}: {why}", "delete it, then allow references again: ccsetup trust NAME") from why
