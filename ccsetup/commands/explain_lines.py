"""A page of `checks/` as lines for a terminal; elsewhere it is printed as the Markdown that it is."""

import re
from collections.abc import Iterator

from ccsetup.system.console import Line

_ITEM = re.compile(r"[-*] |\d+\. ")
_SPANS = re.compile(r"`([^`]+)`(?:, `[^`]+`)*")  # a paragraph of commands alone, as under "See also"


def markdown_lines(text: str) -> Iterator[Line]:
    """Yield the lines of the Markdown that pages use: headings, paragraphs, lists, quotations, blocks of commands."""
    paragraph: list[str] = []
    in_block = False
    for line in (*text.split("\n"), ""):
        if line.startswith("```"):
            yield from _paragraph(paragraph)
            in_block = not in_block
        elif in_block:
            yield Line(2, f"$ {line}" if line and not line.startswith("#") else line, "bold", paste=True)
        elif not line.strip() or line.startswith(("#", ">")) or _ITEM.match(line):
            yield from _paragraph(paragraph)
            if line.startswith("#"):
                yield Line(0, line.lstrip("# "), "bold underline" if line.startswith("# ") else "bold")
            elif line.startswith(">"):
                yield Line(2, line.lstrip("> "), "dim", hang=2)
            elif line.strip():
                paragraph.append(line)
            else:
                yield Line(0, "")
        else:
            paragraph.append(line)


def _paragraph(lines: list[str]) -> Iterator[Line]:
    """Yield the paragraph so far as one line, which the console wraps, or each of its commands; and empty it."""
    text = " ".join(line.strip() for line in lines)
    if _SPANS.fullmatch(text):
        yield from (Line(2, command, paste=True) for command in re.findall("`([^`]+)`", text))
    elif lines:
        item = _ITEM.match(lines[0])
        yield Line(2, _plain(text), hang=len(item[0]) if item else 0)
    lines.clear()


def _plain(text: str) -> str:
    """The text without the marks of Markdown; `code` keeps its quotes."""
    return re.sub(r"\*\*(.+?)\*\*", r"\1", text)
