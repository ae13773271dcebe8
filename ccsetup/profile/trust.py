"""What this machine allows: exact texts of imported profiles, and single references of profiles made here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe


class _TrustRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`trusted`: references by profile; `texts`: the SHA-256 of the allowed file of an imported profile."""

    schema: int = 1
    trusted: dict[str, list[str]] = {}
    imported: list[str] = []
    texts: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust record in the state folder. Permission covers name and text together: the same command in another
    profile could send its secret to another host.

    The names of imported profiles are also kept beside the profiles, one per line: losing or damaging the record
    removes permissions and never adds any.
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
        """Whether this exact file of an imported profile was allowed."""
        return self._read().texts.get(profile) == _digest(text)

    def is_imported(self, profile: str) -> bool:
        """Whether the profile was imported, or copied from one that was."""
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
        """Mark the name as an imported profile's, and revoke everything that was allowed under it."""
        self._change(profile, imported=True)

    def forget(self, profile: str) -> None:
        """Remove the name from the record: no profile has it any more."""
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
        except msgspec.DecodeError as error:
            if self._marks.exists():
                return _TrustRecord()
            raise UserError(
                f"{self._path}: {describe(error, 'JSON')}",
                "remove the imported profiles that you do not trust, then this file: without it all are your own",
            ) from error


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
