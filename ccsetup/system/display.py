"""How text that came from elsewhere is shown: the one place that knows which characters a person must not be sent raw.

What is unsafe: control characters, ESC and C1, bidi marks, separators of lines and paragraphs, whatever has no
glyph (zero-width, tags, variation selectors, fillers, lone surrogates), and the `##[` with which a CI runner's
command begins. Each format spells them its own way; `console` sees to it that none leaves otherwise.
"""

import re
import shlex
from collections.abc import Callable

# Unicode's Default_Ignorable_Code_Point, as far as Python calls it printable: shown as nothing, or as a blank.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_BLANKS = re.compile(f"[{_BLANK}]")
# Our own signs of a warning and of a note are drawn with a selector after them.
_SUSPECT = re.compile(r"#(?=#\w*\[)|(?<![⚠ℹ])\ufe0f|[^ -~\ufe0f]")
_COMMAND = re.compile(r"\A(\s*):(?=:)")


def escaped(text: str, spelled: Callable[[str], str]) -> str:
    """`text` with every unsafe character spelled as a format has it."""

    def letter(found: re.Match[str]) -> str:
        one = found[0]
        return one if one != "#" and one.isprintable() and not _BLANKS.match(one) else spelled(one)

    return _SUSPECT.sub(letter, text)


def visible(text: str) -> str:
    """`text` on one line with its unsafe characters escaped, so that an imported profile cannot hide text."""
    return escaped(text, _spelled)


def line(text: str) -> str:
    """Like `visible`, for a whole line of output."""
    return line_start(visible(text))


def line_start(text: str) -> str:
    """A line of output that begins no command of a CI runner, which skips blanks before the colons."""
    return _COMMAND.sub(r"\1\\x3a", text)


def is_safe(text: str) -> bool:
    return visible(text) == text


def pasted(value: str) -> str:
    """`value` as one word of a command for a person to paste; one with unsafe characters as bash's and zsh's $'…'.

    A shell that does not know that form sees one word, too.
    """
    if is_safe(value):
        return shlex.quote(value)
    return "$'" + escaped(value.replace("\\", r"\134").replace("'", r"\047"), _octal) + "'"


def clip(text: str, most: int = 64) -> str:
    """The beginning of a value, at most `most` characters: messages repeat only a short part of a value."""
    return text if len(text) <= most else f"{text[:most]}…"


def utf16(letter: str) -> str:
    """As JSON has it, in UTF-16's units."""
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def code_point(letter: str) -> str:
    """As TOML and Terraform have it."""
    number = ord("\ufffd") if 0xD800 <= ord(letter) <= 0xDFFF else ord(letter)  # half of a pair is not text
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _spelled(letter: str) -> str:
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is not text
        return f"\\x{number - 0xDC00:02x}"
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(letter)
    return short or (
        f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    )


def _octal(letter: str) -> str:
    try:
        raw = letter.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        raw = letter.encode(errors="surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in raw)
