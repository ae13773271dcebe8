"""Keyring entries, and whether they belong to the profile that has their name now.

An entry outlives what happened to its profile: a file deleted by hand, a keyring that refuses, a kill half-way. So one
small private file a name, written *before* the profile changes, says which entries the present profile may use; the
entries that it may not are deleted as soon as a keyring answers. A name without such a file may use all of its
entries: those of version 0.1.0.
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
    """`usable` are the answers whose entries belong to the present profile; `leave` are entries still to be deleted."""

    schema: int = 1
    usable: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of every profile. `folder` holds the records, `secrets` the private files that ccsetup wrote itself,
    `NAME.ANSWER`. Whatever changes something is to be called under the store's lock."""

    folder: Path
    secrets: Path

    def usable(self, name: str, answer: str) -> bool:
        """Whether the entry belongs to the profile `name` as it is now."""
        record = self._read(name)
        return record is None or answer in record.usable

    def usable_entry(self, entry: str) -> bool:
        """Likewise, of an entry that a reference spells out (`keyring:NAME/ANSWER`)."""
        name, slash, answer = entry.rpartition("/")
        return not slash or self.usable(name, answer)

    def held(self, name: str, answers: Iterable[str]) -> dict[str, Secret]:
        """What the keyring holds for these answers; an entry that is missing, or another profile's, is left out."""
        found = {answer: vault.keyring_get(name, answer) for answer in answers}
        return {answer: Secret(value) for answer, value in found.items() if value and self.usable(name, answer)}

    def set(self, name: str, answer: str, secret: Secret) -> None:
        """Keep a new secret of the present profile."""
        vault.keyring_set(name, answer, secret)
        record = self._read(name)
        if record is not None:
            usable = tuple(dict.fromkeys((*record.usable, answer)))
            self._write(name, _EntryRecord(usable=usable, leave=tuple(one for one in record.leave if one != answer)))

    @contextmanager
    def changed(
        self, name: str, *, keep: Iterable[str] = (), new: Mapping[str, Secret] | None = None, known: Iterable[str] = ()
    ) -> Iterator[None]:
        """The profile `name` is replaced in the block: of its entries it may use those of `keep` (where it could
        before), and `new`, which are stored first and belong to it only when the block has ended.

        When the block fails, everything is as it was; killed at any moment, no entry is usable that the profile in
        place had not. `known` are answers under which there may be entries to delete.
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
        except BaseException:  # Ctrl-C included
            self._restore(name, before, former)
            raise
        stays = (*kept, *new)
        self._write(name, _EntryRecord(usable=stays, leave=tuple(one for one in leave if one not in stays)))

    def ended(self, name: str, known: Iterable[str]) -> None:
        """No profile is called `name` any more, or another one is about to be."""
        self._write(name, _EntryRecord(leave=self._there(name, known)))

    def _there(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """The answers under which there may be entries."""
        record = self._read(name) or _EntryRecord()
        return tuple(dict.fromkeys((*known, *record.usable, *record.leave)))

    def restore(self, name: str, before: bytes | None) -> None:
        """Put the record back: the profile did not change after all."""
        path = self._path(name)
        if before is None:
            path.unlink(missing_ok=True)
        else:
            files.write(path, before)

    def sweep(self, name: str) -> str:
        """Delete what is to be deleted of `name`; why the keyring could not be asked, empty where it could.

        Nothing rests on it: an entry that stays is not usable.
        """
        record = self._read(name)
        left, problem = [], ""
        for answer in record.leave if record else ():
            try:
                if not problem:
                    vault.keyring_delete(name, answer)
            except UserError as why:
                problem = why.message
            if problem:
                left.append(answer)
        if record is not None and tuple(left) != record.leave:
            self._write(name, _EntryRecord(usable=record.usable, leave=tuple(left)))
        return problem

    def sweep_all(self) -> None:
        """Delete what earlier runs had to leave, until a keyring refuses."""
        for name in sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json")):
            record = self._read(name)
            if record is not None and record.leave and self.sweep(name):
                return

    def _restore(self, name: str, before: bytes | None, former: Mapping[str, str | None]) -> None:
        """What the keyring held first, then whose it is: where the keyring refuses, nothing is usable."""
        for answer, value in former.items():
            if value:
                vault.keyring_set(name, answer, Secret(value))
            else:
                vault.keyring_delete(name, answer)
        self.restore(name, before)

    def record(self, name: str) -> bytes | None:
        """The record as it stands, for `restore`."""
        return self._bytes(name)

    def sweep_files(self, texts: Iterable[bytes]) -> None:
        """Delete the private files that none of the profiles `texts` names."""
        texts = tuple(texts)
        for path in self.secrets.glob("*"):
            if path.is_file() and not any(path.name.encode() in text for text in texts):
                with suppress(OSError):
                    path.unlink()

    def new_file(self, name: str, answer: str) -> Path:
        """Where ccsetup itself keeps the secret when there is no keyring: a copy may still refer to an older file."""
        names = itertools.chain([f"{name}.{answer}"], (f"{name}.{number}.{answer}" for number in itertools.count(2)))
        return next(path for path in map(self.secrets.joinpath, names) if not path.exists())

    def own_file(self, reference: str) -> Path | None:
        """The private file of ccsetup's own that a reference names; None for any other reference."""
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
        """The record; one that cannot be understood allows nothing."""
        content = self._bytes(name)
        try:
            return None if content is None else decoding.from_json(content, _EntryRecord)
        except msgspec.DecodeError:
            return _EntryRecord()

    def _write(self, name: str, record: _EntryRecord) -> None:
        files.private_folder(self.folder)
        files.sweep(self.folder)
        files.write(self._path(name), msgspec.json.encode(record) + b"\n")
