"""Other tools' files, read with tolerance: what cannot be had is a note."""

import configparser
import datetime
import errno
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files

_SECTIONS = 20_000
_ODD_LINES = 100
_LARGEST = 4 << 20  # bytes; a hand-made configuration file comes nowhere near


def text(path: Path, notes: list[str]) -> str | None:
    """The text of a file; None when there is none, and with a note when there is one that cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO must not hang
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                notes.append(f"{path} is no ordinary configuration file")
                return None
            return file.read().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as why:
        reason = (why.strerror if isinstance(why, OSError) else None) or "it is no text"
        notes.append(f"{path} cannot be read: {reason}")
        return None


def sections(path: Path, notes: list[str]) -> dict[str, Mapping[str, str]]:
    """The sections of an INI file; as many as can be read."""
    content = text(path, notes)
    if content is None:
        return {}
    lines = content.splitlines()
    sound = [line for line in lines if not line.strip().startswith(("=", ":"))]
    if len(sound) < len(lines):  # the parser would gather them in one message, which takes minutes
        notes.append(f"{path}: lines without a name, as far as it can be read")
    if content.count("[") > _SECTIONS:
        notes.append(f"{path} has more than {_SECTIONS:,} sections")
        return {}
    parser = configparser.RawConfigParser(strict=False, default_section="\0", allow_no_value=True)
    try:
        parser.read_string("\n".join(sound))
    except configparser.Error as why:
        notes.append(f"{path}: {type(why).__name__}, as far as it can be read")
    found: dict[str, Mapping[str, str]] = {}
    for name in parser.sections():
        found[name] = {key: str(value) for key, value in parser.items(name) if value is not None}
    return found


def is_bounded_ini(path: Path) -> bool:
    """Whether another program's parser, which knows no bounds, may read this INI file, if it is there."""
    try:
        content = files.read_named(path, _LARGEST)
    except OSError as why:
        return why.errno not in (errno.EINVAL, errno.EFBIG)
    odd = sum(line.strip().startswith((b"=", b":")) for line in content.splitlines())
    return content.count(b"[") <= _SECTIONS and odd <= _ODD_LINES


def read_json(path: Path, notes: list[str]) -> Mapping[str, object]:
    """A JSON object; empty when there is none."""
    content = text(path, notes)
    if content is None:
        return {}
    with suppress(msgspec.DecodeError):
        if decoding.is_bounded(content.encode()):
            return decoding.from_json(content, dict[str, object])
    notes.append(f"{path} holds no JSON object")
    return {}


def moment(value: object) -> datetime.datetime | None:
    """A UTC moment as the tools write it: ISO 8601, `…UTC`, or milliseconds since 1970; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC)
        if isinstance(value, str):
            found = datetime.datetime.fromisoformat(value.replace("UTC", "+00:00"))
            return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A value that is an object; an empty one for anything else."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def tables(document: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects of a value that is a list."""
    value = document.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(document: Mapping[str, object], key: str) -> list[str]:
    """The texts of a value that is a list."""
    value = document.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def word(document: Mapping[str, object], key: str) -> str | None:
    """A value that is a text with something in it."""
    value = document.get(key)
    return value if isinstance(value, str) and value else None
