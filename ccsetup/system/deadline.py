"""Time limits that hold for anything that a call waits for: a name server, a handshake, a header that drips."""

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

_T = TypeVar("_T")
_idle: "list[SimpleQueue[Callable[[], None]]]" = []  # of threads that have ended a call and wait for the next one
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a fork has none of its parent's threads


class Late(Exception):
    """The call had not ended in time."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What `call` returns or raises; Late after `seconds`. A call that never returns is left behind in its thread,
    which keeps no process alive (see `__main__.leave`)."""
    results: list[_T] = []
    errors: list[BaseException] = []
    ended = threading.Lock()
    ended.acquire()

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.release()

    _start(run)
    ended.acquire(timeout=max(0.0, seconds))
    if errors:
        raise errors[0]
    if not results:
        raise Late
    return results[0]


def _start(run: Callable[[], None]) -> None:
    """Run it in a thread that is idle, else in a new one: a report makes thousands of requests."""
    try:
        _idle.pop().put(run)
    except IndexError:
        threading.Thread(target=_work, args=(run,), daemon=True).start()


def _work(run: Callable[[], None]) -> None:
    calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
    while True:
        run()
        _idle.append(calls)
        run = calls.get()
