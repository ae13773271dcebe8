"""Fingerprints of the client's code: of each function that reads one of our variables, whatever minifying calls things.

Two releases whose functions differ in nothing but short names have the same fingerprints.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

_READ = re.compile(rb"(?<=[.])(?:ANTHROPIC|AWS|CLAUDE|CLOUD_ML|VERTEX)_[A-Z0-9_]+")
_SKIPPED = re.compile(rb'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`|[{}]', re.DOTALL)
_HEAD = re.compile(rb"(?:(?:async )?function\*?(?:\s[\w$]+)?\([^{}]*\)|(?:async )?(?:\([^(){}]*\)|[\w$]+)=>)$")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|(?<![\w$])(?:(?<=\.\.\.)|(?<!\.))[A-Za-z_$][\w$]*')
_FILE = re.compile(r"(?<=chunk-)[0-9a-z]{8}(?=\.js)")  # named by their content
_WORDS = {"await", "case", "catch", "do", "else", "for", "if", "in", "let", "new", "null", "of", "this", "throw", "try"}
_WORDS |= {"typeof", "undefined", "var", "void"}
_SHORT = 4  # characters: what a minifier makes of a name
_LONGEST = 6000  # bytes; a longer function is about more than the variable


class Function(msgspec.Struct, frozen=True):
    """One function of the client, and which of our variables it reads."""

    code: str
    variables: tuple[str, ...]


def functions(texts: Iterable[bytes], variables: Collection[str]) -> Mapping[str, Function]:
    """Every function that reads one of the variables, by its fingerprint."""
    codes: dict[str, str] = {}
    read: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for match in _READ.finditer(text):
            name = match[0].decode()
            if name in variables and (function := _function(text, match.start(), match.end())):
                code = renamed(function.decode("latin-1"))
                fingerprint = hashlib.sha256(code.encode()).hexdigest()[:10]
                codes[fingerprint] = code
                read[fingerprint].add(name)
    return {name: Function(code, tuple(sorted(read[name]))) for name, code in sorted(codes.items())}


def renamed(code: str) -> str:
    """The code with its short names numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    code = _FILE.sub("", code)

    def number(token: re.Match[str]) -> str:
        word = token[0]
        if word[0] in "\"'" or len(word) > _SHORT or word in _WORDS:
            return word
        return numbers.setdefault(word, f"_{len(numbers)}")

    return _TOKEN.sub(number, code)


def _function(text: bytes, start: int, end: int) -> bytes:
    """The innermost function around these bytes; nothing if it is not found or very long."""
    first = max(start - _LONGEST, 0)
    opened: list[int] = []
    for match in _SKIPPED.finditer(text, max(text.rfind(b"function", first, start), first), end + _LONGEST):
        if match[0] == b"{":
            opened.append(match.start())
        elif match[0] == b"}" and opened:
            begin = opened.pop()
            if begin < start and match.end() > end:
                head = _HEAD.search(text, max(begin - 300, 0), begin)
                if head:
                    return text[head.start() : match.end()]
    return b""
