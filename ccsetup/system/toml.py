"""TOML documents, bounded before they are parsed: forty kilobytes of a dotted key take the parser 2.4 GB."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from ccsetup.system import decoding

LEVELS = 32  # of tables and lists, the parts of a key included
_TOKEN = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)"{0,2}'
    rb"|'''(?:[^']|'(?!''))*+(?:'''|\Z)'{0,2}"
    rb'|"(?:[^"\\\n]|\\.)*+"?'
    rb"|'[^'\n]*+'?"
    rb"|\#[^\n]*+"
    rb"|(?P<sign>[\[\]{}=,.\n])"
    rb"|[^\"'\#\[\]{}=,.\n]++",
    re.DOTALL,
)


def tables(text: bytes, most: int) -> dict[str, object]:
    """The tables of a TOML document with at most `most` keys; raises `msgspec.DecodeError` if it is invalid."""
    if problem := _problem(text, most):
        raise msgspec.DecodeError(problem)
    try:
        found = decoding.from_toml(text, dict[str, object])
    # The parser lets these through for bytes that are no text, and numbers without end.
    except (ValueError, RecursionError) as error:
        if isinstance(error, msgspec.DecodeError):
            raise
        raise msgspec.DecodeError(
            "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else "too large"
        ) from error
    if max(level for _, level in values(found)) > LEVELS:
        raise msgspec.DecodeError(f"it nests deeper than {LEVELS} levels")
    return found


def _problem(text: bytes, most: int) -> str:
    """Why the document is not parsed at all; empty where it is. Each of brackets and dots alone may reach LEVELS."""
    brackets = dots = keys = 0
    for token in _TOKEN.finditer(text):
        match token["sign"]:
            case None:
                continue
            case b".":
                dots += 1
                if dots >= LEVELS:
                    return f"a key has more than {LEVELS} parts"
                continue
            case b"[" | b"{":
                brackets += 1
                if brackets > LEVELS:
                    return f"it nests deeper than {LEVELS} levels"
            case b"]" | b"}":
                brackets = max(0, brackets - 1)
            case b"=" | b",":
                keys += 1
                if keys > most:
                    return f"it holds more than {most:,} values"
        dots = 0
    return ""


def values(document: Mapping[str, object]) -> Iterator[tuple[object, int]]:
    """Every value of the document, tables and lists included, with its level."""
    left: list[tuple[object, int]] = [(document, 0)]
    while left:
        value, level = left.pop()
        yield value, level
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        left += [(one, level + 1) for one in inside]
