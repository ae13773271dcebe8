"""AWS credentials from a program (`credential_process`, `awsCredentialExport`), run as Claude Code runs it."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.knowledge import programs
from ccsetup.system import process

SECONDS = 8  # of the 60 that the client waits
_LARGEST = 1 << 20  # bytes of output
_WORDS = 300  # characters of a program's error


@dataclass(frozen=True, slots=True)
class Keys:
    """Temporary or static AWS keys; `expires` is None if they do not expire."""

    key_id: str
    secret: str
    token: str | None
    expires: datetime.datetime | None = None


class ProcessTooSlow(Exception):
    """The program ran longer than ccsetup waits; the client waits up to 60 seconds."""


class Refused(Exception):
    """The program's output gives no credentials, or the program failed."""


class ProcessOutputExpired(Exception):
    """The program printed credentials that have expired."""


def run_program(command: str, environment: Mapping[str, str], home: Path) -> str:
    """Run the command in the shell, with an open standard input, and return its output.

    Raises ProcessTooSlow, or Refused with the program's error. The program and its children are ended in any case.
    """
    errors: list[str] = []
    try:
        ended = process.run(
            command,
            environment={**programs.helper_environment(environment, command), "HOME": str(home)},
            seconds=SECONDS,
            most=_LARGEST,
            stdin=None,
            heard=errors.append,
        )
    except process.TimeoutExpired:
        raise ProcessTooSlow(f"{command}: no answer within {SECONDS} seconds") from None
    except process.Flood:
        raise Refused(f"more than {_LARGEST >> 20} MiB of output") from None
    if ended.code:
        raise Refused("\n".join(errors).strip()[-_WORDS:] or f"exit code {ended.code}")
    return ended.out.decode(errors="replace")


def parse_process(text: str, now: datetime.datetime) -> Keys:
    """Parse the output of `credential_process`; raises Refused or ProcessOutputExpired."""
    try:
        content = json.loads(text.strip().strip("\ufeff").strip())
    except (ValueError, RecursionError):
        raise Refused("the output is not valid JSON") from None
    if not isinstance(content, dict) or content.get("Version") != 1 or content.get("Version") is True:
        raise Refused("the output does not say Version 1")
    key, secret = content.get("AccessKeyId"), content.get("SecretAccessKey")
    if not isinstance(key, str) or not isinstance(secret, str):
        raise Refused("the output lacks AccessKeyId or SecretAccessKey")
    expires = _time(content.get("Expiration"))
    if expires is not None and expires < now:
        raise ProcessOutputExpired(f"{expires:%Y-%m-%d %H:%M} UTC")
    token = content.get("SessionToken")
    return Keys(key, secret, token if isinstance(token, str) and token else None, expires)


def parse_export(text: str) -> Keys:
    """Parse the output of `awsCredentialExport`, an answer of STS or its `Credentials`; raises Refused."""
    try:
        content = json.loads(text.strip().strip("\ufeff").strip())
    except (ValueError, RecursionError):
        raise Refused("the output is not valid JSON") from None
    for candidate in (content.get("Credentials"), content) if isinstance(content, dict) else ():
        if isinstance(candidate, dict):
            key, secret, token = (candidate.get(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
            if all(isinstance(value, str) and value for value in (key, secret, token)):
                return Keys(str(key), str(secret), str(token), _time(candidate.get("Expiration")))
    raise Refused("the output lacks AccessKeyId, SecretAccessKey or SessionToken")


def _time(value: object) -> datetime.datetime | None:
    """A time as JavaScript's Date reads it, as far as programs print it; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
