"""The machine around ccsetup: a session with a real keyring, a user without root's powers, small programs, a watch."""

import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pytest

from tests.support.program import EXECUTABLE, Done, Program

# Root passes every permission; root without capabilities is held to them like any user.
WITHOUT_POWERS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


@dataclass(frozen=True)
class Wrapped(Program):
    """The program, started by another one."""

    prefix: tuple[str, ...] = WITHOUT_POWERS

    def run(
        self,
        *arguments: str,
        stdin: str | None = None,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Done:
        words = [*self.prefix, str(EXECUTABLE), *arguments]
        return started(words, {**self.environment, **(environment or {})}, cwd or self.home, stdin)


def started(
    words: list[str], environment: Mapping[str, str], cwd: Path, stdin: str | None = None, *, seconds: int = 60
) -> Done:
    """Any command line to its end."""
    done = subprocess.run(
        words,
        input=(stdin or "").encode(errors="surrogateescape"),
        capture_output=True,
        cwd=cwd,
        env=dict(environment),
        timeout=seconds,
        check=False,
    )
    return Done(
        done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")
    )


def shell(program: Program, script: str, **environment: str) -> Done:
    """A script of `sh` in the program's world."""
    return started(["sh", "-c", script], {**program.environment, **environment}, program.home)


def executable(path: Path, text: str) -> Path:
    """A script that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def in_keyring_session(program: Program, script: str, *, password: str = "opensesame") -> Done:
    """The script, beside a D-Bus and a gnome-keyring of its own that `password` has unlocked."""
    needed = [tool for tool in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(tool) is None]
    if needed:
        reason = f"needs {' and '.join(needed)} (Debian: dbus, gnome-keyring)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    runtime = program.home / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    log = runtime / "keyring.log"  # a slow start has the daemon find one that D-Bus started, and say so at any time
    unlock = f"gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>{shlex.quote(str(log))}"
    whole = f"printf %s {shlex.quote(password)} | {unlock} || exit 99\n{script}"
    environment = {**program.environment, "XDG_RUNTIME_DIR": str(runtime)}
    done = started(["dbus-run-session", "--", "sh", "-c", whole], environment, program.home)
    assert done.code != 99, f"gnome-keyring did not start: {log.read_text()}"
    talk = [line for line in done.err.splitlines(keepends=True) if not line.startswith("dbus-daemon[")]
    return Done(done.code, done.out, "".join(talk))


class Watch:
    """Collects the command line of every process that it sees while it is open."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    self.seen.add((folder / "cmdline").read_bytes())
                except OSError:
                    continue

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
