"""What leaves for a person: answers on stdout, messages on stderr. The only redaction, the only colour.

`answer`, `lines` and `say` take lines, each of which stays one visible line with any content. `answer_document` takes
a text whose format keeps values in their places, `answer_json` escapes. Only `answer_program` and `answer_with_secrets`
leave characters as they are, for a program to read.
"""

import datetime
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

import msgspec

from ccsetup.system import bounds, display
from ccsetup.system.errors import CommandLine, UserError
from ccsetup.system.pasting import in_callers_shell
from ccsetup.system.progress import amount, busy, progress, running, steps
from ccsetup.system.redact import document_without_secrets, without_secrets
from ccsetup.system.tables import at_words, pairs, table, terminal_columns, without_comment, wrapped

__all__ = ["amount", "busy", "pairs", "progress", "running", "steps", "table"]

_USERINFO = re.compile(r"(?<=://)[^/\s]+(?=@)")  # to the last @: a password may contain one
_ESCAPED = re.compile(r"[^\x00-\x7f]")
_PLAIN = {
    "↑ ↓": "Up Down", "»": ">", "✗": "x", "✓": "+", "↳": ">", "←": "<-", "→": "->", "…": "...", "—": "-", "·": "|",
    "❌": "x", "⚠️": "!", "ℹ️": "i", "✅": "+", "❔": "?",
}  # fmt: skip
_answered = False
_KEYS = re.compile(r"\b(?:sk-ant-|bedrock-api-key-|ABSK)[A-Za-z0-9+/=_-]{12,}")


def redact(text: str, home: str) -> str:
    """Remove the secrets of this run, passwords in URLs, keys of known shapes, and the home folder's path from
    `text`."""
    text = _USERINFO.sub("…", without_secrets(text))
    text = _KEYS.sub(lambda key: f"…{key[0][-4:]}", text)
    if len(home) < 2:
        return text
    # Keep a quoted path pasteable: '/home/me/a b' becomes ~/'a b'.
    text = text.replace(f"$'{home}/", "~/$'")
    text = text.replace(f"'{home}/", "~/'")
    return re.sub(rf"(?<![\w.]){re.escape(home)}(?=[/\\]|$|\W)", "~", text)


def redact_values(values: Mapping[str, str]) -> dict[str, str]:
    """Redact passwords and keys in the values; paths stay whole, for other programs to use."""
    return {name: redact(value, "") for name, value in values.items()}


def answer(*texts: str, home: str = "") -> None:
    """Print the result of a command, one line for each argument."""
    _written("".join(f"{display.line(redact(text, home))}\n" for text in texts))


def answer_document(text: str) -> None:
    """Print a text in a format (Markdown, XML, YAML, a script) whose renderer keeps each value in its place."""
    _written("\n".join(_document_line(one) for one in without_secrets(text).split("\n")))


def answer_json(document: object) -> str:
    """Print a document as JSON. Returns what was printed."""
    text = json_text(document_without_secrets(msgspec.to_builtins(document)), indent=2)
    text = (text if _speaks(text) else _ESCAPED.sub(lambda letter: display.utf16(letter[0]), text)) + "\n"
    answer_with_secrets(text)
    return text


def answer_error(error: UserError, check: str | None) -> None:
    """Print the error that ends a run with --json; `check` is its page, if it has one."""
    shown = {"message": redact(error.message, ""), "hints": [redact(hint, "") for hint in error.hints]}
    answer_json({"schema": 1, "error": {**shown, "check": check, "exit_code": error.exit_code}})


def json_text(document: object, indent: int | None = None) -> str:
    """A document of builtins as JSON in which every unsafe character is escaped; it reads back as the same values."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return "\n".join(display.escaped(one, display.utf16) for one in text.split("\n"))


def answer_program(text: str) -> None:
    """Print what a shell or ccsetup itself reads back: character for character."""
    answer_with_secrets(without_secrets(text))


def answer_with_secrets(text: str) -> None:
    """Print a result that may contain the secret that the user requested, without redaction."""
    global _answered  # noqa: PLW0603 - one process has one stdout
    _answered = True
    try:
        if _speaks(text, "surrogateescape"):
            sys.stdout.write(text)
        else:  # a program reads it, or a person whose terminal shows what it can
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
        sys.stdout.flush()
    except OSError as error:
        refusal = unwritable(error)
        if isinstance(error, BrokenPipeError):  # the reader closed the pipe: it has what it needs
            raise
        raise refusal from error


def has_answered() -> bool:
    """Whether something was written to stdout."""
    return _answered


def unwritable(error: OSError) -> UserError:
    """Return the refusal for a closed or full stdout, and discard its buffer, which is otherwise written again at
    exit, with another error."""
    _discard(sys.stdout)
    return UserError(f"cannot write to standard output: {error.strerror}")


def _discard(stream: TextIO) -> None:
    """Discard everything that is buffered or will be written."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _document_line(text: str) -> str:
    return "\t".join(map(display.visible, display.line_start(text).split("\t")))


