"""How much of a value a message repeats."""

import re

_RUN = 400  # characters without a space
_LINE = 2_000  # characters of a line
_TEXT = 65_536  # characters of all that one message says
COMMAND = 4_096  # characters; a longer command is not one that a person pastes


def short(text: str) -> str:
    """`text` itself, or where it is longer than a message should be its beginning, its length, and its end."""
    if len(text) <= _RUN:
        return text
    clipped = re.sub(rf"\S{{{_RUN + 1},}}", lambda run: _ends(run[0], 120, 40), text)
    clipped = "\n".join(_ends(line, 1_200, 400) if len(line) > _LINE else line for line in clipped.split("\n"))
    return _ends(clipped, _TEXT // 2, 400) if len(clipped) > _TEXT else clipped


def command(text: str) -> str:
    """A line that can be pasted stays whole, up to COMMAND characters."""
    return text if len(text) <= COMMAND else short(text)


def _ends(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}… ({len(text):,} characters) …{text[-tail:]}"
