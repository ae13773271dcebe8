"""What this machine allows: the exact texts of imported profiles, and single references of profiles made here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError


class _TrustRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`trusted` holds references by profile, `texts` the SHA-256 of the allowed file of an imported profile."""

    schema: int = 1
    trusted: dict[str, list[str]] = {}
    imported: list[str] = []
    texts: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Trust:
    """The record in the state folder. It speaks for name and text together: the same command under another
    profile could send its secret to another host.

    Which profiles were imported is kept beside the profiles as well, one name a line: a record that is lost or
    damaged takes permissions away, and gives none.
    """

    folder: Path
    config: Path
    home: Path

    @property
    def _path(self) -> Path:
        return self.folder / "trusted.json"

    @property
    def _marks(self) -> Path:
        return self.config / "imported"

    def allows(self, profile: str, reference: str) -> bool:
        """Whether the reference was recorded for a profile that was made here."""
        return reference in self._read().trusted.get(profile, ())

    def allows_text(self, profile: str, text: bytes) -> bool:
        """Whether exactly this file of an imported profile was allowed."""
        return self._read().texts.get(profile) == _digest(text)

    def is_imported(self, profile: str) -> bool:
        """Whether the profile came from elsewhere, by `import` or as a copy of one that did."""
        return profile in self._imported()

    def record(self, profile: str, allowed: Iterable[str]) -> None:
        """Allow exactly these references for a profile that was made here."""
        now = self._read()
        if list(allowed := tuple(allowed)) != now.trusted.get(profile, []):
            self._change(profile, references=allowed, imported=self.is_imported(profile))

    def allow(self, profile: str, text: bytes) -> None:
        """Allow exactly this file of an imported profile."""
        self._change(profile, imported=True, digest=_digest(text))

    def receive(self, profile: str) -> None:
        """A profile from elsewhere has this name now; nothing that was allowed under it counts any more."""
        self._change(profile, imported=True)

    def forget(self, profile: str) -> None:
        """No profile has this name any more."""
        if self.is_imported(profile) or profile in self._read().trusted:
            self._change(profile, imported=False)

    def _change(self, profile: str, *, imported: bool, references: tuple[str, ...] = (), digest: str = "") -> None:
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            now = self._read()
            trusted = {name: texts for name, texts in now.trusted.items() if name != profile}
            texts = {name: known for name, known in now.texts.items() if name != profile}
            if references:
                trusted[profile] = list(references)
            if digest:
                texts[profile] = digest
            received = [name for name in self._imported() if name != profile] + ([profile] if imported else [])
            marks = "".join(f"{name}\n" for name in received).encode()
            if marks != self._marked():
                files.write(self._marks, marks)
            files.write(self._path, msgspec.json.encode(_TrustRecord(trusted=trusted, imported=received, texts=texts)))

    def _imported(self) -> tuple[str, ...]:
        marked = self._marked().decode(errors="replace").splitlines()
        return tuple(dict.fromkeys((*self._read().imported, *marked)))

    def _marked(self) -> bytes:
        try:
            return files.read(self._marks, home=self.home)
        except FileNotFoundError:
            return b""

    def _read(self) -> _TrustRecord:
        try:
            return decoding.from_json(files.read(self._path, home=self.home), _TrustRecord)
        except FileNotFoundError:
            return _TrustRecord()
        except msgspec.DecodeError as why:
            if self._marks.exists():
                return _TrustRecord()
            raise UserError(
                f"{self._path}: {visible(str(why))}",
                "remove the imported profiles that you do not trust, then this file: without it all are your own",
            ) from why


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
