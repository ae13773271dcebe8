"""What one whole process took, for the figures of `make bench`."""

import os
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Figures(NamedTuple):
    """Seconds by the clock and of the processor; the peak is in KiB on Linux, in bytes on macOS."""

    wall: float
    processor: float
    peak: int


def run_once(command: Sequence[str], environment: Mapping[str, str]) -> Figures:
    """From fork to reaped, children included. The peak begins at its parent's, which therefore has to be small."""
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(command[0], list(command), dict(environment), file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command} failed")
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
