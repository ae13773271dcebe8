"""What is wrong with the form of a document, in words, from msgspec's error."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Language = Literal["JSON", "TOML"]
_NO_TABLES: Mapping[str, object] = MappingProxyType({})
_SYNTAX = {"Input data was truncated": "it ends too early"}
_KINDS = {
    "str": "text in quotes",
    "int": "a number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time",
    "null": "null",
}


def _first_wrong(table: object) -> str:
    """The key of the first value that is not a string; msgspec reports only "a value of this table"."""
    return (
        next((key for key, value in table.items() if not isinstance(value, str)), "*")
        if isinstance(table, dict)
        else "*"
    )


def describe(error: msgspec.MsgspecError, language: Language, raw: Mapping[str, object] = _NO_TABLES) -> str:
    """Rewrite a msgspec error as a message that names the key and the problem; `raw` are the document's tables."""
    said = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return f"not valid {language}: {_SYNTAX.get(said, said.removeprefix('JSON is malformed: '))}"
    where = re.search(r" - at `\$\.?(.*)`$", said, re.DOTALL)
    prefix = f"{where[1]}." if where and where[1] else ""
    if unknown := re.match(r"Object contains unknown field `(.*?)`", said, re.DOTALL):
        return f"unknown key {prefix}{unknown[1]}"
    if missing := re.match(r"Object missing required field `(.*?)`", said):
        return f"key {prefix}{missing[1]} is missing"
    problem = said[: where.start()].lower() if where else said.lower()
    kinds = re.fullmatch(r"expected `(\w+)`, got `(\w+)`", problem)
    if kinds and kinds[1] in _KINDS and kinds[2] in _KINDS:
        words = _KINDS if language == "TOML" else {**_KINDS, "object": "an object"}
        problem = f"must be {words[kinds[1]]}, not {words[kinds[2]]}"
    if where is None:
        return f"it {problem}" if kinds else problem
    key = where[1].replace("[...]", f".{_first_wrong(raw.get(where[1].removesuffix('[...]')))}")
    return f"key {key}: {problem}"
