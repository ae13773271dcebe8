"""Strict readings of `profiles/*.toml`: a key that nobody knows is a mistake, never silence."""

from pathlib import Path
from typing import TypeVar

import msgspec

from ccsetup.knowledge import location
from ccsetup.system import decoding
from ccsetup.system.errors import UserError

_T = TypeVar("_T")


def known(name: str, shape: type[_T]) -> _T:
    """`profiles/<name>.toml` in this shape; a malformed file is a UserError that names file and key."""
    return read(Path(location.folder("profiles")) / f"{name}.toml", shape)


def read(path: Path, shape: type[_T]) -> _T:
    """The same of a file anywhere."""
    try:
        return decoding.from_toml(path.read_bytes(), shape)
    except (msgspec.DecodeError, OSError) as why:
        raise UserError(f"{path.parent.name}/{path.name}: {why}") from why
