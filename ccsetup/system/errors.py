"""The error type for users, and the exit codes."""

PROBLEM = 1
USAGE = 2
UNAVAILABLE = 3


class UserError(Exception):
    """An error for the user: what failed, why, and what to do next; `exit_code` is the exit code of the process.

    Raised anywhere, caught once in `cli`. The message is printed unchanged, so it must not contain a secret.
    """

    def __init__(self, message: str, hint: str = "", exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
