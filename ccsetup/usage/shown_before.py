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
    """Of everything that a document depends on."""
    return blake2b(repr((__version__, *parts)).encode(), digest_size=16).hexdigest()


def recall(path: Path, wanted: str) -> dict[str, object] | None:
    with suppress(OSError, UserError, msgspec.DecodeError, RecursionError):
        shown = decoding.from_json(files.read(path), Shown)
        if shown.key == wanted:
            return shown.document
    return None


def keep(path: Path, made_from: str, document: Mapping[str, object]) -> None:
    with suppress(UserError):
        files.private_folder(path.parent)
        files.write(path, msgspec.json.encode(Shown(made_from, dict(document))), durable=False)
