"""Other programs: found on the user's PATH, and run within a time. Whatever one started ends with it where it did not
end by itself."""

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
    """How a program ended, and what it printed on stdout."""

    code: int
    out: bytes


class Flood(Exception):
    """It printed more than was to be read."""


def path(environment: Mapping[str, str]) -> str:
    """The PATH on which ccsetup finds programs: the user's own, as it was before the active profile changed it, without
    empty and relative parts, which would name programs of the current folder."""
    own = environment.get("PATH", os.defpath)
    for entry in environment.get("CCSETUP_BORROWED", "").split(":"):  # see `environ.given_back`
        if entry.removesuffix("-") == "PATH":
            own = os.defpath if entry.endswith("-") else environment.get("CCSETUP_SAVED_PATH", os.defpath)
    return _absolute(own) or _absolute(os.defpath)  # an empty PATH, too, names the current folder


def _absolute(searched_: str) -> str:
    return os.pathsep.join(part for part in searched_.split(os.pathsep) if os.path.isabs(part))  # noqa: PTH117


def find(program: str, environment: Mapping[str, str]) -> str | None:
    """Where `program` is on the user's PATH; a name with a folder in it is taken as it stands. None if not found."""
    return shutil.which(program, path=path(environment))


def searched(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a program that ccsetup starts itself: what that one starts is found on the user's PATH, too."""
    return {**environment, "PATH": path(environment)}


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
