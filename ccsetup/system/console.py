"""Everything printed for users: results on stdout, messages on stderr. The only place that redacts and colours."""

import datetime
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from ccsetup.system import bounds
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.system.progress import busy, progress, running, steps
from ccsetup.system.redact import document_without_secrets, without_secrets

__all__ = ["busy", "progress", "running", "steps"]  # callers import everything that writes to stderr from here

_USERINFO = re.compile(r"(?<=://)[^/\s]+(?=@)")  # to the last @: a password may contain one
_ESCAPED = re.compile(r"[^\x00-\x7f]")
_PLAIN = {
    "✗": "x", "✓": "+", "↳": ">", "←": "<-", "→": "->", "…": "...", "—": "-", "·": "|",
    "❌": "x", "⚠️": "!", "ℹ️": "i", "✅": "+", "❔": "?",
}  # fmt: skip
_KEYS = re.compile(r"\b(?:sk-ant-|bedrock-api-key-|ABSK)[A-Za-z0-9+/=_-]{12,}")


def redact(text: str, home: str) -> str:
    """Remove the secrets of this run, passwords in URLs, keys of known shapes, and the home folder's path from
    `text`."""
    text = _USERINFO.sub("…", without_secrets(text))
    text = _KEYS.sub(lambda key: f"…{key[0][-4:]}", text)
    if len(home) < 2:
        return text
    # Keep a quoted path pasteable: '/home/me/a b' becomes ~/'a b'.
    text = text.replace(f"'{home}/", "~/'")
    return re.sub(rf"(?<![\w.]){re.escape(home)}(?=[/\\]|$|\W)", "~", text)


def redact_values(values: Mapping[str, str]) -> dict[str, str]:
    """Redact passwords and keys in the values; paths stay whole, for other programs to use."""
    return {name: redact(value, "") for name, value in values.items()}


def answer(text: str) -> None:
    """Print the result of a command."""
    answer_with_secrets(without_secrets(text))


def answer_with_secrets(text: str) -> None:
    """Print a result that may contain the secret that the user requested, without redaction."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # Otherwise the buffered rest is written again at exit, with another error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader closed the pipe: it has what it needs
            raise
        raise UserError(f"cannot write to standard output: {error.strerror}") from error


def answer_json(document: object) -> None:
    shown = document_without_secrets(msgspec.to_builtins(document))
    text = msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"
    answer_with_secrets(text if _speaks(text) else _ESCAPED.sub(lambda letter: _json_escape(letter[0]), text))


def print_text(text: str) -> None:
    """Print a result for people. Characters that stdout cannot encode become their nearest ASCII equivalent, or `?`."""
    if not _speaks(text):
        for sign, plain in _PLAIN.items():
            text = text.replace(sign, plain)
        encoding = sys.stdout.encoding or "utf-8"
        text = text.encode(encoding, "replace").decode(encoding)
    answer(text)


def _speaks(text: str) -> bool:
    """Whether stdout's encoding can represent the whole text."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def say(text: str) -> None:
    """Print a message on stderr, shortening long values."""
    _say(bounds.short(without_secrets(text)))


def _say(text: str) -> None:
    with suppress(OSError):  # stderr is closed
        sys.stderr.write(f"{text}\n")


def refuse(refusal: UserError, home: str) -> None:
    print_block(refusal.message, refusal.hint.splitlines(), home)


def print_block(head: str, lines: Iterable[str], home: str) -> None:
    """Print a message: the head after the program's name, then each line of advice, indented."""
    say(redact(f"ccsetup: {head}", home))
    for line in lines:
        _say(bounds.command(redact(f"  {line}", home)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of output. `paste` keeps it unwrapped in any terminal width; wrapped lines are indented by `hang` more
    columns."""

    indent: int
    text: str
    style: str = ""
    paste: bool = False
    hang: int = 0


def print_lines(found: Iterable[Line], home: str) -> None:
    """Print lines: coloured and wrapped in a terminal, plain and unwrapped elsewhere."""
    terminal = sys.stdout.isatty()
    if not terminal:
        print_text("".join(f"{' ' * line.indent}{_bounded(line, home)}".rstrip() + "\n" for line in found))
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
    print_text(into.getvalue())


def _bounded(line: Line, home: str) -> str:
    """The line's text, redacted, then shortened: a secret that was cut or wrapped would not be recognised."""
    text = redact(line.text, home)
    return bounds.command(text) if line.paste else bounds.short(text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Aligned columns with a header row; plain text, so that `awk` can parse it too."""
    lines = [list(heads), *([bounds.short(without_secrets(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def pairs(values: Mapping[str, str]) -> str:
    """Aligned `name  value` lines."""
    width = max((len(name) for name in values), default=0)
    return "".join(
        f"{name.ljust(width)}  {bounds.short(visible(without_secrets(value)))}\n" for name, value in values.items()
    )


def age(span: datetime.timedelta) -> str:
    """How long ago, in the largest unit: "3 hours"."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
