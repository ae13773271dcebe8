"""YAML values for templates."""

import re

from ccsetup.system import display


def quote_scalar(text: str) -> str:
    """Return `text` as a double-quoted scalar on one line. YAML's escapes are those of `visible`."""
    return '"' + display.visible(re.sub(r'["\\]', r"\\\g<0>", text)) + '"'


def block(text: str, indent: int) -> str:
    """Return the text as a readable literal block if possible, else quoted.

    The text must end in one newline; `indent` is that of the lines.
    """
    plain = all(display.line(line) == line for line in text.split("\n")) and text.endswith("\n") and text.strip()
    if not plain or text.endswith("\n\n") or text[0] in " \n":
        return quote_scalar(text)
    lines = text.removesuffix("\n").split("\n")
    return "|\n" + "\n".join(f"{' ' * indent}{line}" if line else "" for line in lines)
