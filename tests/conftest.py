"""A bare world for every test: its own home, no environment but what the test says, sockets on loopback alone."""

import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from ccsetup.lab.lab import Lab
from tests.support import scored, selection
from tests.support.golden import Golden
from tests.support.program import Program
from tests.support.warm import Warm


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files in tests/golden")
    parser.addoption("--record-agree", action="store_true", help="run the client in tests/data/agree.jsonl's worlds")


# Several tests run at once, so an example may be slow for a reason that is not its own.
hypothesis.settings.register_profile(
    "busy", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


def pytest_configure() -> None:
    """Let programs that tests start hear signals that were ignored when the suite was started, as by nohup.

    A handler, unlike `SIG_IGN`, is not inherited.
    """
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, lambda *_: None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    selection.mark_slow(items)
    selection.mark_repetitions(items)


def pytest_collection(session: pytest.Session) -> None:
    """Leave what is collected out of garbage collection: it stays until the end, and each full collection walks it."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """ccsetup as a process in a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return Warm(home)


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    """The module's lab. A module that needs one with TLS has a fixture of this name."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    """The module's lab with an empty log; its world, its faults and its delay are put back afterwards."""
    world, latency = running.world, running.latency_ms
    running.forget()
    yield running
    running.world, running.latency_ms = world, latency
    running.clear_faults()


@pytest.fixture
def here(program: Program, lab: Lab) -> Program:
    """ccsetup in a home whose every tool points at the lab; the shell has a key (LAB_KEY) and a bearer token."""
    key = next(login.secret for login in lab.world.anthropic.login)
    around = {"AWS_EC2_METADATA_DISABLED": "true", "LAB_KEY": key, "LAB_BEARER": "ABSKQmVkcm9ja0FQSUtleS1sYWIw"}
    return Warm(program.home, {**lab.environment(program.home), **around})


@pytest.fixture
def golden(request: pytest.FixtureRequest, program: Program) -> Golden:
    """The golden files, for what `program` prints."""
    return Golden(program.home, request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def _loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def doctor_scores(record_property: Callable[[str, object], None]) -> scored.Scored:
    """Counts one examination for the summary, then insists on the root."""

    def count(expected: str | None, root: str | None) -> None:
        record_property(scored.KEY, scored.score(expected, root))
        assert root == expected

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    line = scored.summary([one for kind in ("passed", "failed") for one in stats.get(kind, ()) if one.when == "call"])
    if line:
        terminalreporter.write_line(line)
