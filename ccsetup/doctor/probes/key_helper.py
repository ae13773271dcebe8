"""Probes of `apiKeyHelper`, the command in a settings file that prints the key, run as Claude Code runs it."""

import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccsetup.claude_code import signing
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Access
from ccsetup.system import lenient, own_command, process
from ccsetup.system.secret import Secret

SECONDS = 10
LONGEST = 16_384  # bytes read of its output
_LINE = "apiKeyHelper"
_BEARER = "ANTHROPIC_AUTH_TOKEN"
_WRITTEN = ("local", "project", "user")  # the layers that `ccsetup apply` writes
_OURS = ("managed", "user")  # a project's own files may come from anyone


@dataclass(frozen=True, slots=True)
class Helper:
    """The strongest layer's command. `trusted`: it is from a file of the user or the machine."""

    command: str
    path: Path
    trusted: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """The result of a run: the key, or the reason for having none."""

    key: Secret | None
    reason: str = ""


def command(case: Case) -> Helper | None:
    """Return the helper that Claude Code would get its key from; None if not configured."""
    for layer in case.surroundings.layers:
        if _LINE in layer.content:  # a blank in a stronger layer hides a weaker one
            text = lenient.text_value(layer.content, _LINE)
            trusted = layer.name in _OURS and not layer.from_folder
            return Helper(text, layer.path, trusted) if text else None
    return None


def check_key_helper(case: Case) -> Iterator[Result]:
    """Check that the helper prints a key, where Claude Code sends it. Seen on 2.1.332: where it fails, a request with
    another credential goes out without it."""
    helper = command(case)
    if helper is None or not _is_sent(case):
        reason = "the profile has its own credential" if case.access.credentials else "no key helper is set"
        yield Skipped("key-helper", reason, telling=False)
        return
    if not helper.trusted:
        unknown = unknown_key(case)
        yield Broken("key-helper", unknown) if unknown else Skipped("key-helper", _not_run(helper))
        return
    printed = _printed(case, helper)
    if printed.key is None:
        finding = case.finding("key-helper-failing", reason=printed.reason, path=str(helper.path))
        yield dataclasses.replace(finding, severity="warning") if case.access.credentials else finding
        return
    yield Passed("key-helper", f"{printed.key}, from {helper.path}")


def outdated(case: Case) -> Iterator[Result]:
    """Check that the helper lines that `ccsetup apply` wrote for this profile still start this ccsetup."""
    seen = False
    for layer in case.surroundings.layers:
        words = own_command.split(layer.content.get(_LINE)) if layer.name in _WRITTEN else None
        if words is None or case.name not in words.arguments:
            continue
        seen = True
        old = own_command.find_outdated(words, sys.argv[0])
        if old is None:
            yield Passed("key-helper-line", str(layer.path))
        else:
            facts = {"path": str(layer.path), "layer": layer.name, "reason": old.reason}
            yield Finding("helper-outdated", case.facts(**facts), "info" if old.harmless else None)
    if not seen:
        yield Skipped("key-helper-line", "no settings file calls ccsetup for its key", telling=False)


def access(case: Case) -> Access | None:
    """Return the access with the helper's key as Claude Code sends it, as a bearer and as `x-api-key`, unless another
    credential takes one of the two; None without one."""
    helper = command(case)
    if helper is None or not helper.trusted or not _is_sent(case):
        return None
    printed = _printed(case, helper)
    if printed.key is None:
        return None
    secrets = {"key": printed.key, "auth_token": printed.key, **case.access.secrets}
    return dataclasses.replace(case.access, secrets=secrets)


def unknown_key(case: Case) -> str:
    """Return why it is unknown what Claude Code sends: a helper's key, beside another credential or as a cloud's
    bearer, that ccsetup may not get; "" if it is known."""
    helper = command(case)
    if helper is None or helper.trusted:
        return ""
    is_beside = bool(case.access.credentials) and _is_sent(case)
    if not is_beside and not _replaces_signature(case):
        return ""
    return f"unknown what Claude Code sends: {_not_run(helper)}"


def with_bearer(case: Case) -> Case:
    """Return the case with the helper's key as ANTHROPIC_AUTH_TOKEN, if that is sent instead of a cloud's signature."""
    helper = command(case)
    if helper is None or not helper.trusted or not _replaces_signature(case):
        return case
    printed = _printed(case, helper)
    if printed.key is None:
        return case
    environment = {**case.access.environment, _BEARER: printed.key.reveal()}
    return dataclasses.replace(case, access=dataclasses.replace(case.access, environment=environment))


def _not_run(helper: Helper) -> str:
    return f"{helper.path} is a project's file, whose commands ccsetup does not run"


def _replaces_signature(case: Case) -> bool:
    """Whether the helper's key is sent instead of a cloud's signature, here, without a profile. Seen on 2.1.332 with
    each provider that must not sign, where no other credential is set."""
    order, values = precedence.load(), case.values
    provider = order.selected(values)[0]
    skips = bool(provider.flags) and order.is_on(values.get(provider.skip)) and order.reads(_LINE, values)
    return case.is_ambient and skips and not signing.first_credential(provider, values)


def _is_sent(case: Case) -> bool:
    """Whether Claude Code sends the helper's key: for a profile without a credential of its own, and here, without a
    profile, beside either of two others."""
    if not case.is_ambient:
        return case.surface.is_keyed and not case.access.credentials
    order = precedence.load()
    is_read = order.reads(_LINE, case.values) and not order.selected(case.values)[0].flags
    return is_read and not {"key", "auth_token"} <= case.access.credentials.keys()


def _printed(case: Case, helper: Helper) -> Printed:
    return case.ask(("key-helper", helper), lambda: _run(helper.command, case))


def _run(line: str, case: Case) -> Printed:
    """Run the command in a shell, as Claude Code does, with the user's PATH. Reads no more than a key's length."""
    environment = {**case.access.environment, "PATH": process.user_path(case.system.environment)}
    try:
        code, out = process.run(line, environment=environment, seconds=SECONDS, cwd=case.system.cwd, most=LONGEST)
    except process.TimeoutExpired:
        return Printed(None, f"no answer within {SECONDS} seconds")
    except process.Flood:
        return Printed(None, f"it prints more than {LONGEST} characters")
    if code != 0:
        return Printed(None, f"exit code {code}")
    return _key(out.decode(errors="replace").strip())


def _key(text: str) -> Printed:
    """Return the key if it is one word of printable ASCII, else the reason. Never repeats any of it."""
    if not text:
        return Printed(None, "it prints nothing")
    if any(letter.isspace() for letter in text):
        return Printed(None, "it prints more than one word")
    if not text.isascii() or not text.isprintable():
        return Printed(None, "it prints characters that are not printable ASCII")
    return Printed(Secret(text))
