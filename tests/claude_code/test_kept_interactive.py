"""An interactive session, as its user sees it: the status line, telemetry's headers and the `/model` menu are the same
after `env`, under `run` and after `apply`. So is the question that may write a model over the profile's."""

import json
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pyte
import pytest

from ccsetup.trace.recorder.server import Recorder
from tests.support.answering import Answering
from tests.support.client_runner import QUIET, require_client
from tests.support.program import EXECUTABLE, Program
from tests.support.selection import examples
from tests.support.targets import TARGETS

pytestmark = pytest.mark.client

WAYS: Mapping[str, str] = {
    "env": 'eval "$(ccsetup env wanted)"; exec claude',
    "run": "exec ccsetup run wanted",
    "apply": "ccsetup apply wanted --yes >/dev/null && exec claude",
}
NEWEST = [f"eu.anthropic.claude-{model}" for model in ("opus-5-5", "sonnet-5-5", "haiku-5-5")]
QUESTION = "model available"


class Session:
    """The client in a terminal of 140 columns."""

    def __init__(self, home: Path, way: str, environment: Mapping[str, str]) -> None:
        self._screen = pyte.Screen(140, 50)
        self._stream = pyte.Stream(self._screen)
        self.child = pexpect.spawn(
            "bash", ["--noprofile", "--norc", "-c", WAYS[way]], cwd=str(home / "repo"), env=dict(environment),
            dimensions=(50, 140), encoding="utf-8",
        )  # fmt: skip

    def see(self, *words: str, seconds: float = 60) -> str:
        """The screen as soon as one of the words is on it."""
        end = time.monotonic() + seconds
        while not any(word in self.text for word in words):
            assert time.monotonic() < end, f"none of {words} on the screen:\n{self.text}"
            self.read(0.3)
        self.read(0.5)
        return self.text

    def enter(self, text: str) -> None:
        self.child.send(text)
        self.see(text.splitlines()[-1] or text)
        self.child.send("\r")

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display if line.strip())

    def read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self._stream.feed(self.child.read_nonblocking(1 << 16, timeout=0.1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                pytest.fail(f"the client ended:\n{self.text}")


@contextmanager
def session(program: Program, recorder: Recorder, way: str) -> Iterator[Session]:
    environment = {
        **QUIET,
        **program.environment,
        **recorder.proxied,
        "TERM": "xterm-256color",
        "PATH": f"{EXECUTABLE.parent}:{require_client().parent}:/usr/bin:/bin",
    }
    begun = Session(program.home, way, environment)
    try:
        yield begun
    finally:
        begun.child.kill(signal.SIGKILL)
        begun.child.wait()


def plant(home: Path, collector: str = "", declined: Mapping[str, str] | None = None) -> None:
    """A user who has used Claude Code before, and has a status line and telemetry."""
    (home / "repo").mkdir(exist_ok=True)
    (home / ".claude").mkdir(exist_ok=True)
    state = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "projects": {str(home / "repo"): {"hasTrustDialogAccepted": True}},
        "bedrockDeclinedUpgrades": declined or {},
        "vertexDeclinedUpgrades": declined or {},
    }
    (home / ".claude.json").write_text(json.dumps(state))
    if not collector:
        return
    headers = home / "headers.sh"
    headers.write_text('#!/bin/sh\necho \'{"x-kept": "yes"}\'\n')
    headers.chmod(0o755)
    telemetry = {"CLAUDE_CODE_ENABLE_TELEMETRY": "1", "OTEL_METRICS_EXPORTER": "otlp"}
    telemetry |= {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    settings = {
        "statusLine": {"type": "command", "command": f"cat > {home}/status.json; echo my own status line"},
        "otelHeadersHelper": str(headers),
        "env": {**telemetry, "OTEL_METRIC_EXPORT_INTERVAL": "500"},
    }
    (home / ".claude" / "settings.json").write_text(json.dumps(settings))


def seen(program: Program, recorder: Recorder, collector: Answering, way: str) -> tuple[str, str, set[str | None]]:
    """The menu of models, the model that the status line was told, and the header that telemetry carried."""
    collector.asked.clear()
    with session(program, recorder, way) as client:
        client.see("my own status line")
        client.enter("say pong")
        client.see("● pong")
        while not collector.asked:
            client.see("pong")
        client.enter("/model")
        screen = client.see("Esc to cancel")
    menu = screen[screen.index("Select model") :]
    told = json.loads((program.home / "status.json").read_text())["model"]["id"]
    return menu, told, {asked.headers.get("x-kept") for asked in collector.asked}


@pytest.mark.parametrize("name", examples(("bedrock", "vertex", "gateway"), "bedrock"))
def test_the_session_looks_the_same_however_the_profile_is_used(program: Program, name: str) -> None:
    declined = {"opus": "opus48-to-opus55", "sonnet": "sonnet5-to-sonnet55", "haiku": "haiku45-to-haiku55"}
    with Recorder() as recorder, Answering() as collector:
        collector.answer = lambda _: (200, {}, "{}")
        TARGETS[name].make(program)
        plant(program.home, collector.url, declined)
        plain = seen(program, recorder, collector, "env")
        assert plain[1] == TARGETS[name].pins["opus"]
        assert all(model in plain[0] for model in TARGETS[name].pins.values())
        assert plain[2] == {"yes"}
        for way in ("run", "apply"):
            assert seen(program, recorder, collector, way) == plain


@pytest.mark.parametrize(
    ("name", "way"), examples((("bedrock", "env"), ("bedrock", "run"), ("vertex", "run")), ("bedrock", "env"))
)
def test_a_newer_model_is_offered_over_the_pin_until_it_is_declined(program: Program, name: str, way: str) -> None:
    settings = program.home / ".claude" / "settings.json"
    with Recorder(NEWEST) as recorder:
        TARGETS[name].make(program)
        plant(program.home)
        with session(program, recorder, way) as client:
            question = client.see(QUESTION)
            client.child.send("\r")  # "Yes" comes first
            while not settings.exists():
                client.read(0.3)
        explained = program.run("explain", next(line.strip() for line in question.splitlines() if QUESTION in line))
        assert "newer-model-offered" in explained.out
        written = json.loads(settings.read_text())["env"]
        assert written.keys() <= {"ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL"}
        assert f"sets {next(iter(written))}" in program.run("env", "wanted").err
        if way == "run":  # which does not use the line
            with session(program, recorder, way) as client:
                client.see(QUESTION)
        settings.unlink()
        with session(program, recorder, way) as client:
            while QUESTION in client.see(QUESTION, "for agents"):
                client.child.send("2")
                client.read(1)
        with session(program, recorder, way) as client:
            assert QUESTION not in client.see("for agents")
