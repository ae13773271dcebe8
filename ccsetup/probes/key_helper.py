"""`apiKeyHelper`: the command of a settings file that prints the key, run as Claude Code runs it."""

import dataclasses
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup import process, settings
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
    helper = None if case.access.credentials else command(case)
    if helper is None:
        reason = "the profile has its own credential" if case.access.credentials else "there is none"
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
    """Run by the shell, as Claude Code runs it; no more is read than a key can be."""
    try:
        code, out = process.ended(line, environment=environment, seconds=SECONDS, cwd=cwd, most=LONGEST)
    except subprocess.TimeoutExpired:
        return Printed(None, f"no answer within {SECONDS} seconds")
    except process.Flood:
        return Printed(None, f"it prints more than {LONGEST} characters")
    if code != 0:
        return Printed(None, f"exit code {code}")
    return _key(out.decode(errors="replace").strip())


def _key(text: str) -> Printed:
    """One word of printable ASCII; never says any of it."""
    if not text:
        return Printed(None, "it prints nothing")
    if any(letter.isspace() for letter in text):
        return Printed(None, "it prints more than one word")
    if not text.isascii() or not text.isprintable():
        return Printed(None, "it prints something else than printable ASCII")
    return Printed(Secret(text))
