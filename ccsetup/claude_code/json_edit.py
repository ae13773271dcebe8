"""Edits in the text of a JSON object: what is not edited stays byte for byte, order, spaces and all.

The text must have been parsed before: here it is taken for valid.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class _Member:
    """Where one member stands: its key begins at `start`, its value at `value`, and ends before `end`."""

    key: str
    start: int
    value: int
    end: int


def put(text: str, path: tuple[str, ...], value: object) -> str:
    """`text` with the member at `path` set to `value`; objects on the way are made where they are missing."""
    text = text if text.strip() else "{}\n"
    inside = _object(text, path[:-1])
    if inside is None:
        return put(put(text, path[:-1], {}), path, value)
    members = list(_members(text, inside))
    indent = _indent(text, members, len(path))
    written = json.dumps(value, ensure_ascii=False)
    for member in reversed(members):  # of several the client takes the last
        if member.key == path[-1]:
            return text[: member.value] + written + text[member.end :]
    line = f"{json.dumps(path[-1], ensure_ascii=False)}: {written}"
    if members:
        return text[: members[-1].end] + f",{indent or ' '}{line}" + text[members[-1].end :]
    close = text.index("}", inside)
    shorter = _indent(text, [], len(path) - 1) if len(path) > 1 else _newline(text)
    return text[: inside + 1] + f"{indent}{line}{shorter}" + text[close:]


def drop(text: str, path: tuple[str, ...]) -> str:
    """`text` without the member at `path`, however often it is there; without its comma too."""
    inside = _object(text, path[:-1]) if text.strip() else None
    members = list(_members(text, inside)) if inside is not None else []
    for place, member in enumerate(members):
        if member.key != path[-1]:
            continue
        if place + 1 < len(members):
            cut = text[: member.start] + text[members[place + 1].start :]
        elif place:
            cut = text[: members[place - 1].end] + text[member.end :]
        else:
            cut = text[: member.start].rstrip() + text[member.end :].lstrip()
        return drop(cut, path)
    return text


def spread(text: str, key: str) -> str:
    """`text` with the object `key` written one member a line, if the file is so written and the object is not."""
    inside = _object(text, (key,)) if text.strip() else None
    if inside is None:
        return text
    members = list(_members(text, inside))
    indent, shorter = _indent(text, [], 2), _indent(text, [], 1)
    if not indent or any("\n" in _before(text, one) for one in members):
        return text
    written = ",".join(f"{indent}{text[one.start : one.end]}" for one in members)
    close = _skip(text, members[-1].end) if members else text.index("}", inside)
    return text[: inside + 1] + (written + shorter if members else "") + text[close:]


def _object(text: str, path: tuple[str, ...]) -> int | None:
    """Where the object at `path` begins; None where there is none."""
    at = _skip(text, 0)
    for key in path:
        found = [member.value for member in _members(text, at) if member.key == key]
        if not found or text[found[-1]] != "{":
            return None
        at = found[-1]
    return at


def _members(text: str, at: int) -> Iterator[_Member]:
    """The members of the object that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        start = at
        key, at = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, value)
        yield _Member(key, start, value, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _before(text: str, member: _Member) -> str:
    """The white space in front of a member."""
    before = text[: member.start]
    return before[len(before.rstrip(" \t\r\n")) :]


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str, members: list[_Member], depth: int) -> str:
    """What stands before a member: a line break and its indent, as the neighbours have it; "" in a file of one line."""
    if members:
        space = _before(text, members[-1])
        return space if "\n" in space else ""
    top = list(_members(text, _skip(text, 0)))
    if top and "\n" not in text[: top[0].start]:
        return ""
    unit = text[: top[0].start].rpartition("\n")[2] if top else "  "
    return _newline(text) + unit * depth
