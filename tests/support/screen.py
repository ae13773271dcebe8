"""What a command shows in a terminal of a given width."""

import os
import pty
import subprocess

from tests.support.program import EXECUTABLE, Program


def shown(program: Program, columns: int, *words: str, **environment: str) -> str:
    """Everything that the command writes to the terminal, escape sequences included."""
    reader, writer = pty.openpty()
    given = {"COLUMNS": str(columns), "TERM": "xterm", **environment}
    with subprocess.Popen(
        [EXECUTABLE, *words], env={**program.environment, **given}, cwd=program.home, stdout=writer, stderr=writer,
        stdin=subprocess.DEVNULL,
    ):  # fmt: skip
        os.close(writer)
        text = b""
        try:
            while piece := os.read(reader, 65_536):
                text += piece
        except OSError:  # how Linux says that no process writes any more
            pass
    os.close(reader)
    return text.decode().replace("\r\n", "\n")
