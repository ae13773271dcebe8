"""`apiKeyHelper`: the command of a settings file that prints the key, run as Claude Code runs it."""

import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Access
from ccsetup.system import lenient, own_command, process
from ccsetup.system.secret import Secret

SECONDS = 10
LONGEST = 16_384  # bytes that are read of what it prints
_LINE = "apiKeyHelper"
_WRITTEN = ("local", "project", "user")  # the layers that `ccsetup apply` writes
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
    for layer in case.surroundings.layers:
        if _LINE in layer.content:  # a blank in a stronger layer hides a weaker one
            text = lenient.word(layer.content, _LINE)
            return Helper(text, layer.path, layer.name in _OURS) if text else None
    return None


def check_key_helper(case: Case) -> Iterator[Result]:
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


def outdated(case: Case) -> Iterator[Result]:
    """Whether the helper lines that `ccsetup apply` once wrote for this profile still start this ccsetup."""
    seen = False
    for layer in case.surroundings.layers:
        words = own_command.split(layer.content.get(_LINE)) if layer.name in _WRITTEN else None
        if words is None or case.name not in words.arguments:
            continue
        seen = True
        old = own_command.outdated(words, sys.argv[0])
        if old is None:
            yield Passed("key-helper-line", str(layer.path))
        else:
            facts = {"path": str(layer.path), "layer": layer.name, "reason": old.reason}
            yield Finding("helper-outdated", case.facts(**facts), "info" if old.harmless else None)
    if not seen:
        yield Skipped("key-helper-line", "no settings file calls ccsetup for its key", telling=False)


def access(case: Case) -> Access | None:
    """The profile's way to its provider with the helper's key; None without one."""
    helper = command(case)
    if helper is None or not helper.trusted or not case.surface.is_keyed:
        return None
    printed = _printed(case, helper)
    return dataclasses.replace(case.access, secrets={"key": printed.key}) if printed.key else None


def _printed(case: Case, helper: Helper) -> Printed:
    return case.ask(("key-helper", helper), lambda: _run(helper.command, case))


def _run(line: str, case: Case) -> Printed:
    """Run by the shell, as Claude Code runs it, with the user's PATH; no more is read than a key can be."""
    environment = {**case.access.environment, "PATH": process.path(case.system.environment)}
    try:
        code, out = process.ended(line, environment=environment, seconds=SECONDS, cwd=case.system.cwd, most=LONGEST)
    except process.TimeoutExpired:
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
