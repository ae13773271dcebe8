"""The last document that `cost` made, until one of its inputs changes."""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from ccsetup import __version__
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError


class Shown(msgspec.Struct):
    key: str
    document: dict[str, object]


def key(*parts: object) -> str:
    """Return a digest of everything that a document depends on, this version of ccsetup included."""
    return blake2b(repr((__version__, *parts)).encode(), digest_size=16).hexdigest()


def recall(path: Path, wanted: str) -> dict[str, object] | None:
    """Return the kept document if it was made from the key `wanted`; None if it was not, or cannot be read."""
    with suppress(OSError, UserError, msgspec.DecodeError, RecursionError):
        shown = decoding.from_json(files.read(path), Shown)
        if shown.key == wanted:
            return shown.document
    return None


def keep(path: Path, made_from: str, document: Mapping[str, object]) -> None:
    """Keep a document with its key, in place of the last one; does nothing where the state cannot be written."""
    with suppress(UserError):
        files.private_folder(path.parent)
        files.write(path, msgspec.json.encode(Shown(made_from, dict(document))), durable=False)
