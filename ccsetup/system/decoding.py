"""Decode documents into typed values. All of ccsetup decodes here, one document at a time.

msgspec builds its decoder for a type on first use. If a second thread decodes the same type meanwhile, it uses a
half-built decoder and the process crashes (SIGSEGV, msgspec 0.22); `doctor` decodes from many threads.
"""

from _thread import allocate_lock
from collections.abc import Callable
from typing import TypeVar

import msgspec

_T = TypeVar("_T")
_one_at_a_time = allocate_lock()


def from_json(content: bytes | str, kind: type[_T]) -> _T:
    """Decode a JSON document into `kind`; raises msgspec.DecodeError if it is malformed or does not fit."""
    with _one_at_a_time:
        return msgspec.json.decode(content, type=kind)


def json_reader(kind: type[_T]) -> Callable[[bytes | memoryview], _T]:
    """Like `from_json` for many small documents, for a caller with one thread: without a lock a document."""
    with _one_at_a_time:
        return msgspec.json.Decoder(kind).decode


def from_msgpack(content: bytes, kind: type[_T]) -> _T:
    """The MessagePack document as this type; a document of another form is a msgspec.DecodeError."""
    with _one_at_a_time:
        return msgspec.msgpack.decode(content, type=kind)


def from_toml(content: bytes | str, kind: type[_T]) -> _T:
    """Decode a TOML document into `kind`; raises msgspec.DecodeError if it is malformed or does not fit."""
    with _one_at_a_time:
        return msgspec.toml.decode(content, type=kind)


def convert(value: object, kind: type[_T]) -> _T:
    """Convert plain dictionaries, lists and scalars into `kind`; raises msgspec.ValidationError if they do not fit."""
    with _one_at_a_time:
        return msgspec.convert(value, kind)
