"""The environment variables that a client reads: its own registry with their types, and every name in its text."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from ccsetup.claude_code.facts import literals

OURS = ("ANTHROPIC_", "CLAUDE_", "CLOUD_ML_")  # how the names of Claude Code's own making begin
SURE = "ANTHROPIC_API_KEY"  # every version names it; a text without it is not the client's
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_REST = re.compile(rb"[A-Z0-9_]+")
_DECLARED = re.compile(rb"(?<![\w$])([A-Za-z_]\w*):\(\)=>([\w$]+)")
_LIMIT = re.compile(rb"\b(min|max):(-?\d+)")
_NEAR = 256 << 10  # bytes on either side; in one module of 28 MB the registry takes 60,000
REGISTERED = b"CLAUDE_CODE_USE_BEDROCK:()=>"  # in the registry: its name, and where its type stands


class Registered(msgspec.Struct, frozen=True):
    """How the client reads one variable: `kind` is its own word (str, bool, int, enum …)."""

    kind: str
    values: tuple[str, ...] = ()  # of an enum
    least: int | None = None
    most: int | None = None


def names(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Every whole name of Claude Code's own making in this text, and where it ends."""
    for prefix in map(str.encode, OURS):
        at = text.find(prefix)
        while at >= 0:
            found = _REST.match(text, at)
            if found and not (at and text[at - 1] in _WORD):
                yield found[0], found.end()
            at = text.find(prefix, found.end() if found else at + 1)


def registry(text: bytes) -> Mapping[str, Registered] | None:
    """The variables declared in this module (`NAME:()=>id` and `id=H.kind(…)`); None if not of that form."""
    at = text.find(REGISTERED)
    near = text[max(at - _NEAR, 0) : at + _NEAR]
    found = _DECLARED.match(text, at)
    owner = found and re.search(rb"(?<![\w$.])" + re.escape(found[2]) + rb"=([\w$]+)\.bool\(", near)
    if not owner:
        return None
    definition = re.compile(rb"(?<![\w$.])([\w$]+)=" + re.escape(owner[1]) + rb"\.(\w+)\(([^()]*)\)")
    kinds = {target: (kind, given) for target, kind, given in definition.findall(near)}
    declared = {name: kinds[target] for name, target in _DECLARED.findall(near) if target in kinds}
    return {name.decode(): _variable(near, *call) for name, call in sorted(declared.items())}


def _variable(text: bytes, kind: bytes, given: bytes) -> Registered:
    values: tuple[str, ...] = ()
    if kind == b"enum":
        listed = re.fullmatch(rb"\[([^\]]*)\]", given)
        values = (literals.list_of_words(text, listed[1]) if listed else literals.words(text, given)) or ()
    limits = {key: int(value) for key, value in _LIMIT.findall(given)} if given else {}
    return Registered(kind.decode(), values, limits.get(b"min"), limits.get(b"max"))
