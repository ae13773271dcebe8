"""Read the secrets that a profile's references point to. This is the only place that reads their values.

Nothing is cached, and errors contain no part of a secret: for commands only the exit code, for files only the name.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ccsetup.knowledge import pages
from ccsetup.profile.reference_facts import describe_reference
from ccsetup.system import console, deadline
from ccsetup.system.display import visible
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.secret import Secret

SERVICE = "ccsetup"
LARGEST = 1 << 20  # characters of a file that holds a secret
PERSON_SECONDS = 60  # a person may have to touch a key
REQUEST_SECONDS = 10  # before requests that have to end in time themselves
_OP = ("OP_*", "*_PROXY", "*_proxy")  # 1Password's sign-in, and the way to it

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


@dataclass(frozen=True, slots=True)
class Vault:
    """Resolves references. `recorded` returns whether this machine allows a profile a reference that needs
    permission."""

    environment: Mapping[str, str]
    home: Path
    recorded: Callable[[str, str], bool]
    usable: Callable[[str], bool]  # whether a keyring entry (NAME/ANSWER) belongs to the profile of that name
    seconds: float = PERSON_SECONDS  # that one secret may take

    def fetch(self, profile: str, answers: Mapping[str, str]) -> dict[str, Secret]:
        """Read a Secret for each {answer: reference}; raises UserError with exit code 3 if one cannot be read."""
        return {answer: self._fetch(profile, answer, reference) for answer, reference in answers.items()}

    def _fetch(self, profile: str, answer: str, reference: str) -> Secret:
        if needs_record(reference) and not self.recorded(profile, reference):
            raise pages.refusal("secret-untrusted", UNAVAILABLE, profile=profile, reference=reference)
        try:
            value = self._value(profile, answer, reference)
        except _Failed as error:
            raise _missing(profile, answer, reference, str(error)) from None
        if not value:
            raise _missing(profile, answer, reference, f"{reference} holds nothing")
        if "\0" in value:
            raise _missing(
                profile, answer, reference, "it contains a NUL character, which an environment variable cannot hold"
            )
        return Secret(value)

    def _value(self, profile: str, answer: str, reference: str) -> str | None:
        kind, _, rest = reference.partition(":")
        match kind:
            case "keyring":
                value = self._keyring(profile, answer, rest)  # reports an unavailable keyring in any case
                return value if self.usable(rest or f"{profile}/{answer}") else None
            case "env":
                return self.environment.get(rest)
            case "file":
                return self._file(profile, rest)
            case "op":
                from ccsetup.knowledge import programs  # what starts programs is slow to import

                environment = programs.bare_environment(self.environment, needs=_OP)
                return self._command(["op", "read", "--no-newline", reference], environment)
            case "cmd":
                from ccsetup.knowledge import programs

                environment = programs.helper_environment(self.environment, rest)
                return self._command(
                    ["/bin/sh", "-c", rest] if os.name == "posix" else ["cmd", "/c", rest], environment
                )
            case _:
                raise _Failed(f"{kind}: is not a kind of reference")

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
                    raise _Failed(f"{path} is not a regular file")
                if os.name == "posix" and status.st_mode & 0o077:
                    mode = f"{status.st_mode & 0o777:04o}"
                    raise pages.refusal("secret-file-exposed", UNAVAILABLE, profile=profile, path=str(path), mode=mode)
                text = file.read(LARGEST + 1)
                if len(text) > LARGEST:
                    raise _Failed(f"{path} is larger than {LARGEST >> 10} KiB, too large for a secret")
                return text.rstrip("\r\n")
        except OSError as error:
            raise _Failed(f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise _Failed(f"{path} holds no text") from None

    def _command(self, command: list[str], environment: Mapping[str, str]) -> str:
        from ccsetup.system import process

        program = process.find(command[0], self.environment)
        if program is None:
            raise _Failed(f"the program {command[0]} is not installed")
        try:
            done = process.run([program, *command[1:]], environment=environment, seconds=self.seconds, heard=_repeat)
        except OSError as error:
            raise _Failed(f"the program {command[0]} cannot be run: {error.strerror}") from None
        except process.TimeoutExpired:
            raise _Failed(f"its command gave no answer in {self.seconds} s") from None
        except process.Flood:
            raise _Failed("its command's output does not end") from None
        if done.code:
            raise _Failed(f"its command failed with exit code {done.code}")
        try:
            return done.out.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise _Failed("its command printed no text") from None


def needs_record(reference: str) -> bool:
    """Whether the reference must be recorded verbatim to be used, even in a profile that was made here: it runs a
    program, or names a keyring entry that may be another profile's."""
    return reference.startswith(("cmd:", "op://")) or (reference.startswith("keyring:") and reference != "keyring:")


def _repeat(line: str) -> None:
    """What a command says to the person: to touch a key, or why it fails."""
    console.say(visible(line))


def _missing(profile: str, answer: str, reference: str, reason: str) -> UserError:
    facts = {"profile": profile, "answer": answer, "reason": reason, **describe_reference(profile, reference)}
    return pages.refusal("secret-missing", UNAVAILABLE, **facts)


class _Failed(Exception):
    """A reference could not be read; the message contains no secret."""


@cache
def has_keyring() -> bool:
    """Whether this machine has a keyring that answers. Asked once."""

    def probe() -> bool:
        import keyring

        backend = keyring.get_keyring()
        backend.get_password(SERVICE, "probe")
        return float(backend.priority) > 0  # the null backend accepts everything and keeps nothing

    try:
        return deadline.within(REQUEST_SECONDS, probe)
    except Exception:  # see `_keyring`
        return False


def keyring_get(profile: str, answer: str, entry: str = "") -> str | None:
    """Read this answer's keyring entry, or `entry` if the reference names one; None if not found."""
    with _keyring(profile, answer) as keyring:
        return keyring.get_password(SERVICE, entry or f"{profile}/{answer}")


def keyring_set(profile: str, answer: str, secret: Secret) -> None:
    """Store the secret and verify that it was stored: the null backend accepts everything and stores nothing."""
    with _keyring(profile, answer) as keyring:
        keyring.set_password(SERVICE, f"{profile}/{answer}", secret.reveal())
        kept = keyring.get_password(SERVICE, f"{profile}/{answer}")
    if kept != secret.reveal():
        raise _no_keyring(profile, answer, "the keyring backend does not keep secrets")


def keyring_delete(profile: str, answer: str) -> None:
    """Delete the entry; a missing one is not an error."""
    from keyring.errors import PasswordDeleteError

    with _keyring(profile, answer) as keyring, suppress(PasswordDeleteError):
        keyring.delete_password(SERVICE, f"{profile}/{answer}")


@contextmanager
def _keyring(profile: str, answer: str) -> "Iterator[KeyringBackend]":
    import keyring

    try:
        yield keyring.get_keyring()
    # Backends raise exceptions from their own libraries (D-Bus, ctypes, OSError), so no narrower type covers them. Only
    # the type is reported, since a message could quote the value being stored.
    except Exception as error:
        raise _no_keyring(profile, answer, type(error).__name__) from None


def _no_keyring(profile: str, answer: str, reason: str) -> UserError:
    return pages.refusal("keyring-unavailable", UNAVAILABLE, profile=profile, answer=answer, reason=reason)
