"""JSON that msgspec refuses and Claude Code accepts."""

import json
import re

_DEEPEST = 100  # levels kept of a file that is nested deeper than the parser supports
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)


def decode(text: str) -> object:
    """Decode what the client accepts: lone surrogates, numbers of any size, any depth.

    Returns None for what the client refuses too.
    """
    try:
        content = json.loads(_shallow(text), parse_int=float, parse_constant=_refuse)
        text_again = json.dumps(content, ensure_ascii=False, allow_nan=True)
    except (ValueError, RecursionError):
        return None
    # Lone surrogates reach the environment as U+FFFD.
    text_again = text_again.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    value: object = json.loads(text_again)
    return value


def _shallow(text: str) -> str:
    """Return `text` with everything nested deeper than `_DEEPEST` replaced by a string."""
    parts: list[str] = []
    depth, begin = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == _DEEPEST:
                parts += [text[begin : token.start()], '"…"']
        elif token[0] in ("]", "}"):
            if depth == _DEEPEST:
                begin = token.end()
            depth -= 1
    if depth:
        raise ValueError("it ends too early")
    return "".join((*parts, text[begin:]))


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
