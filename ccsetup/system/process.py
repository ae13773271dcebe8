"""Other programs: find them on the user's PATH and run them with a time limit. Child processes end with their
parent."""

import io
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MOST = 1 << 20  # bytes


class Ended(NamedTuple):
    """The exit code of a program, and its output on stdout."""

    code: int
    out: bytes


class Flood(Exception):
    """A program printed more than the limit."""


def user_path(environment: Mapping[str, str]) -> str:
    """The PATH on which ccsetup finds programs: the user's, as it was before the active profile changed it, without
    empty and relative entries, which would refer to the current folder."""
    own = environment.get("PATH", os.defpath)
    for entry in environment.get("CCSETUP_BORROWED", "").split(":"):  # see `environment.values_to_restore`
        if entry.removesuffix("-") == "PATH":
            own = os.defpath if entry.endswith("-") else environment.get("CCSETUP_SAVED_PATH", os.defpath)
    return _absolute(own) or _absolute(os.defpath)  # an empty PATH also refers to the current folder


def _absolute(searched_: str) -> str:
    return os.pathsep.join(part for part in searched_.split(os.pathsep) if os.path.isabs(part))  # noqa: PTH117


def find(program: str, environment: Mapping[str, str]) -> str | None:
    """The path of `program` on the user's PATH, or None if not found. A name that contains a folder is used
    unchanged."""
    return shutil.which(program, path=user_path(environment))


def with_user_path(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a program that ccsetup starts: its child processes are found on the user's PATH, too."""
    return {**environment, "PATH": user_path(environment)}


def run(
    command: str | Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    seconds: float,
    cwd: Path | None = None,
    most: int = MOST,
) -> Ended:
    """Run `command` (a string is run by the shell) to its end. Raises TimeoutExpired after `seconds`, Flood after
    `most` bytes, and OSError if it cannot be started."""
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
        kill(process)
        raise


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program that has its own session, with everything it started there."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):  # it has already ended; macOS then reports PermissionError
        pass
    process.wait()


def _read(process: "subprocess.Popen[bytes]", most: int, seconds: float) -> bytes:
    """All of the program's output, or one of the errors of `run`."""
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
