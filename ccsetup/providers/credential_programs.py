"""The programs that google-auth starts for a credential (an external account's executable): run as all of ours are,
within a time, without a secret that they do not need, and ended with what they started."""

import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ccsetup.knowledge import programs
from ccsetup.providers.access import REQUEST_SECONDS
from ccsetup.system import process

_NO_ANSWER = 124


class Completed(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


class Subprocess:
    """What google-auth calls of the module `subprocess`."""

    PIPE = STDOUT = None

    @staticmethod
    def run(command: Sequence[str], *, env: Mapping[str, str], **_: object) -> Completed:
        answer = _run(command, env, REQUEST_SECONDS)
        return answer._replace(stdout=answer.stdout + answer.stderr)


def guard_google() -> None:
    from google.auth import pluggable

    setattr(pluggable, "subprocess", Subprocess)  # noqa: B010 - not exported, so not typed


def _run(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> Completed:
    """A program that cannot be started is an OSError, as of subprocess."""
    said: list[str] = []
    helper = programs.helper_environment(environment, shlex.join(command))
    program = process.find(command[0], environment)
    if program is None:
        raise FileNotFoundError(2, "No such file or directory", command[0])
    try:
        done = process.run([program, *command[1:]], environment=helper, seconds=seconds, heard=said.append)
    except process.TimeoutExpired:
        return Completed(_NO_ANSWER, b"", f"no answer within {seconds:g} seconds".encode())
    except process.Flood:
        return Completed(_NO_ANSWER, b"", b"its output does not end")
    return Completed(done.code, done.out, "\n".join(said).encode(errors="replace"))
