"""What has to be undone before this process ends, by itself or by a signal: programs that still run, private folders.

A signal becomes an exception in the main thread, so that what is open there is closed; `undo_all` does the rest, of
other threads too. SIGKILL leaves folders behind, which the next `private_temporary_folder` of that kind removes.
"""

import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Generic, TypeVar

_NOT_CAUGHT = (
    # They end no process; or they are an error of this process itself, which would come again and again.
    "SIGKILL", "SIGSTOP", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH",
    "SIGINFO", "SIGPIPE", "SIGXFSZ", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL",
)  # fmt: skip
_LOCK_SECONDS = 2
_DEAF_SECONDS = 3  # after a signal, while what is open is closed
Made = TypeVar("Made")

_lock = threading.Lock()  # held while something is made that has to be undone
_held: "dict[int, Undoable[Any]]" = {}
_ended = threading.Event()  # nothing may be made any more
_making = False  # by the main thread, which a signal must not leave in between
_waiting: list[int] = []  # signals that came meanwhile
_raised_at = float("-inf")
_deliver: Callable[[BaseException], bool] | None = None  # of the event loop that runs in the main thread


def catch_signals() -> None:
    """Have every signal that would end this process raise in the main thread: KeyboardInterrupt for SIGINT, SystemExit
    with 128 and its number for any other. One that was ignored at the start, as by nohup, stays so."""
    skipped = {getattr(signal, name, None) for name in _NOT_CAUGHT}
    for number in signal.valid_signals() - skipped:
        with suppress(OSError, ValueError):  # the C library keeps some for itself
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, _caught)


def _caught(number: int, _: FrameType | None) -> None:
    if _making:
        _waiting.append(number)
    else:
        _raise(number)


def _raise(number: int) -> None:
    global _raised_at  # noqa: PLW0603 - one process has one main thread
    if time.monotonic() < _raised_at + _DEAF_SECONDS:
        return
    _raised_at = time.monotonic()
    error = KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
    if _deliver is None or not _deliver(error):
        raise error


@contextmanager
def signals_delivered_to(deliver: Callable[[BaseException], bool]) -> Iterator[None]:
    """Meanwhile, hand a signal's exception to `deliver` instead of raising it, unless that returns False.

    An exception out of nowhere would leave an event loop without what puts the terminal back.
    """
    global _deliver  # noqa: PLW0603
    _deliver = deliver
    try:
        yield
    finally:
        _deliver = None


class Undoable(Generic[Made]):
    """Something that is undone when this process ends, unless `undo` or `forget` comes first."""

    def __init__(self, thing: Made, undo: Callable[[Made], None]) -> None:
        self.thing = thing
        self._undo = undo
        _held[id(self)] = self

    def undo(self) -> None:
        if _held.pop(id(self), None) is not None:
            self._undo(self.thing)

    def forget(self) -> None:
        _held.pop(id(self), None)


def hold(make: Callable[[], Made], undo: Callable[[Made], None]) -> Undoable[Made]:
    """What `make` makes, to be undone when this process ends. No signal comes in between."""
    global _making  # noqa: PLW0603
    is_main = threading.current_thread() is threading.main_thread()
    with _lock:
        if _ended.is_set():
            raise SystemExit(1)
        _making = is_main
        try:
            held = Undoable(make(), undo)
        finally:
            _making = False
    if is_main and _waiting:
        try:
            _raise(_waiting.pop(0))
        except BaseException:
            held.undo()
            raise
    return held


def undo_all() -> None:
    """Undo what is left, whichever thread made it; nothing can be made after."""
    _ended.set()
    if _lock.acquire(timeout=_LOCK_SECONDS):
        _lock.release()
    for held in list(_held.values()):
        with suppress(OSError):
            held.undo()


@contextmanager
def private_temporary_folder(kind: str) -> Iterator[Path]:
    """A new folder `ccsetup-KIND-…` of this user alone, removed at the end. Those that a killed process left are
    removed first."""
    prefix = f"ccsetup-{kind}-"
    _sweep(prefix)
    held = hold(lambda: _locked_folder(prefix), _remove)
    try:
        yield held.thing[0]
    finally:
        held.undo()


def _locked_folder(prefix: str) -> tuple[Path, int]:
    """A folder, and the open handle that keeps others from sweeping it away (-1 where there is no such lock)."""
    import tempfile  # slow to import, as is shutil

    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        if os.name != "posix":
            return folder, -1
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:  # swept in between
            continue
        if _lock_folder(handle) and folder.exists():
            return folder, handle
        os.close(handle)


def _remove(held: tuple[Path, int]) -> None:
    import shutil

    folder, handle = held
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():  # something in it was written meanwhile
        shutil.rmtree(folder, ignore_errors=True)
    if handle >= 0:
        os.close(handle)


def _sweep(prefix: str) -> None:
    """Remove this user's folders of that name which no process holds."""
    if os.name != "posix":
        return
    import shutil
    import tempfile

    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                status = os.fstat(handle)
                if status.st_uid == os.getuid() and stat.S_ISDIR(status.st_mode) and _lock_folder(handle):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _lock_folder(handle: int) -> bool:
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
