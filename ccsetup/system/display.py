"""Safe display of text from other sources."""


def visible(text: str) -> str:
    """`text` on one line with control characters escaped, so that an imported profile cannot hide text."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def clip(text: str, most: int = 64) -> str:
    """The beginning of a value, at most `most` characters: messages repeat only a short part of a value."""
    return text if len(text) <= most else f"{text[:most]}…"
