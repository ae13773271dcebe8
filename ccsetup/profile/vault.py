"""Secrets: what a profile's references point at. Values are read here and nowhere else.

Nothing is cached, and nothing of a secret is kept in an error: commands fail with their exit code, files with
their name.
"""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ccsetup.knowledge import pages
from ccsetup.system import deadline, process
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.secret import Secret

SERVICE = "ccsetup"
LARGEST = 1 << 20  # characters of a file that holds a secret
PERSON_SECONDS = 60  # a person may have to touch a key
REQUEST_SECONDS = 10  # before requests that have to end in time themselves

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


@dataclass(frozen=True, slots=True)
class Vault:
    """Resolves references. `recorded` tells whether this machine allows one that needs it, for a profile."""

    environment: Mapping[str, str]
    home: Path
    recorded: Callable[[str, str], bool]
    usable: Callable[[str], bool]  # whether a keyring entry (NAME/ANSWER) belongs to the profile of that name
    seconds: float = PERSON_SECONDS  # that one secret may take

    def fetch(self, profile: str, answers: Mapping[str, str]) -> dict[str, Secret]:
        """One Secret for each {answer: reference}; one that cannot be had is a UserError, exit code 3."""
        return {answer: self._fetch(profile, answer, reference) for answer, reference in answers.items()}

    def _fetch(self, profile: str, answer: str, reference: str) -> Secret:
        if needs_record(reference) and not self.recorded(profile, reference):
            raise pages.refusal("secret-untrusted", UNAVAILABLE, profile=profile, reference=reference)
        try:
            value = self._value(profile, answer, reference)
        except _Failed as why:
            raise _missing(profile, answer, str(why)) from None
        if not value:
            raise _missing(profile, answer, f"{reference} holds nothing")
        if "\0" in value:
            raise _missing(profile, answer, "it holds a NUL character, which no environment can carry")
        return Secret(value)

    def _value(self, profile: str, answer: str, reference: str) -> str | None:
        kind, _, rest = reference.partition(":")
        match kind:
            case "keyring":
                found = self._keyring(profile, answer, rest)  # that it cannot be used is worth telling in any case
                return found if self.usable(rest or f"{profile}/{answer}") else None
            case "env":
                return self.environment.get(rest)
            case "file":
                return self._file(profile, rest)
            case "op":
                return self._command(["op", "read", "--no-newline", reference])
            case "cmd":
                return self._command(["/bin/sh", "-c", rest] if os.name == "posix" else ["cmd", "/c", rest])
            case _:
                raise _Failed(f"{kind}: is no kind of reference")

    def _keyring(self, profile: str, answer: str, entry: str) -> str | None:
        try:
            return deadline.within(self.seconds, lambda: keyring_get(profile, answer, entry))
        except deadline.Late:
            raise _Failed(f"the keyring gave no answer in {self.seconds} s") from None

    def _file(self, profile: str, name: str) -> str:
        path = self.home / name[2:] if name.startswith("~/") else Path(name)
        if not path.is_absolute():
            raise _Failed(f"file:{name} is not an absolute path")
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, encoding="utf-8") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise _Failed(f"{path} is no regular file")
                if os.name == "posix" and status.st_mode & 0o077:
                    mode = f"{status.st_mode & 0o777:04o}"
                    raise pages.refusal("secret-file-exposed", UNAVAILABLE, profile=profile, path=str(path), mode=mode)
                text = file.read(LARGEST + 1)
                if len(text) > LARGEST:
                    raise _Failed(f"{path} is larger than {LARGEST >> 10} KiB, which no secret is")
                return text.rstrip("\r\n")
        except OSError as why:
            raise _Failed(f"cannot read {path}: {why.strerror}") from None
        except UnicodeDecodeError:
            raise _Failed(f"{path} holds no text") from None

    def _command(self, command: list[str]) -> str:
        program = process.find(command[0], self.environment)
        if program is None:
            raise _Failed(f"the program {command[0]} is not installed")
        try:
            done = subprocess.run(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                timeout=self.seconds,
                check=False,
                env=process.searched(self.environment),
            )
        except OSError as why:
            raise _Failed(f"the program {command[0]} cannot be run: {why.strerror}") from None
        except subprocess.TimeoutExpired:
            raise _Failed(f"its command gave no answer in {self.seconds} s") from None
        if done.returncode:
            raise _Failed(f"its command failed with exit code {done.returncode}")
        try:
            return done.stdout.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise _Failed("its command printed no text") from None


def needs_record(reference: str) -> bool:
    """Whether the reference counts only with its exact text recorded, even in a profile that was made here: it runs a
    program, or names an entry of the keyring that may be another profile's."""
    return reference.startswith(("cmd:", "op://")) or (reference.startswith("keyring:") and reference != "keyring:")


def _missing(profile: str, answer: str, reason: str) -> UserError:
    return pages.refusal("secret-missing", UNAVAILABLE, profile=profile, answer=answer, reason=reason)


class _Failed(Exception):
    """A reference did not yield; the words hold no secret."""


def keyring_get(profile: str, answer: str, entry: str = "") -> str | None:
    """What the keyring holds for this answer, or for `entry` where the reference names one; None for nothing."""
    with _keyring(profile, answer) as keyring:
        return keyring.get_password(SERVICE, entry or f"{profile}/{answer}")


def keyring_set(profile: str, answer: str, secret: Secret) -> None:
    """Keep the secret, and make sure that it was kept: the null backend takes everything and holds nothing."""
    with _keyring(profile, answer) as keyring:
        keyring.set_password(SERVICE, f"{profile}/{answer}", secret.reveal())
        kept = keyring.get_password(SERVICE, f"{profile}/{answer}")
    if kept != secret.reveal():
        raise _no_keyring(profile, answer, "the backend does not keep what it is given")


def keyring_delete(profile: str, answer: str) -> None:
    """Forget the entry; one that is not there is no error."""
    from keyring.errors import PasswordDeleteError

    with _keyring(profile, answer) as keyring, suppress(PasswordDeleteError):
        keyring.delete_password(SERVICE, f"{profile}/{answer}")


@contextmanager
def _keyring(profile: str, answer: str) -> "Iterator[KeyringBackend]":
    import keyring

    try:
        yield keyring.get_keyring()
    # Backends let their own libraries' exceptions through (D-Bus, ctypes, OSError), so no narrower type covers them;
    # only the type is told, since a message could quote what was being stored.
    except Exception as why:
        raise _no_keyring(profile, answer, type(why).__name__) from None


def _no_keyring(profile: str, answer: str, reason: str) -> UserError:
    return pages.refusal("keyring-unavailable", UNAVAILABLE, profile=profile, answer=answer, reason=reason)
