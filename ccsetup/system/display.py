"""How text that came from elsewhere is shown."""


def visible(text: str) -> str:
    """`text` on one line, with its control characters spelled out: a profile from elsewhere hides no words."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def clipped(text: str, most: int = 64) -> str:
    """The beginning of a value: messages repeat at most a short part of one."""
    return text if len(text) <= most else f"{text[:most]}…"
