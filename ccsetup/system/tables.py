"""Tables that fit the terminal."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from ccsetup.system import bounds
from ccsetup.system.display import visible
from ccsetup.system.redact import without_secrets

_COLUMNS = 80  # of a terminal that does not say
# What stays whole; "ccsetup can see it" is no command.
_COMMAND = re.compile(
    r"(?:^\s*(?:\$ )?|[:;?] |\b(?:see|run|then|with|and|or) )"
    r"(?=(?:ccsetup|aws|gcloud|claude|eval|sudo|curl) [\w$\"-]|export \w+=)"
)


def terminal_columns(stream: TextIO) -> int:
    """The width of the terminal behind the stream, as shutil has it, which is slow to import; 0 if it is not one."""
    if not stream.isatty():
        return 0
    if (given := os.environ.get("COLUMNS", "")).isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS


def wrapped(text: str, stream: TextIO | None = None, hang: int = 2) -> list[str]:
    """The lines of a message in the stream's terminal (stderr's by default), broken at words; a command to paste stays
    whole, on a line of its own if there is no room for it behind the words. Further lines are indented by `hang` more
    columns."""
    room = terminal_columns(stream or sys.stderr)
    if not room or len(text) <= room:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()) + hang)
    command = _COMMAND.search(text)
    if command is None:
        return at_words(text, room, indent)
    words, pasted = text[: command.end()].rstrip(), text[command.end() :].lstrip()
    if words.strip() in ("", "$"):
        return without_comment(text, room)
    lines = at_words(words, room, indent)
    if len(lines[-1]) + 1 + len(pasted) <= room:
        return [*lines[:-1], f"{lines[-1]} {pasted}"]
    return [*lines, f"{indent}{pasted}"]


def at_words(text: str, width: int, indent: str = "") -> list[str]:
    """The text in lines of that width, `indent` before those after the first. No word is broken: a URL stays whole."""
    import textwrap

    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def without_comment(text: str, room: int) -> list[str]:
    """The lines of a command to paste: a comment that does not fit comes before it."""
    command, mark, comment = text.partition("   # ")
    indent = " " * (len(text) - len(text.lstrip()))
    return [f"{indent}# {comment}", command] if mark and len(text) > room else [text]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of aligned columns with a header row; plain text, so that `awk` can parse it too.

    On a terminal that is too narrow, a column whose cells are all equal is printed once, above; if that is not enough,
    each row becomes a block of lines.
    """
    cells = [list(heads), *([bounds.short(visible(without_secrets(cell))) for cell in row] for row in rows)]
    room = terminal_columns(sys.stdout)
    if room and _width(cells) > room:
        columns = range(len(heads))
        same = [at for at in columns if heads[at] and at and len({row[at] for row in cells[1:]}) == 1 < len(cells[1:])]
        if said := [f"{heads[at]} {cells[1][at]}" for at in same if cells[1][at] not in ("", "-")]:
            yield from said
            yield ""
        cells = [[row[at] for at in columns if at not in same] for row in cells]
        if _width(cells) > room:
            yield from _blocks(cells)
            return
    widths = _widths(cells)
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _width(cells: Sequence[Sequence[str]]) -> int:
    return sum(_widths(cells)) + 2 * (len(cells[0]) - 1)


def _blocks(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as a block: its mark and name, then a line for every other cell, with its head if there are several."""
    heads, *rows = cells
    named = next((at for at, head in enumerate(heads) if head), 0)
    width = max(map(len, heads[named + 1 :]), default=0)
    for row in rows:
        yield " ".join(filter(None, row[: named + 1]))
        for head, cell in zip(heads[named + 1 :], row[named + 1 :], strict=True):
            if len(heads) == named + 2:
                yield from wrapped(f"  {cell}".rstrip(), sys.stdout)
            elif cell not in ("", "-"):
                yield from wrapped(f"  {head.ljust(width)}  {cell}".rstrip(), sys.stdout, width + 2)


def pairs(values: Mapping[str, str]) -> Iterator[str]:
    """Aligned `name  value` lines."""
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        yield f"{name.ljust(width)}  {bounds.short(visible(without_secrets(value)))}"
