"""The program as a process that need not read its modules: forked from one that has, which saves two thirds of a run.

Each run has its own process, environment, folder and streams, as if it were started. `Program` starts it from cold.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from tests.support.program import EXECUTABLE, Program

SECONDS = 60
_PACKETS = socket.SOCK_SEQPACKET


@dataclass(frozen=True)
class Running:
    """A run under way."""

    pid: int
    ends: socket.socket
    out: IO[bytes]
    err: IO[bytes]

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it has ended already
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code; negative for a signal, as subprocess has it."""
        return int(self.ends.recv(16))


@dataclass(frozen=True)
class Warm(Program):
    """Runs the program from a fork of what has its modules, with nothing on standard input."""

    @contextmanager
    def running(self, *arguments: str, cwd: Path | None = None, environment: Mapping[str, str]) -> Iterator[Running]:
        ask = json.dumps([arguments, str(cwd or self.home), dict(environment)]).encode()
        with ExitStack() as closing:
            said, out, err = (closing.enter_context(TemporaryFile()) for _ in range(3))
            said.write(ask)  # larger than a packet may be, where a test gives a huge variable
            said.flush()
            here, there = map(closing.enter_context, socket.socketpair(socket.AF_UNIX, _PACKETS))
            here.settimeout(SECONDS)
            socket.send_fds(_parent(), [b"run"], [said.fileno(), out.fileno(), err.fileno(), there.fileno()])
            there.close()
            yield Running(int(here.recv(16)), here, out, err)

    def ended(
        self, arguments: tuple[str, ...], stdin: str | None, cwd: Path, environment: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        # What Python itself reads at its start, a fork has behind it; botocore's place for SSO sign-ins, too.
        cold = environment.get("LANG") != "C.UTF-8" or any(name.startswith(("PYTHON", "LC_")) for name in environment)
        if stdin is not None or cold:
            return super().ended(arguments, stdin, cwd, environment)
        with self.running(*arguments, cwd=cwd, environment=environment) as run:
            code = run.wait()
            run.out.seek(0)
            run.err.seek(0)
            return code, run.out.read(), run.err.read()


@cache
def _parent() -> socket.socket:
    """The way to the process that has the modules. It ends when nobody holds this end any more."""
    here, there = socket.socketpair(socket.AF_UNIX, _PACKETS)
    with there:
        bare = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])}
        words = [sys.executable, "-m", "tests.support.warm", str(there.fileno())]
        subprocess.Popen(words, env=bare, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
    return here


def _serve(number: int) -> None:
    """Fork for each request, until nobody can ask any more."""
    import anthropic.resources.beta.messages  # noqa: F401
    import boto3  # noqa: F401
    import botocore.httpsession  # noqa: F401
    import tomlkit  # noqa: F401

    from ccsetup import cli
    from ccsetup.providers.anthropic import api  # noqa: F401
    from ccsetup.providers.google import model_garden

    model_garden.load()
    cli.app()  # every command's modules
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=number) as asked:
        while True:
            word, streams, _, _ = socket.recv_fds(asked, 16, 4)
            if not word:
                return
            if os.fork() == 0:
                asked.close()
                _attend(*streams)
            for stream in streams:
                os.close(stream)


def _attend(said: int, out: int, err: int, told: int) -> NoReturn:
    """Fork the run itself, tell its number, and how it ended."""
    with open(said, encoding="utf-8") as file:
        file.seek(0)
        ask = json.load(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        _become(ask, out, err)
    os.write(told, str(child).encode())
    _, status = os.waitpid(child, 0)
    os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(ask: tuple[list[str], str, dict[str, str]], out: int, err: int) -> NoReturn:
    from ccsetup.__main__ import main

    arguments, folder, environment = ask
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, 256)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(EXECUTABLE), *arguments]
    code: object = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
