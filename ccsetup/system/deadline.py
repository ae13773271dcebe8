"""Time limits that hold for anything that a call waits for: a name server, a handshake, a header that drips."""

import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class Late(Exception):
    """The call had not ended in time."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What `call` returns or raises; Late after `seconds`. A call that never returns is left behind in its thread,
    which keeps no process alive (see `__main__.leave`)."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if errors:
        raise errors[0]
    if not results:
        raise Late
    return results[0]
