"""Edits in the text of a JSON object that keep everything else byte for byte, order and spaces included.

The text must be valid JSON: it is not checked here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]|[^\s"\[\]{},:]++', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Member:
    """The positions of one member: its key begins at `start`, its value at `value` and ends before `end`."""

    key: str
    start: int
    value: int
    end: int


def put(text: str, path: tuple[str, ...], value: object) -> str:
    """Return `text` with the member at `path` set to `value`, creating missing objects on the way."""
    text = text if text.strip() else "{}\n"
    start = _object(text, path[:-1])
    if start is None:
        return put(put(text, path[:-1], {}), path, value)
    members = list(_members(text, start))
    indent = _indent(text, members, len(path))
    written = json.dumps(value, ensure_ascii=False)
    for member in reversed(members):  # of duplicate keys the client uses the last
        if member.key == path[-1]:
            return text[: member.value] + written + text[member.end :]
    line = f"{json.dumps(path[-1], ensure_ascii=False)}: {written}"
    if members:
        return text[: members[-1].end] + f",{indent or ' '}{line}" + text[members[-1].end :]
    close = text.index("}", start)
    shorter = _indent(text, [], len(path) - 1) if len(path) > 1 else _newline(text)
    return text[: start + 1] + f"{indent}{line}{shorter}" + text[close:]


def drop(text: str, path: tuple[str, ...]) -> str:
    """Return `text` without the member at `path`, its duplicates and its comma."""
    start = _object(text, path[:-1]) if text.strip() else None
    members = list(_members(text, start)) if start is not None else []
    for position, member in enumerate(members):
        if member.key != path[-1]:
            continue
        if position + 1 < len(members):
            cut = text[: member.start] + text[members[position + 1].start :]
        elif position:
            cut = text[: members[position - 1].end] + text[member.end :]
        else:
            cut = text[: member.start].rstrip() + text[member.end :].lstrip()
        return drop(cut, path)
    return text


def spread(text: str, key: str) -> str:
    """Return `text` with the object `key` written one member per line, if the rest of the file is written so."""
    start = _object(text, (key,)) if text.strip() else None
    if start is None:
        return text
    members = list(_members(text, start))
    indent, shorter = _indent(text, [], 2), _indent(text, [], 1)
    if not indent or any("\n" in _before(text, member) for member in members):
        return text
    written = ",".join(f"{indent}{text[member.start : member.end]}" for member in members)
    close = _skip(text, members[-1].end) if members else text.index("}", start)
    return text[: start + 1] + (written + shorter if members else "") + text[close:]


def _object(text: str, path: tuple[str, ...]) -> int | None:
    """Return the position where the object at `path` begins; None if not found."""
    at = _skip(text, 0)
    for key in path:
        values = [member.value for member in _members(text, at) if member.key == key]
        if not values or text[values[-1]] != "{":
            return None
        at = values[-1]
    return at


def _members(text: str, at: int) -> Iterator[_Member]:
    """Yield the members of the object that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        start = at
        key, at = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        end = _end(text, value)
        yield _Member(key, start, value, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _end(text: str, at: int) -> int:
    """Return the position after the value that begins at `at`, however deep it nests and however long its numbers."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        depth += (token[0] in ("[", "{")) - (token[0] in ("]", "}"))
        if depth == 0:
            return token.end()
    return len(text)


def _before(text: str, member: _Member) -> str:
    """Return the white space before a member."""
    before = text[: member.start]
    return before[len(before.rstrip(" \t\r\n")) :]


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str, members: list[_Member], depth: int) -> str:
    """Return the line break and indent for a member, in its neighbours' style; "" in a file of one line."""
    if members:
        space = _before(text, members[-1])
        return space if "\n" in space else ""
    top = list(_members(text, _skip(text, 0)))
    if top and "\n" not in text[: top[0].start]:
        return ""
    unit = text[: top[0].start].rpartition("\n")[2] if top else "  "
    return _newline(text) + unit * depth
