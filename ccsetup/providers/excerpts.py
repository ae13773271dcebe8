"""Errors in text that a person pasted: an API's answer, a log line, a transcript row, what a terminal wrapped.

Nothing here knows a fault. An excerpt holds all in its text that looks like an HTTP status, like an error code that a
page of `checks/` names, or like a part that a provider tells apart; `explanation` compares that with the pages.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ccsetup.knowledge import pages
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.aws import denial
from ccsetup.providers.recognise import bare_code

LARGEST = 65_536  # characters that are read, from the end: a log's last error is the one that counts
_WHOLE = 6_000  # characters of one error, however its lines are broken
_MOST = 100  # excerpts
_LINES = 40
_DOCUMENTS = 50  # attempts to read a JSON document
_DEEPEST = 6
_SHORTEST = 3  # characters of a text in JSON
_ENDS = 12  # ends of a line that could be the provider's own message

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_OPERATION = re.compile(r"\bwhen calling the (\w+) operation\b")  # botocore's words
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")
_BOX = re.compile(r"^\s*[│┃|>] |\s*[│┃|]$")  # what a terminal or a quotation drew around a line
_FRAME = re.compile(r"^[\s│┃|>⎿●✗✘❌╭╰─•*]+|[\s│┃|]+$")
_STATUS = re.compile(
    r"(?<![\w.,/:-])(?<!\d: )(?<!\bline )(?:HTTP/[\d.]+ )?(4(?:0[0-9]|1[0-9]|2[0-9]|3[01]|51|99)|5(?:0[0-9]|11|2[0-9]))"
    r"(?![\w.,/%]*[\d%])(?!\s?(?:ms|s|sec|seconds|tokens?|[KMG]i?B|bytes|lines|times|characters)\b)(?![\w-])"
)
_STATUS_NAME = re.compile(r"(?:status|code)\w*[\"']?\s*[:=]\s*[\"']?(4\d\d|5\d\d)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w.#-]*")
_LIKE_A_CODE = re.compile(r"[a-z][A-Z]|_|[A-Z]{5,}|(?:Exception|Error)$")
_NAMED = re.compile(r"(?:^|[\s(\"'\[#.])([A-Za-z][\w-]*)(?=[\"')\]]|:(?:\s|$))")
_REASONS = {"Unauthorized", "Forbidden"}  # what HTTP itself calls a status; an error's code if it is quoted
_PART = re.compile(r"[\"']?\b(\w+)\\?[\"']?\s*[:=]\s*\\?[\"']?([^\s\"'{},;\\]+)")
_METADATA = re.compile(r"key:\s*\"(\w+)\"\s*value:\s*\"([^\"]*)\"")
_NEXT = re.compile(r"(?:: |· | - |\] |> |\) |\| )+|(?<![^\s(])[45]\d\d (?=\S)")
_QUOTED = re.compile(r"""\\+(["'])""")  # in a string that was quoted, once or several times
_PAGE = re.compile(r"<(?:!doctype )?html\b[^\0]{0,6000}?</html>", re.IGNORECASE)  # of a proxy, over several lines
_TELLING = re.compile(
    r"error|fail|den(?:y|ied)|invalid|not |n['’]t |expired|unable|could|exceed|limit|quota|refus|unauthori|forbidden"
    r"|missing|block|overload|reject|disabl|exhaust|requir|unavailable|legacy|ended|unknown|ignores|retention|login|balance"
    r"|[45]\d\d|exception|certificate|prohibited|suspended|malformed|corrupt|sets|secret|profile|http",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One error as far as its text shows it. `messages` are the text itself and what could be the provider's own
    message in it; `codes` are bare (see `recognise.bare_code`)."""

    messages: tuple[str, ...]
    statuses: frozenset[int]
    codes: frozenset[str]
    parts: Mapping[str, str]


def find_excerpts(text: str) -> tuple[Excerpt, ...]:
    """Return what could be an error in `text`: its JSON documents, the texts in them, its lines, and all of it."""
    found: dict[tuple[object, ...], Excerpt] = {}
    for excerpt in _excerpts(plain(text), 0):
        key = (excerpt.messages, excerpt.statuses, excerpt.codes, tuple(sorted(excerpt.parts.items())))
        found.setdefault(key, excerpt)
        if len(found) == _MOST:
            break
    return tuple(found.values())


def plain(text: str) -> str:
    """Return the end of `text` without escape sequences, invisible characters and the frame that a terminal drew."""
    text = _ANSI.sub("", text[-4 * LARGEST :]).replace("\r\n", "\n").replace("\u00a0", " ")
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))  # a progress display
    return _INVISIBLE.sub("", text)[-LARGEST:]


def joined(text: str) -> tuple[str, ...]:
    """Return `text` on one line, in each way in which its lines may have been broken: between words, inside them, and
    at a terminal's edge."""
    lines = [line for line in text[-_WHOLE:].split("\n") if line.strip()]
    stripped = [_FRAME.sub("", line) for line in lines]
    return tuple(dict.fromkeys((" ".join(" ".join(stripped).split()), _unwrapped(lines), "".join(stripped))))


def _unwrapped(lines: Sequence[str]) -> str:
    """Join lines that end at a terminal's edge as they were; others at a blank."""
    inner = [_BOX.sub("", line) for line in lines]
    indent = min((len(line) - len(line.lstrip()) for line in inner[1:]), default=0)
    inner = [_FRAME.sub("", lines[0]) if number == 0 else line[indent:] for number, line in enumerate(inner)]
    width = max(map(len, inner), default=0)
    return "".join(line if len(line) == width or line.endswith(" ") else f"{line} " for line in inner).strip()


def _excerpts(text: str, depth: int) -> Iterator[Excerpt]:
    text = _PAGE.sub(lambda page: " ".join(page[0].split()), text)
    ways = joined(text)
    unquoted = tuple(_QUOTED.sub(r"\1", way).replace("\\n", " ") for way in ways)
    for way in dict.fromkeys((*ways, *unquoted)):
        yield from _documents(way, depth)
    for line in telling_lines(text):
        yield _read(line)
    for way in dict.fromkeys((*ways, *unquoted)):
        yield _read(way)


def telling_lines(text: str) -> tuple[str, ...]:
    """Return the lines that may tell an error, the last one first."""
    lines = (_unframed(line[-_WHOLE:]) for line in text.split("\n"))
    return tuple(reversed([line for line in lines if line and _TELLING.search(line)][-_LINES:]))


def _unframed(line: str) -> str:
    return " ".join(_FRAME.sub("", line).split())


def _documents(text: str, depth: int) -> Iterator[Excerpt]:
    """Yield the excerpts of the JSON documents in a line, with the status in front of each."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(_DOCUMENTS):
        at = text.find("{", at)
        if at < 0:
            return
        try:
            document, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        before = _statuses(text[max(0, at - 80) : at])
        yield from _values(document, before, depth)
        at = end


def _values(document: object, before: frozenset[int], depth: int) -> Iterator[Excerpt]:
    """Yield an excerpt of an error document, and those of the texts in any document."""
    if depth > _DEEPEST:
        return
    if isinstance(document, dict):
        text = json.dumps(document, ensure_ascii=False)
        message = protocol.find_message(document)
        own = frozenset(int(status) for status in _STATUS_NAME.findall(text)) or before
        if message and len(text) < _WHOLE:
            yield _read(message, text, own)
        for value in document.values():
            yield from _values(value, own, depth + 1)
    elif isinstance(document, list):
        for value in document[:_MOST]:
            yield from _values(value, before, depth + 1)
    elif isinstance(document, str) and len(document) > _SHORTEST and _TELLING.search(document):
        yield from _excerpts(document, depth + 1)


def _read(message: str, document: str = "", statuses: frozenset[int] = frozenset()) -> Excerpt:
    """Return the excerpt of a message; `document` is the JSON around it."""
    text = document or message
    ends = [message, *(message[match.end() :] for match in list(_NEXT.finditer(message))[:_ENDS])]
    codes = frozenset(_codes(text))
    return Excerpt(tuple(dict.fromkeys(ends)), statuses or _statuses(message), codes, _parts(text, message))


def _statuses(text: str) -> frozenset[int]:
    return frozenset(int(status) for status in (*_STATUS.findall(text), *_STATUS_NAME.findall(text)))


def _codes(text: str) -> Iterator[str]:
    """Yield the words of `text` that a page knows as an error code: those that look like one, or stand like one."""
    named = {match[1] for match in _NAMED.finditer(text) if match[1] not in _REASONS or f'"{match[1]}"' in text}
    for word in {*_WORD.findall(text), *named}:
        for piece in {word, word.rpartition(".")[2]}:
            if (piece in named or _LIKE_A_CODE.search(piece)) and bare_code(piece) in known_codes():
                yield bare_code(piece)


def _parts(text: str, message: str) -> dict[str, str]:
    names = known_parts()
    found = {name.lower(): value for name, value in (*_PART.findall(text), *_METADATA.findall(text))}
    if asked := _OPERATION.search(text):
        found["operation"] = asked[1]
    return {**{name: value for name, value in found.items() if name in names}, **denial.parse_denial(message)}


@cache
def known_codes() -> frozenset[str]:
    """The error codes that pages name, bare."""
    matches = (match for slug in pages.slugs() for match in pages.load_page(slug).head.match)
    return frozenset(bare_code(match.code) for match in matches if match.code and not match.code.isdigit())


@cache
def known_parts() -> frozenset[str]:
    """The names of the parts that pages compare, or show."""
    matches = [match for slug in pages.slugs() for match in pages.load_page(slug).head.match]
    shown = {name for slug in pages.slugs() for *_, parts in pages.specimens(slug) for name in parts}
    return frozenset({*shown, *(name for match in matches for name in match.when)})
