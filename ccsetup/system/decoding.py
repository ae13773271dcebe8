"""Documents as values of a type. All of ccsetup decodes here, one document at a time.

msgspec learns a type when it first decodes one. A second thread that asks meanwhile finds half of it and the process
ends (SIGSEGV, msgspec 0.22), and `doctor` asks from many threads.
"""

from _thread import allocate_lock
from typing import TypeVar

import msgspec

_T = TypeVar("_T")
_one_at_a_time = allocate_lock()


def from_json(content: bytes | str, kind: type[_T]) -> _T:
    """The JSON document as this type; a document of another form is a msgspec.DecodeError."""
    with _one_at_a_time:
        return msgspec.json.decode(content, type=kind)


def from_toml(content: bytes | str, kind: type[_T]) -> _T:
    """The TOML document as this type; a document of another form is a msgspec.DecodeError."""
    with _one_at_a_time:
        return msgspec.toml.decode(content, type=kind)


def convert(value: object, kind: type[_T]) -> _T:
    """Plain dictionaries, lists and scalars as this type; another form is a msgspec.ValidationError."""
    with _one_at_a_time:
        return msgspec.convert(value, kind)
