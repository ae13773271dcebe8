"""The program as a process that need not read its modules: forked from one that has, which saves nine tenths of a run.

Each run has its own process, environment, folder and streams, as if it were started. `Program` starts it from cold.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryFile
from types import ModuleType
from typing import IO, NoReturn

from tests.support.program import EXECUTABLE, Program

SECONDS = 120
_PACKETS = socket.SOCK_SEQPACKET
LAZY = (
    "anthropic.resources.beta.messages",
    "boto3",
    "botocore.httpsession",
    "filelock",
    "google.auth.transport.requests",
    "google.oauth2.credentials",
    "keyring",
    "platformdirs.unix",
    "pydantic.plugin._loader",  # typer imports pydantic where there is one
    "tomlkit",
    "typer._adapters",
    "typer._click.decorators",
    "encodings.idna",
    "encodings.utf_16_be",
    "encodings.utf_8_sig",
    "importlib.resources.readers",
)
"""What commands import on their way."""

BOTOCORE = ("_retry", "endpoints", "partitions", "sdk-default-configuration")
SERVICES = ("bedrock", "bedrock-runtime", "cloudwatch", "iam", "pricing", "service-quotas", "sso", "sso-oidc", "sts")


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
    """Runs the program from a fork of what has its modules."""

    @contextmanager
    def running(
        self, *arguments: str, stdin: str = "", cwd: Path | None = None, environment: Mapping[str, str]
    ) -> Iterator[Running]:
        """Start it, with `stdin` in a file as its standard input; it goes on while the caller does something else."""
        ask = json.dumps([arguments, str(cwd or self.home), dict(environment)]).encode()
        with ExitStack() as closing:
            said, given, out, err = (closing.enter_context(TemporaryFile()) for _ in range(4))
            for file, content in ((said, ask), (given, stdin.encode())):  # larger than a packet may be
                file.write(content)
                file.seek(0)
            here, there = map(closing.enter_context, socket.socketpair(socket.AF_UNIX, _PACKETS))
            here.settimeout(SECONDS)
            socket.send_fds(_parent(), [b"run"], [file.fileno() for file in (said, given, out, err, there)])
            there.close()
            yield Running(int(here.recv(16)), here, out, err)

    def ended(
        self, arguments: tuple[str, ...], stdin: str | None, cwd: Path, environment: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        # What Python itself reads at its start, a fork has behind it; botocore's place for SSO sign-ins, too.
        cold = environment.get("LANG") != "C.UTF-8" or any(name.startswith(("PYTHON", "LC_")) for name in environment)
        if cold:
            return super().ended(arguments, stdin, cwd, environment)
        with self.running(*arguments, stdin=stdin or "", cwd=cwd, environment=environment) as run:
            code = run.wait()
            run.out.seek(0)
            run.err.seek(0)
            return code, run.out.read(), run.err.read()


@cache
def _parent() -> socket.socket:
    """The way to the process that has the modules. All workers of a run share it; it ends when none of them is left."""
    address = f"\0ccsetup-tests-{os.environ.get('PYTEST_XDIST_TESTRUNUID') or os.getpid()}"
    bare = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])}
    here = socket.socket(socket.AF_UNIX, _PACKETS)
    with suppress(ConnectionRefusedError):
        here.connect(address)
        return here
    subprocess.Popen([sys.executable, "-m", "tests.support.warm", address[1:]], env=bare, stdin=subprocess.DEVNULL)
    for _ in range(SECONDS * 20):
        with suppress(ConnectionRefusedError):
            here.connect(address)
            return here
        time.sleep(0.05)
    raise TimeoutError("the process that has the modules did not start")


def load_modules() -> None:
    """Import all that a command may import, but what reads the environment as it is imported.

    Such a module is google.auth.compute_engine: it asks where the metadata server is.
    """
    from botocore.exceptions import DataNotFoundError, UnknownServiceError

    import ccsetup
    from ccsetup import cli
    from ccsetup.knowledge import pages, surfaces
    from ccsetup.providers.aws import service_data
    from ccsetup.providers.google import model_garden

    modules = [import_module(module.name) for module in walk_packages(ccsetup.__path__, "ccsetup.")]
    for name in LAZY:
        import_module(name)
    model_garden.load()
    for name in BOTOCORE:
        service_data.loader().load_data(name)
    for service in SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            with suppress(UnknownServiceError, DataNotFoundError):
                service_data.loader().load_service_model(service, kind)
    cli.app()
    surfaces.load_surfaces()
    for slug in pages.slugs():
        pages.load_page(slug)
    for module in modules:
        if module.__name__.startswith(("ccsetup.knowledge.", "ccsetup.providers.recognise")):  # data alone
            _fill_caches(module)
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page


def _fill_caches(module: ModuleType) -> None:
    """Call each cached function of a module that takes no argument."""
    for found in vars(module).values():
        if hasattr(found, "cache_info") and not signature(found).parameters:
            found()


def _serve(name: str) -> None:
    """Fork for each request, until no client is left. Of several that are started for one run, one stays."""
    listening = socket.socket(socket.AF_UNIX, _PACKETS)
    try:
        listening.bind(f"\0{name}")
    except OSError:
        return
    listening.listen()
    load_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    open_ = [listening]
    while True:
        for ready in select.select(open_, [], [])[0]:
            if ready is listening:
                open_.append(listening.accept()[0])
                continue
            word, streams, _, _ = socket.recv_fds(ready, 16, 5)
            if not word:
                ready.close()
                open_.remove(ready)
                if open_ == [listening] and not select.select(open_, [], [], 0)[0]:
                    return
                continue
            if os.fork() == 0:
                for one in open_:
                    one.close()
                _attend(*streams)
            for stream in streams:
                os.close(stream)


def _attend(said: int, given: int, out: int, err: int, told: int) -> NoReturn:
    """Fork the run itself, tell its number, and how it ended."""
    with open(said, encoding="utf-8") as file:
        ask = json.load(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        _become(ask, given, out, err)
    os.write(told, str(child).encode())
    _, status = os.waitpid(child, 0)
    os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(ask: tuple[list[str], str, dict[str, str]], given: int, out: int, err: int) -> NoReturn:
    from ccsetup.__main__ import main

    arguments, folder, environment = ask
    os.dup2(given, 0)
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
    _serve(sys.argv[1])
