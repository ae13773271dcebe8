"""`--debug`: each request and each program that is started, its result and how long it took. On stderr, no secrets."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ccsetup.system import console

_active: list[bool] = []


def enable() -> None:
    _active.append(True)


def is_active() -> bool:
    return bool(_active)


@contextmanager
def timed(what: str) -> Iterator[Callable[[object], None]]:
    """Print a line when the block ends. Yields a function that takes the result; an exception's name is one, too."""
    if not _active:
        yield lambda _: None
        return
    results: list[str] = []
    began = time.monotonic()
    try:
        yield lambda result: results.append(str(result))
    except BaseException as error:
        results.append(getattr(error, "code", None) or type(error).__name__)
        raise
    finally:
        console.say(f"debug: {what} → {results[-1] if results else 'done'}, {(time.monotonic() - began) * 1000:.0f} ms")
