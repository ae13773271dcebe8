"""Undoing a change below later ones: `apply` and `statusline` change the same settings file, each with its receipts.

A later change is carried over: its receipt then tells what the file would have held without the undone one. What
neither wrote is someone else's edit, over which nothing is carried.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ccsetup.claude_code import json_edit, settings
from ccsetup.claude_code.receipts import Receipt, digest
from ccsetup.commands.apply.target import decode, encode

LINE = "statusLine"


@dataclass(frozen=True, slots=True)
class Undone:
    """The file's content without a change, and the receipts of the other command as they are then."""

    content: bytes | None
    receipts: tuple[Receipt, ...]
    later: int  # how many of them are of later changes


def undo_below(
    receipt: Receipt,
    others: tuple[Receipt, ...],
    current: bytes | None,
    carry: Callable[[bytes | None, bytes | None], bytes],
) -> Undone | None:
    """Undo the change of `receipt`; None if the file was changed since.

    `others` are the other command's changes to the file, and `carry(base, after)` makes one of them again: on `base`,
    where its result was `after`.
    """
    first = _first_later(receipt, others, current)
    if first is None:
        return None
    content, carried = receipt.before, []
    mode, folder = receipt.mode, receipt.folder  # what was there before is now before the next change
    results = [*(change.before for change in others[first + 1 :]), current]
    for number, (change, result) in enumerate(zip(others[first:], results, strict=False)):
        if number:
            mode, folder = change.mode, change.folder
        after = carry(content, result)
        carried.append(Receipt(change.profile, change.time, content, mode, digest(after), folder))
        content = after
    return Undone(content, (*others[:first], *carried), len(carried))


def with_status_line(content: bytes | None, of: bytes | None) -> bytes:
    """Return `content` with the status line of another content of the file, or without one if that has none."""
    line = settings.parse(of or b"").get(LINE)
    text = decode(content)
    text = json_edit.drop(text, (LINE,)) if line is None else json_edit.put(text, (LINE,), line)
    return encode(text, content)


def _first_later(receipt: Receipt, others: tuple[Receipt, ...], content: bytes | None) -> int | None:
    """Return the index of the first change after `receipt`; None if they do not lead from it to this content."""
    first = len(others)
    while not receipt.matches(content):
        if not first or not others[first - 1].matches(content):
            return None
        first -= 1
        content = others[first].before
    return first
