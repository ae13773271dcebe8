"""The one error for users, and the exit codes."""

PROBLEM = 1
USAGE = 2
UNAVAILABLE = 3


class UserError(Exception):
    """What happened, to what, and what to do next; `exit_code` is the process's.

    Raised anywhere, caught once in `cli`. The words reach the reader as they are and hold no secret.
    """

    def __init__(self, message: str, hint: str = "", exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
