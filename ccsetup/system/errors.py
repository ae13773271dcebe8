"""The error type for users, and the exit codes."""

PROBLEM = 1
USAGE = 2
UNAVAILABLE = 3


class CommandLine(str):
    """A command to paste: a terminal shows it in one piece, however narrow it is."""

    __slots__ = ()


class UserError(Exception):
    """An error for the user: what failed, why, and what to do next, as one line or several; `exit_code` is the exit
    code of the process.

    Raised anywhere, caught once in `cli`. The console escapes unsafe characters; the text must not contain a secret.
    """

    def __init__(self, message: str, hint: str | tuple[str, ...] = "", exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hint if isinstance(hint, tuple) else (hint,) if hint else ()
        self.exit_code = exit_code
