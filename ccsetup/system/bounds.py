"""Length limits for values in messages."""

import re

_RUN = 400  # characters without a space
_LINE = 2_000  # characters in a line
_TEXT = 65_536  # characters in a whole message
COMMAND = 4_096  # characters; users do not paste longer commands


def short(text: str) -> str:
    """Shorten text that is too long for a message: its beginning, its length, and its end."""
    if len(text) <= _RUN:
        return text
    clipped = re.sub(rf"\S{{{_RUN + 1},}}", lambda run: _ends(run[0], 120, 40), text)
    clipped = "\n".join(_ends(line, 1_200, 400) if len(line) > _LINE else line for line in clipped.split("\n"))
    return _ends(clipped, _TEXT // 2, 400) if len(clipped) > _TEXT else clipped


def command(text: str) -> str:
    """Keep a pasteable line whole, up to COMMAND characters."""
    return text if len(text) <= COMMAND else short(text)


def _ends(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}… ({len(text):,} characters) …{text[-tail:]}"
