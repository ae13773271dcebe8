"""The programs that the SDKs start for a credential (`credential_process`, an external account's executable): run as
all of ours are, within a time, without a secret that they do not need, and ended with what they started."""

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ccsetup.knowledge import programs
from ccsetup.providers.access import REQUEST_SECONDS
from ccsetup.system import process

_NO_ANSWER = 124


class Finished:
    """What botocore reads of a Popen."""

    def __init__(self, command: Sequence[str], **_: object) -> None:
        self._answer = _run(command, os.environ, REQUEST_SECONDS)
        self.returncode = self._answer.returncode

    def communicate(self) -> tuple[bytes, bytes]:
        return self._answer.stdout, self._answer.stderr


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


def guard_botocore(chain: Any, load_config: Any) -> None:  # noqa: ANN401 - botocore's own types
    """Have the chain of credential providers start `credential_process` so, in a role's source profile too."""
    from botocore.credentials import ProcessProvider

    for provider in chain.providers:
        if isinstance(provider, ProcessProvider):
            provider._popen = Finished
        builder = getattr(provider, "_profile_provider_builder", None)
        if builder is not None:
            builder._create_process_provider = lambda name: ProcessProvider(name, load_config, popen=Finished)


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
        return Completed(_NO_ANSWER, b"", b"it prints without end")
    return Completed(done.code, done.out, "\n".join(said).encode(errors="replace"))
