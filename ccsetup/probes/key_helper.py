"""`apiKeyHelper`: the command of a settings file that prints the key, run as Claude Code runs it."""

import dataclasses
import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup import settings
from ccsetup.clouds import Access
from ccsetup.detect import reading
from ccsetup.probes.case import Case, Passed, Result, Skipped
from ccsetup.profile import moves_requests
from ccsetup.secret import Secret

SECONDS = 10
LONGEST = 16_384  # bytes that are read of what it prints
_LINE = "apiKeyHelper"
_OURS = ("managed", "user")  # a project's own files come from whoever wrote the project


@dataclass(frozen=True, slots=True)
class Helper:
    """The strongest layer's command. `trusted`: it is from a file that is this user's or this machine's."""

    command: str
    path: Path
    trusted: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a run: the key, or why there is none."""

    key: Secret | None
    reason: str = ""


def command(case: Case) -> Helper | None:
    """The helper that Claude Code would take its key from; None where there is none."""
    found, _ = settings.layers(case.world, case.access.environment.get("CLAUDE_CONFIG_DIR"))
    for layer in found:
        if _LINE in layer.content:  # a blank in a stronger layer hides a weaker one
            text = reading.word(layer.content, _LINE)
            return Helper(text, layer.path, layer.name in _OURS) if text else None
    return None


def look(case: Case) -> Iterator[Result]:
    """Whether the helper yields a key, for a profile that relies on it."""
    helper = None if case.access.secrets else command(case)
    if helper is None:
        reason = "the profile has its own credential" if case.access.secrets else "there is none"
        yield Skipped("key-helper", reason, telling=False)
        return
    if not helper.trusted:
        yield Skipped("key-helper", f"{helper.path} is a project's file, whose commands ccsetup does not run")
        return
    printed = _printed(case, helper)
    if printed.key is None:
        yield case.finding("key-helper-failing", reason=printed.reason, path=str(helper.path))
        return
    yield Passed("key-helper", f"{printed.key}, from {helper.path}")


def access(case: Case) -> Access | None:
    """The profile's way to its provider with the helper's key; None without one, and where the profile would send it
    to a host of its own choice."""
    helper = command(case)
    if helper is None or not helper.trusted or case.profile.surface != "api-key" or moves_requests(case.profile):
        return None
    printed = _printed(case, helper)
    return dataclasses.replace(case.access, secrets={"key": printed.key}) if printed.key else None


def _printed(case: Case, helper: Helper) -> Printed:
    return case.ask(("key-helper", helper), lambda: _run(helper.command, case.access.environment, case.world.cwd))


def _run(line: str, environment: Mapping[str, str], cwd: Path) -> Printed:
    """Run by the shell, within SECONDS, and all that it started ended with it; no more is read than a key can be."""
    process = subprocess.Popen(  # noqa: S602 - the user's own line, as Claude Code runs it
        line,
        shell=True,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + SECONDS
    late = Printed(None, f"no answer within {SECONDS} seconds")
    printed = _read(process)
    if printed is None or len(printed) > LONGEST:
        _end(process)
        return late if printed is None else Printed(None, f"it prints more than {LONGEST} characters")
    try:
        code = process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        _end(process)
        return late
    return Printed(None, f"exit code {code}") if code else _key(printed.decode(errors="replace").strip())


def _read(process: "subprocess.Popen[bytes]") -> bytes | None:
    """What it prints, and of that one byte more than a key can have; None where it has not ended within SECONDS."""
    read: list[bytes] = []

    def fill() -> None:
        with process.stdout or io.BytesIO() as out:
            read.append(out.read(LONGEST + 1))

    reader = threading.Thread(target=fill, daemon=True)
    reader.start()
    reader.join(SECONDS)
    return next(iter(read), None)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End what nobody has waited for yet, so that its number is still its own, with all that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _key(text: str) -> Printed:
    """One word of printable ASCII; never says any of it."""
    if not text:
        return Printed(None, "it prints nothing")
    if any(letter.isspace() for letter in text):
        return Printed(None, "it prints more than one word")
    if not text.isascii() or not text.isprintable():
        return Printed(None, "it prints something else than printable ASCII")
    return Printed(Secret(text))
