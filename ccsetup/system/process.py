"""Other programs: found on the user's PATH, and run within a time. Whatever one started ends with it where it did not
end by itself; a signal that ends ccsetup ends it too (see `cleanup`)."""

import io
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from ccsetup.system import cleanup, debug

if TYPE_CHECKING:  # slow to import, and finding a program needs none of it
    import subprocess

MOST = 1 << 20  # bytes
_PAUSE = 0.05  # seconds between looks at a program whose output does not end
_GRACE = 0.3  # seconds that its last output may take to arrive
_MEMBERS = 4096  # of a family; what makes more is not counted to its end


class Ended(NamedTuple):
    """The exit code of a program, and its output on stdout."""

    code: int
    out: bytes


class TimeoutExpired(Exception):
    """A program did not end in time."""


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
    if os.name == "nt" and not os.path.dirname(program):  # noqa: PTH120 - there `which` tries the current folder first
        folders = user_path(environment).split(os.pathsep)
        return next((found for folder in folders if (found := shutil.which(os.path.join(folder, program)))), None)  # noqa: PTH118
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
    stdin: bytes | None = b"",
    heard: Callable[[str], None] | None = None,
) -> Ended:
    """Run `command`, a text by the shell, until its end. TimeoutExpired after `seconds`, Flood after `most` bytes, and
    OSError where it cannot be started. `heard` gets the lines that it prints on stderr, as they come. With None as
    `stdin`, a program that reads its input waits.

    What it left running, and did not detach from its output, ends with it; it holds none of our streams.
    """
    import subprocess

    until = time.monotonic() + seconds
    # Arguments may hold a secret, and so may the text of a shell's command.
    what = "a shell command" if isinstance(command, str) else Path(command[0]).name
    with debug.timed(f"run {what}") as done, started(command, environment=environment, cwd=cwd, stdin=stdin) as process:
        out = _Reader(process.stdout, most, lambda: kill(process))
        err = _Reader(process.stderr, most, heard=heard)
        while out.is_alive() and process.poll() is None and time.monotonic() < until:
            out.join(min(_PAUSE, max(0.0, until - time.monotonic())))
        try:
            code = process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TimeoutExpired from None
        out.join(_GRACE)
        if out.is_alive():
            kill(process)
            out.join(_GRACE)
        err.join(_GRACE / 3)
        if len(out.content) > most:
            raise Flood
        done(f"exit code {code}")
        return Ended(code, bytes(out.content))


@contextmanager
def started(
    command: str | Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    cwd: Path | None = None,
    stdin: bytes | None = b"",
    out: IO[bytes] | None = None,
) -> "Iterator[subprocess.Popen[bytes]]":
    """A running program in its own session, ended with all that it started where the block is left by an error.
    `out` gets what it prints; without one it is to be read."""
    import subprocess

    held = cleanup.hold(
        lambda: subprocess.Popen(
            command,
            shell=isinstance(command, str),
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL if stdin == b"" else subprocess.PIPE,
            stdout=out or subprocess.PIPE,
            stderr=out or subprocess.PIPE,
            start_new_session=True,
        ),
        kill,
    )
    try:
        if stdin:
            threading.Thread(target=_feed, args=(held.thing.stdin, stdin), daemon=True).start()
        yield held.thing
    except BaseException:  # Ctrl-C too
        held.undo()
        raise
    if held.thing.poll() is None:
        held.undo()
    else:
        held.forget()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program that has its own session, and everything that it started."""
    family = list(_family(process.pid)) if process.returncode is None else []
    with suppress(ProcessLookupError, PermissionError):  # it has ended already; macOS raises the second error then
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    for member in family:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)
    process.wait()


def attached(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> int:
    """Run a program on this terminal, in the foreground, until it ends; its exit code, negative for a signal."""
    import subprocess

    env = None if environment is None else dict(environment)
    return subprocess.run([*command], env=env, cwd=cwd, check=False).returncode


def _family(pid: int) -> Iterator[int]:
    """The descendants of `pid`, including those in other sessions, as far as Linux shows them."""
    waiting = [pid]
    for _ in range(_MEMBERS):
        if not waiting:
            return
        member = waiting.pop()
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            with suppress(OSError, ValueError):
                found = [int(word) for word in task.read_text().split()]
                yield from found
                waiting += found


class _Reader(threading.Thread):
    """Reads a pipe to its end. What comes after `most` bytes is dropped, and `flooded` is called once."""

    def __init__(
        self,
        pipe: IO[bytes] | None,
        most: int,
        flooded: Callable[[], None] = lambda: None,
        heard: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.content = bytearray()
        self._pipe, self._most, self._flooded, self._heard = pipe or io.BytesIO(), most, flooded, heard
        self._line = b""
        self.start()

    def run(self) -> None:
        with suppress(OSError, ValueError), self._pipe as pipe:
            while piece := os.read(pipe.fileno(), 65_536):
                if len(self.content) > self._most:
                    continue
                self.content += piece
                self._tell(piece)
                if len(self.content) > self._most:
                    self._flooded()
        self._tell(b"\n" if self._line else b"")

    def _tell(self, piece: bytes) -> None:
        if self._heard is not None:
            *lines, self._line = (self._line + piece).split(b"\n")
            for line in lines:
                self._heard(line.decode(errors="replace"))


def _feed(pipe: IO[bytes] | None, content: bytes) -> None:
    with suppress(OSError, ValueError), pipe or io.BytesIO() as into:  # it may not want to read
        into.write(content)
