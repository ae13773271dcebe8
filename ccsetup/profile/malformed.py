"""What is wrong with the form of a profile's file, in words, from msgspec's error."""

import re
from collections.abc import Mapping

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
}


def _first_wrong(table: object) -> str:
    """The key of the first value that is not a string; msgspec reports only "a value of this table"."""
    return (
        next((key for key, value in table.items() if not isinstance(value, str)), "*")
        if isinstance(table, dict)
        else "*"
    )


def describe(error: str, raw: Mapping[str, object]) -> str:
    """Rewrite a msgspec error as a message that names the key and the problem."""
    where = re.search(r" - at `\$\.?(.*)`$", error, re.DOTALL)
    prefix = f"{where[1]}." if where and where[1] else ""
    if unknown := re.match(r"Object contains unknown field `(.*?)`", error, re.DOTALL):
        return f"unknown key {prefix}{unknown[1]}"
    if missing := re.match(r"Object missing required field `(.*?)`", error):
        return f"key {prefix}{missing[1]} is missing"
    if where:
        key = where[1].replace("[...]", f".{_first_wrong(raw.get(where[1].removesuffix('[...]')))}")
        kinds = re.fullmatch(r"Expected `(\w+)`, got `(\w+)`", error[: where.start()])
        if kinds and kinds[1] in _KINDS and kinds[2] in _KINDS:
            return f"key {key}: must be {_KINDS[kinds[1]]}, not {_KINDS[kinds[2]]}"
        return f"key {key}: {error[: where.start()].lower()}"
    return f"not valid TOML: {error}"
