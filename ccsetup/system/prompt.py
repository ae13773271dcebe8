"""Input from standard input: secrets, and yes or no."""

import getpass
import sys

from ccsetup.system import bounds, display
from ccsetup.system.errors import UserError
from ccsetup.system.redact import without_secrets
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

_LIMIT = 16_384  # characters; the client accepts no longer key


def read_secret(what: str, system: System, *, lines: bool = False) -> Secret:
    """Read one line of printable ASCII from standard input; a terminal prompts for it without echo.

    With `lines`, several lines with spaces are accepted: header lines.
    """
    if system.interactive:
        text = getpass.getpass(f"{display.line(what)}: ")
    else:
        # Read as bytes, so that the check below refuses undecodable input in any locale.
        text = sys.stdin.buffer.read(_LIMIT + 3).decode(errors="replace") if sys.stdin else ""
    text = text.removesuffix("\n").removesuffix("\r").strip(" \t")
    if not text:
        raise UserError("no secret on standard input", "pipe it in, for example: … --key-stdin < key.txt")
    if lines and len(text) <= _LIMIT and text.isascii() and all(line.isprintable() for line in text.splitlines()):
        return Secret(text)
    if len(text) > _LIMIT or not text.isascii() or not text.isprintable() or " " in text:
        # Never quote the input.
        raise UserError("standard input does not hold a single key", "it must be one line of printable ASCII")
    return Secret(text)


def confirm(question: str, system: System, *, yes: bool) -> bool:
    """Whether the user confirms. Without a terminal only `--yes` confirms; otherwise raises UserError."""
    if yes:
        return True
    if not system.interactive:
        raise UserError("not a terminal, so nothing was changed", "pass --yes to confirm")
    sys.stderr.write(f"{bounds.short(display.line(without_secrets(question)))} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
