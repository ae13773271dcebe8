"""Constants in minified JavaScript, as Bun and esbuild write them: objects, arrays of words, sets.

Only what is written out is read. An object with a call or a name for a value is not a constant, and so not read.
"""

import json
import re
from collections.abc import Iterator, Mapping

_STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`(?:[^`\\$]|\\.)*`'
_TOKEN = re.compile(rf"{_STRING}|(?<=[{{,])[\w$]+(?=:)|!0|!1|void 0", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WORDS = {"!0": "true", "!1": "false", "void 0": "null"}
_ITEM = re.compile(rb'"([^"\\]*)"|\.\.\.([\w$]+)|(\S)')
_ARRAY = re.compile(rb"=\[([^\]]*)\]")
_INSIDE = frozenset(bytes([n]) for n in range(128) if chr(n).isalnum() or chr(n) in "._$")
_AFTER = 16 << 10  # bytes of an object behind the word that it is found by
_TRIES = 5
_DEEPEST = 8


def object_around(text: bytes, at: int, key: str) -> Mapping[str, object] | None:
    """The constant object assigned to a name (`x={…}`) in which the word at `at` stands.

    None if it is not found, or if neither it nor its first value has this key.
    """
    start = at
    for _ in range(_TRIES):
        start = text.rfind(b"={", 0, start)
        if start < 0:
            return None
        found = _constant(text[start + 1 : at + _AFTER].decode("latin-1"))
        if isinstance(found, dict) and (
            key in found or key in next((v for v in found.values() if isinstance(v, dict)), ())
        ):
            return found
    return None


def words(text: bytes, name: bytes, depth: int = 0) -> tuple[str, ...] | None:
    """The array of words with this name (`x=["a",...y]`), other arrays spread in it included; None if unreadable."""
    found = next(occurrences(text, name, _ARRAY), None)
    return None if found is None or depth > _DEEPEST else list_of_words(text, found[1], depth)


def list_of_words(text: bytes, inside: bytes, depth: int = 0) -> tuple[str, ...] | None:
    """What stands between an array's brackets, with the arrays that it spreads; None if it is something else."""
    found: list[str] = []
    for word, spread, other in _ITEM.findall(inside):
        if other not in (b"", b","):
            return None
        more = words(text, spread, depth + 1) if spread else (word.decode("latin-1"),) if not other else ()
        if more is None:
            return None
        found += more
    return tuple(found)


def occurrences(text: bytes, name: bytes, rest: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Where `rest` follows this name. A pattern with the name in front would take seconds in a module of 28 MB."""
    at = text.find(name)
    while at >= 0:
        found = rest.match(text, at + len(name))
        if found and text[at - 1 : at] not in _INSIDE:
            yield found
        at = text.find(name, at + 1)


def _constant(source: str) -> object:
    try:
        return json.JSONDecoder().raw_decode(_TOKEN.sub(_as_json, source))[0]
    except (ValueError, RecursionError):
        return None


def _as_json(token: re.Match[str]) -> str:
    word = token[0]
    if word[0] not in "\"'`":
        return _WORDS.get(word) or f'"{word}"'
    if word[0] == '"' and "\\" not in word:
        return word
    return json.dumps(_ESCAPE.sub(_character, word[1:-1]))


def _character(escape: re.Match[str]) -> str:
    two, braces, four, other = escape.groups()
    if other is not None:
        return _NAMED.get(other, other)
    try:
        return chr(int(two or braces or four, 16))
    except (ValueError, OverflowError):
        return "\ufffd"
