"""What comes in by standard input: secrets, and a yes or no."""

import getpass
import sys

from ccsetup.system import bounds
from ccsetup.system.errors import UserError
from ccsetup.system.redact import without_secrets
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

_LIMIT = 16_384  # characters; the client takes no longer key


def secret(what: str, system: System, *, lines: bool = False) -> Secret:
    """One line of printable ASCII from standard input, asked for without echo in a terminal.

    With `lines` it may be several, with blanks in them: header lines.
    """
    if system.interactive:
        text = getpass.getpass(f"{what}: ")
    else:
        # Read as bytes, so that any locale takes what is no text to the refusal below.
        text = sys.stdin.buffer.read(_LIMIT + 3).decode(errors="replace") if sys.stdin else ""
    text = text.removesuffix("\n").removesuffix("\r").strip(" \t")
    if not text:
        raise UserError("no secret came in on standard input", "pipe it in, for example: … --key-stdin < key.txt")
    if lines and len(text) <= _LIMIT and text.isascii() and all(line.isprintable() for line in text.splitlines()):
        return Secret(text)
    if len(text) > _LIMIT or not text.isascii() or not text.isprintable() or " " in text:
        # Never quotes what came in.
        raise UserError("what came in on standard input is no single key", "it must be one line of printable ASCII")
    return Secret(text)


def agreed(question: str, system: System, *, yes: bool) -> bool:
    """Whether the person says yes; without a terminal only `--yes` does, and anything else is a UserError."""
    if yes:
        return True
    if not system.interactive:
        raise UserError(
            "there is no terminal to ask in, and nothing was changed", "say --yes to do it without being asked"
        )
    sys.stderr.write(f"{bounds.short(without_secrets(question))} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
