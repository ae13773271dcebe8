"""Strict readers of `profiles/*.toml`: an unknown key is an error."""

from pathlib import Path
from typing import TypeVar

import msgspec

from ccsetup.knowledge import location
from ccsetup.system import decoding
from ccsetup.system.errors import UserError

_T = TypeVar("_T")


def read_table(name: str, shape: type[_T]) -> _T:
    """Read `profiles/<name>.toml` into `shape`; raises UserError naming file and key if it is malformed."""
    return read(Path(location.folder("profiles")) / f"{name}.toml", shape)


def read(path: Path, shape: type[_T]) -> _T:
    """Like `read_table`, for a file at any path."""
    try:
        return decoding.from_toml(path.read_bytes(), shape)
    except (msgspec.DecodeError, OSError) as error:
        raise UserError(f"{path.parent.name}/{path.name}: {error}") from error
