"""A run of the program whose memory is measured, and limited where hostile input would take the machine's."""

import os
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

from tests.support.program import EXECUTABLE, Done

MOST = 300 << 10  # KiB that any command may take
_ADDRESSES = 2 << 30  # bytes


def measured(home: Path, environment: Mapping[str, str], *words: str) -> tuple[Done, int]:
    """How it ended, and how many KiB it took at most."""
    with TemporaryFile() as out, TemporaryFile() as err:
        process = subprocess.Popen(
            [EXECUTABLE, *words],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES)),  # noqa: PLW1509
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        done = Done(process.returncode, out.read().decode(errors="replace"), err.read().decode(errors="replace"))
    return done, used.ru_maxrss
