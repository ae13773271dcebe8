"""YAML values for templates."""

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quote_scalar(text: str) -> str:
    """Return `text` as a double-quoted scalar on one line."""
    return '"' + "".join(map(_letter, text)) + '"'


def block(text: str, indent: int) -> str:
    """Return the text as a readable literal block if possible, else quoted.

    The text must end in one newline; `indent` is that of the lines.
    """
    plain = all(letter == "\n" or letter.isprintable() for letter in text) and text.endswith("\n") and text.strip()
    if not plain or text.endswith("\n\n") or text[0] in " \n":
        return quote_scalar(text)
    lines = text.removesuffix("\n").split("\n")
    return "|\n" + "\n".join(f"{' ' * indent}{line}" if line else "" for line in lines)


def _letter(letter: str) -> str:
    if letter in _SHORT:
        return _SHORT[letter]
    if letter.isprintable():
        return letter
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
