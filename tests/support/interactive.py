"""A command in a terminal of its own, typed into."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_QUIET = 1.5  # seconds without output: it waits for input
_LONGEST = 60.0


class Terminal:
    """A process and the terminal that it reads and writes."""

    def __init__(self, process: "subprocess.Popen[bytes]", handle: int) -> None:
        self._process, self._handle = process, handle
        self.shown = b""

    def wait(self, done: Callable[[], bool] = lambda: True) -> None:
        """Read what it shows until `done`, and until it shows nothing more. AssertionError after a minute."""
        last, until = time.monotonic(), time.monotonic() + _LONGEST
        while not (done() and time.monotonic() - last > _QUIET):
            assert time.monotonic() < until, self.shown[-2_000:]
            if select.select([self._handle], [], [], 0.1)[0]:
                try:
                    piece = os.read(self._handle, 65_536)
                except OSError:  # how Linux says that no process writes any more
                    return
                self.shown += piece
                last = time.monotonic()

    def type(self, text: str, done: Callable[[], bool] = lambda: True) -> None:
        """Type a line, and wait as above."""
        os.write(self._handle, text.encode())
        self.wait()
        os.write(self._handle, b"\r")
        self.wait(done)

    def leave(self, text: str) -> int:
        """Type a line that ends the process; its exit code."""
        self.type(text, lambda: self._process.poll() is not None)
        return self._process.wait(_LONGEST)


@contextmanager
def terminal(words: Sequence[str], environment: Mapping[str, str], cwd: Path) -> Iterator[Terminal]:
    """Start a command in a terminal; it is killed if it still runs at the end."""
    handle, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    given = {**environment, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        words, env=given, cwd=cwd, stdin=its, stdout=its, stderr=its, start_new_session=True
    )  # fmt: skip
    os.close(its)
    try:
        yield Terminal(process, handle)
    finally:
        process.kill()
        process.wait()
        os.close(handle)
