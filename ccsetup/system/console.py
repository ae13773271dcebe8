"""What leaves for a person: answers on stdout, talk on stderr. The only redaction and the only colour."""

import datetime
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

import msgspec

from ccsetup.system import bounds
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.system.progress import busy, progress, running, steps
from ccsetup.system.redact import document_without_secrets, without_secrets

__all__ = ["busy", "progress", "running", "steps"]  # callers find all of stderr here

_USERINFO = re.compile(r"(?<=://)[^/\s]+(?=@)")  # to the last @: a password may hold one
_ESCAPED = re.compile(r"[^\x00-\x7f]")
_PLAIN = {
    "✗": "x", "✓": "+", "↳": ">", "←": "<-", "→": "->", "…": "...", "—": "-", "·": "|",
    "❌": "x", "⚠️": "!", "ℹ️": "i", "✅": "+", "❔": "?",
}  # fmt: skip
_KEYS = re.compile(r"\b(?:sk-ant-|bedrock-api-key-|ABSK)[A-Za-z0-9+/=_-]{12,}")


def redact(text: str, home: str) -> str:
    """`text` without the secrets of this run, passwords in URLs, keys of known shapes, and the home folder's path."""
    text = _USERINFO.sub("…", without_secrets(text))
    text = _KEYS.sub(lambda key: f"…{key[0][-4:]}", text)
    if len(home) < 2:
        return text
    # A quoted path stays one that can be pasted: '/home/me/a b' is ~/'a b'.
    text = text.replace(f"'{home}/", "~/'")
    return re.sub(rf"(?<![\w.]){re.escape(home)}(?=[/\\]|$|\W)", "~", text)


def redacted(values: Mapping[str, str]) -> dict[str, str]:
    """The values without passwords and keys; paths stay whole, for a program to use."""
    return {name: redact(value, "") for name, value in values.items()}


def answer(text: str) -> None:
    """Print the result of a command."""
    answer_with_secrets(without_secrets(text))


def answer_with_secrets(text: str) -> None:
    """Print the result of a command that was asked for a secret, as it is."""
    try:
        if _speaks(text, "surrogateescape"):
            sys.stdout.write(text)
        else:  # a program reads it, or a person whose terminal shows what it can
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
        sys.stdout.flush()
    except OSError as why:
        refusal = unwritable(why)
        if isinstance(why, BrokenPipeError):  # the reader went away, and has what it wanted
            raise
        raise refusal from why


def unwritable(why: OSError) -> UserError:
    """The refusal for a standard output that takes no more. What is still buffered would be tried, and complained
    about, once more at exit."""
    _discard(sys.stdout)
    return UserError(f"cannot write to standard output: {why.strerror}")


def _discard(stream: TextIO) -> None:
    """Let all that is and will be written to the stream go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def answer_json(document: object) -> None:
    shown = document_without_secrets(msgspec.to_builtins(document))
    text = msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"
    answer_with_secrets(text if _speaks(text) else _ESCAPED.sub(lambda letter: _json_escape(letter[0]), text))


def written(text: str) -> None:
    """Print an answer for people: where standard output cannot carry a sign, its nearest in ASCII, else a `?`."""
    if not _speaks(text):
        for sign, plain in _PLAIN.items():
            text = text.replace(sign, plain)
        encoding = sys.stdout.encoding or "utf-8"
        text = text.encode(encoding, "replace").decode(encoding)
    answer(text)


def _speaks(text: str, errors: str = "strict") -> bool:
    """Whether standard output's encoding carries the whole text."""
    try:
        text.encode(sys.stdout.encoding or "utf-8", errors)
    except UnicodeEncodeError:
        return False
    return True


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def say(text: str) -> None:
    """Talk: never part of the answer, and never more than a short part of a value."""
    _say(bounds.short(without_secrets(text)))


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:  # nobody is left to tell; at exit Python would try once more, and end with 120
        _discard(sys.stderr)


def refuse(refusal: UserError, home: str) -> None:
    block(refusal.message, refusal.hint.splitlines(), home)


def block(head: str, lines: Iterable[str], home: str) -> None:
    """A message: its head after the program's name, then each line of what to do, indented."""
    say(redact(f"ccsetup: {head}", home))
    for line in lines:
        _say(bounds.command(redact(f"  {line}", home)))


@dataclass(frozen=True, slots=True)
class Line:
    """One line for a person; `paste` keeps it on one line however narrow the terminal is. What is wrapped goes on
    `hang` columns further in."""

    indent: int
    text: str
    style: str = ""
    paste: bool = False
    hang: int = 0


def lines(found: Iterable[Line], home: str) -> None:
    """Print an answer in lines: coloured and wrapped in a terminal, plain and whole elsewhere."""
    terminal = sys.stdout.isatty()
    if not terminal:
        written("".join(f"{' ' * line.indent}{_bounded(line, home)}".rstrip() + "\n" for line in found))
        return
    import io

    from rich.console import Console
    from rich.text import Text

    into = io.StringIO()
    width = Console().width
    console = Console(file=into, force_terminal=True, width=width, no_color="NO_COLOR" in os.environ, highlight=False)
    for line in found:
        shown = Text(_bounded(line, home), style=line.style)
        if line.paste:
            console.print(Text(" " * line.indent) + shown, soft_wrap=True)
        else:
            indent, width_left = line.indent, max(20, width - line.indent - line.hang)
            for part in shown.wrap(console, width_left, overflow="fold") or [Text("")]:
                part.rstrip()
                console.print(Text(" " * indent) + part, soft_wrap=True)
                indent = line.indent + line.hang
    written(into.getvalue())


def _bounded(line: Line, home: str) -> str:
    """Its text as it leaves. Secrets go first: a cut or a wrapped one is not recognised."""
    text = redact(line.text, home)
    return bounds.command(text) if line.paste else bounds.short(text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Aligned columns, heads first; plain text, so that `awk` can read it too."""
    lines = [list(heads), *([bounds.short(without_secrets(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def pairs(values: Mapping[str, str]) -> str:
    """`name  value`, one a line, aligned."""
    width = max((len(name) for name in values), default=0)
    return "".join(
        f"{name.ljust(width)}  {bounds.short(visible(without_secrets(value)))}\n" for name, value in values.items()
    )


def age(span: datetime.timedelta) -> str:
    """How long ago, in its largest unit: "3 hours"."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