def _written(text: str) -> None:
    answer_with_secrets(encodable(text))


def encodable(text: str) -> str:
    """The text with characters that stdout cannot encode as their nearest ASCII equivalent, or `?`."""
    if _speaks(text):
        return text
    text = _in_ascii(text)
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _in_ascii(text: str) -> str:
    """The text with this program's own signs replaced."""
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    return text


def answer_styled(text: str) -> None:
    """Print a text of this program's own, which may have escape sequences from `bold` and `dim`."""
    _written(f"{text}\n")


def colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal that wants colour."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def bold(text: str) -> str:
    """Text of this program's own in bold, on a terminal."""
    return f"\x1b[1m{text}\x1b[0m" if text and colours(sys.stdout) else text


def dim(text: str) -> str:
    """Text of this program's own in a faint colour, on a terminal."""
    return f"\x1b[2m{text}\x1b[0m" if text and colours(sys.stdout) else text


def is_terminal() -> bool:
    """Whether a person reads the answer."""
    return sys.stdout.isatty()


def draws(signs: str) -> bool:
    """Whether stdout is a terminal that can show these characters."""
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "linux") and _speaks(signs)


def _speaks(text: str, errors: str = "strict", stream: TextIO | None = None) -> bool:
    """Whether the stream's encoding, else stdout's, can represent the whole text."""
    try:
        text.encode((stream or sys.stdout).encoding or "utf-8", errors)
    except UnicodeEncodeError:
        return False
    return True


def say(*texts: str) -> None:
    """Print messages, one line for each argument: never part of the answer, and only a short part of a value."""
    for text in texts:
        _say("\n".join(wrapped(bounds.short(display.line(without_secrets(text))))))


def for_messages(text: str) -> str:
    """The text with this program's own signs replaced, if stderr cannot show them; the stream escapes what is left."""
    return text if _speaks(text, stream=sys.stderr) else _in_ascii(text)


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"{for_messages(text)}\n")
        sys.stderr.flush()
    except OSError:  # stderr is closed; at exit Python would write again, and end with 120
        _discard(sys.stderr)


def workflow_commands(text: str) -> None:
    """Commands for the runner of a job, which takes them from stderr too; a terminal would only show them."""
    if text and not sys.stderr.isatty():
        _say(text.rstrip("\n"))


def refuse(refusal: UserError, home: str) -> None:
    print_block(refusal.message, refusal.hints, home)


def print_block(head: str, texts: Iterable[str], home: str) -> None:
    """Print a message: the head after the program's name, then each line of advice, indented. On a terminal the head
    is red and the advice is dim."""
    red, faint, end = ("\x1b[31m", "\x1b[2m", "\x1b[0m") if colours(sys.stderr) else ("", "", "")
    for line in wrapped(bounds.short(display.line(without_secrets(redact(f"ccsetup: {head}", home))))):
        _say(f"{red}{line}{end}")
    for text in texts:
        safe = bounds.command(display.line(redact(f"  {text}", home)))
        room = terminal_columns(sys.stderr)
        command = in_callers_shell(safe) if room and isinstance(text, CommandLine) else ""
        for line in without_comment(command, room) if command else wrapped(safe):
            _say(f"{faint}{line}{end}")


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
    if not sys.stdout.isatty():
        _written("".join(f"{' ' * line.indent}{_bounded(line, home)}".rstrip() + "\n" for line in found))
        return
    import io

    from rich.console import Console
    from rich.text import Text

    into = io.StringIO()
    width = Console().width
    console = Console(file=into, force_terminal=True, width=width, no_color="NO_COLOR" in os.environ, highlight=False)
    for line in found:
        text, style = _bounded(line, home), line.style if colours(sys.stdout) else ""
        shown = Text(text, style=style)
        if line.paste:
            for whole in without_comment(in_callers_shell(text), width - line.indent):
                console.print(Text(" " * line.indent) + Text(whole, style=style), soft_wrap=True)
        else:
            indent, width_left = line.indent, max(20, width - line.indent - line.hang)
            kept = [Text(part, style=style) for part in at_words(text, width_left)] if "://" in text else None
            for part in kept or shown.wrap(console, width_left, overflow="fold") or [Text("")]:
                part.rstrip()
                console.print(Text(" " * indent) + part, soft_wrap=True)
                indent = line.indent + line.hang
    _written(into.getvalue())  # the escape sequences in it are rich's


def _bounded(line: Line, home: str) -> str:
    """The line's text, redacted, then shortened: a secret that was cut or wrapped would not be recognised."""
    text = display.line(redact(line.text, home))
    return bounds.command(text) if line.paste else bounds.short(text)


def age(span: datetime.timedelta) -> str:
    """How long ago, in the largest unit: "3 hours"."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
