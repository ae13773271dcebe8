"""Tolerant readers of other tools' files: what cannot be read becomes a note."""

import configparser
import datetime
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ccsetup.system import decoding

_SECTIONS = 20_000
_ODD_LINES = 100
_LARGEST = 4 << 20  # bytes; hand-written configuration files are far smaller


def read_text(path: Path, notes: list[str]) -> str | None:
    """Read a text file. Returns None if it is missing, or, with a note, if it cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO must not hang
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                notes.append(f"{path} is not a regular configuration file")
                return None
            return file.read().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not text"
        notes.append(f"{path} cannot be read: {reason}")
        return None


def read_sections(path: Path, notes: list[str]) -> dict[str, Mapping[str, str]]:
    """Read the sections of an INI file; after a syntax error, those that could be read, with a note."""
    content = read_text(path, notes)
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
    except configparser.Error as error:
        notes.append(f"{path}: {type(error).__name__}, as far as it can be read")
    sections: dict[str, Mapping[str, str]] = {}
    for name in parser.sections():
        sections[name] = {key: str(value) for key, value in parser.items(name) if value is not None}
    return sections


def read_json(path: Path, notes: list[str]) -> Mapping[str, object]:
    """Read a JSON object; empty if the file is missing or malformed."""
    content = read_text(path, notes)
    if content is None:
        return {}
    with suppress(msgspec.DecodeError):
        if decoding.is_bounded(content.encode()):
            return decoding.from_json(content, dict[str, object])
    notes.append(f"{path} holds no JSON object")
    return {}


def parse_time(value: object) -> datetime.datetime | None:
    """Parse a time as other tools write it (ISO 8601, `…UTC`, or milliseconds since 1970) to UTC; None for anything
    else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC)
        if isinstance(value, str):
            moment = datetime.datetime.fromisoformat(value.replace("UTC", "+00:00"))
            return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
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


def text_value(document: Mapping[str, object], key: str) -> str | None:
    """The value of `key` if it is a non-empty string, else None."""
    value = document.get(key)
    return value if isinstance(value, str) and value else None
