"""Other programs, run within a time: whatever one started ends with it where it did not end by itself."""

import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MOST = 1 << 20  # bytes


class Ended(NamedTuple):
    """How a program ended, and what it printed on stdout."""

    code: int
    out: bytes


class Flood(Exception):
    """It printed more than was to be read."""


def ended(
    command: str | Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    seconds: float,
    cwd: Path | None = None,
    most: int = MOST,
) -> Ended:
    """Run `command`, a text by the shell, until its end. TimeoutExpired after `seconds`, Flood after `most` bytes, and
    OSError where it cannot be started."""
    until = time.monotonic() + seconds
    process = subprocess.Popen(
        command,
        shell=isinstance(command, str),
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        out = _read(process, most, seconds)
        return Ended(process.wait(max(0.0, until - time.monotonic())), out)
    except BaseException:  # Ctrl-C too
        end(process)
        raise


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program that has a session of its own, with all that it started there."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):  # it has ended already; macOS says the latter of what has
        pass
    process.wait()


def _read(process: "subprocess.Popen[bytes]", most: int, seconds: float) -> bytes:
    """All that it prints, or one of the errors of `ended`."""
    read: list[bytes] = []

    def fill() -> None:
        with process.stdout or io.BytesIO() as out:
            read.append(out.read(most + 1))

    reader = threading.Thread(target=fill, daemon=True)
    reader.start()
    reader.join(seconds)
    if not read:
        raise subprocess.TimeoutExpired(process.args, seconds)
    if len(read[0]) > most:
        raise Flood
    return read[0]
