"""A run of the program whose memory is measured, and limited where hostile input would take the machine's."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

from tests.support.program import EXECUTABLE, Done

MOST = 300 << 10  # KiB that any command may take
# A small process starts the program: a child's maximum begins with the size of the process it was forked from.
_LAUNCH = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
os.write(int(sys.argv[1]), f"{os.waitstatus_to_exitcode(status)} {used.ru_maxrss}".encode())
"""


def measured(home: Path, environment: Mapping[str, str], *words: str) -> tuple[Done, int]:
    """How it ended, and how many KiB it took at most."""
    with TemporaryFile() as out, TemporaryFile() as err:
        reading, writing = os.pipe()
        with os.fdopen(reading) as told:
            subprocess.run(
                [sys.executable, "-S", "-c", _LAUNCH, str(writing), EXECUTABLE, *words],
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=[writing],
                check=True,
            )
            os.close(writing)
            code, most = map(int, told.read().split())
        out.seek(0)
        err.seek(0)
        done = Done(code, out.read().decode(errors="replace"), err.read().decode(errors="replace"))
    return done, most
