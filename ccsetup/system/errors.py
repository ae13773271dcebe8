"""The one way to say no."""

PROBLEM = 1
USAGE = 2
UNAVAILABLE = 3


class UserError(Exception):
    """What happened, to what, and what to do next; `code` is the process's exit code.

    Raised anywhere, caught once in `cli`. The words reach the reader as they are and hold no secret.
    """

    def __init__(self, what: str, todo: str = "", code: int = USAGE) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.code = code
