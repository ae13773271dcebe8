"""Keyring entries, and whether they belong to the profile that now has their name.

An entry can outlive its profile: the file was deleted by hand, the keyring refused, the process was killed. So a small
private file per name, written *before* the profile changes, lists the entries that the present profile may use; other
entries are deleted as soon as a keyring allows it. A name without such a file may use all of its entries: they date
from version 0.1.0.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.profile import vault
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret


class _EntryRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`usable`: answers whose entries belong to the present profile; `leave`: entries still to be deleted."""

    schema: int = 1
    usable: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """The keyring entries of every profile. `folder` contains the records; `secrets` contains the private files that
    ccsetup wrote itself, `NAME.ANSWER`. Call methods that change something under the store's lock."""

    folder: Path
    secrets: Path

    def usable(self, name: str, answer: str) -> bool:
        """Whether the entry belongs to the present profile `name`."""
        record = self._read(name)
        return record is None or answer in record.usable

    def usable_entry(self, entry: str) -> bool:
        """Like `usable`, for the entry that a reference names (`keyring:NAME/ANSWER`)."""
        name, slash, answer = entry.rpartition("/")
        return not slash or self.usable(name, answer)

    def read_usable(self, name: str, answers: Iterable[str]) -> dict[str, Secret]:
        """Read these answers from the keyring; entries that are missing or belong to another profile are left out."""
        values = {answer: vault.keyring_get(name, answer) for answer in answers}
        return {answer: Secret(value) for answer, value in values.items() if value and self.usable(name, answer)}

    def set(self, name: str, answer: str, secret: Secret) -> None:
        """Store a new secret of the present profile."""
        vault.keyring_set(name, answer, secret)
        record = self._read(name)
        if record is not None:
            usable = tuple(dict.fromkeys((*record.usable, answer)))
            self._write(
                name, _EntryRecord(usable=usable, leave=tuple(entry for entry in record.leave if entry != answer))
            )

    @contextmanager
    def replacing(
        self, name: str, *, keep: Iterable[str] = (), new: Mapping[str, Secret] | None = None, known: Iterable[str] = ()
    ) -> Iterator[None]:
        """Replace the profile `name` within the block. It keeps the entries in `keep` that it could use before, and
        gains `new`, which are stored first and become usable only when the block has ended.

        If the block fails, everything is restored. If the process is killed at any moment, no entry becomes usable that
        the profile in place did not have. `known` are answers that may have entries to delete.
        """
        new = dict(new or {})
        before = self._bytes(name)
        kept = tuple(answer for answer in keep if answer not in new and self.usable(name, answer))
        former = {answer: vault.keyring_get(name, answer) for answer in new}
        leave = tuple(answer for answer in self._there(name, known) if answer not in kept)
        self._write(name, _EntryRecord(usable=kept, leave=leave))
        try:
            for answer, secret in new.items():
                vault.keyring_set(name, answer, secret)
            yield
        except BaseException:  # Ctrl-C too
            self._restore(name, before, former)
            raise
        stays = (*kept, *new)
        self._write(name, _EntryRecord(usable=stays, leave=tuple(entry for entry in leave if entry not in stays)))

    def revoke_all(self, name: str, known: Iterable[str]) -> None:
        """Record that the profile `name` no longer exists, or is about to be replaced by another."""
        self._write(name, _EntryRecord(leave=self._there(name, known)))

    def _there(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """The answers that may have entries."""
        record = self._read(name) or _EntryRecord()
        return tuple(dict.fromkeys((*known, *record.usable, *record.leave)))

    def restore(self, name: str, before: bytes | None) -> None:
        """Restore the record: the profile was not changed after all."""
        path = self._path(name)
        if before is None:
            path.unlink(missing_ok=True)
        else:
            files.write(path, before)

    def sweep(self, name: str) -> str:
        """Delete the obsolete entries of `name`. Returns the keyring's error, empty on success.

        Safety does not depend on it: an obsolete entry is not usable.
        """
        record = self._read(name)
        left, problem = [], ""
        for answer in record.leave if record else ():
            try:
                if not problem:
                    vault.keyring_delete(name, answer)
            except UserError as error:
                problem = error.message
            if problem:
                left.append(answer)
        if record is not None and tuple(left) != record.leave:
            self._write(name, _EntryRecord(usable=record.usable, leave=tuple(left)))
        return problem

    def sweep_all(self) -> None:
        """Delete the obsolete entries of every name, until a keyring refuses."""
        for name in sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json")):
            record = self._read(name)
            if record is not None and record.leave and self.sweep(name):
                return

    def _restore(self, name: str, before: bytes | None, former: Mapping[str, str | None]) -> None:
        """Restore the keyring first, then the record: if the keyring refuses, nothing is usable."""
        for answer, value in former.items():
            if value:
                vault.keyring_set(name, answer, Secret(value))
            else:
                vault.keyring_delete(name, answer)
        self.restore(name, before)

    def record(self, name: str) -> bytes | None:
        """The present record, for `restore`."""
        return self._bytes(name)

    def sweep_files(self, texts: Iterable[bytes]) -> None:
        """Delete the private files that none of the profiles `texts` refers to."""
        texts = tuple(texts)
        for path in self.secrets.glob("*"):
            if path.is_file() and not any(path.name.encode() in text for text in texts):
                with suppress(OSError):
                    path.unlink()

    def new_file(self, name: str, answer: str) -> Path:
        """The path where ccsetup itself stores the secret if no keyring is available. Existing files are not reused,
        since a copied profile may refer to one."""
        names = itertools.chain([f"{name}.{answer}"], (f"{name}.{number}.{answer}" for number in itertools.count(2)))
        return next(path for path in map(self.secrets.joinpath, names) if not path.exists())

    def own_file(self, reference: str) -> Path | None:
        """The private file of ccsetup that a reference names; None for any other reference."""
        path = Path(reference.removeprefix("file:"))
        return path if reference.startswith("file:") and path.parent == self.secrets else None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _bytes(self, name: str) -> bytes | None:
        try:
            return files.read(self._path(name))
        except FileNotFoundError:
            return None

    def _read(self, name: str) -> _EntryRecord | None:
        """Read the record; a malformed one allows nothing."""
        content = self._bytes(name)
        try:
            return None if content is None else decoding.from_json(content, _EntryRecord)
        except msgspec.DecodeError:
            return _EntryRecord()

    def _write(self, name: str, record: _EntryRecord) -> None:
        files.private_folder(self.folder)
        files.sweep(self.folder)
        files.write(self._path(name), msgspec.json.encode(record) + b"\n")
