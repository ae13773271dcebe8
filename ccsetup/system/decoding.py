"""Decode documents into typed values. All of ccsetup decodes here, one document at a time.

msgspec builds its decoder for a type on first use. If a second thread decodes the same type meanwhile, it uses a
half-built decoder and the process crashes (SIGSEGV, msgspec 0.22); `doctor` decodes from many threads.
"""

import json
import re
from _thread import allocate_lock
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
_one_at_a_time = allocate_lock()

CONTAINERS = 100_000  # objects, lists and elements of one document
VALUES = 1_000_000
WIDE = 4 << 20  # bytes
_BEYOND = re.compile(rb"[\xf0-\xf4]|\\u[dD][89abAB]")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def from_json(content: bytes | memoryview | str, kind: type[_T]) -> _T:
    """Decode a JSON document into `kind`; raises msgspec.DecodeError if it is malformed or does not fit."""
    try:
        with _one_at_a_time:
            return msgspec.json.decode(content, type=kind)
    except RecursionError as error:
        raise msgspec.DecodeError("it nests too deep") from error


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


def from_json_of_any_form(content: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    """The JSON document as dictionaries, lists and scalars; raises ValueError if it is not one, or would take more
    memory than any real one does."""
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    if not is_bounded(text.encode(errors="surrogatepass") if isinstance(content, str) else content):
        raise ValueError("too many values")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error


def is_bounded(document: bytes) -> bool:
    """Whether a JSON or XML document holds no more values than any real one: `[],` takes 20 times its size, and a text
    with one character beyond U+FFFF four times."""
    if len(document) > WIDE and _BEYOND.search(document):
        return False
    return sum(map(document.count, (b"{", b"[", b"<"))) <= CONTAINERS and document.count(b",") <= VALUES


def whole_characters(document: bytes) -> bytes:
    """A JSON document with U+FFFD for each escaped half of a surrogate pair, which no output could carry."""
    if b"\\u" not in document:
        return document
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape["half"] else escape[0], document)
