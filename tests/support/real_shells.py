"""The shells of this machine, started clean: no start-up file, and no variable but what the test says."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.program import SYSTEM_PATH

_COMMANDS = {
    "bash": ("bash", "--norc", "--noprofile"),
    "dash": ("dash",),
    "zsh": ("zsh", "-f"),
    "fish": ("fish", "--no-config"),
    "ksh": ("ksh",),
}
NAMES = tuple(_COMMANDS)
POSIX = tuple(name for name in NAMES if name != "fish")
# What shells set for themselves.
_OWN = ("_", "SHLVL", "PWD", "OLDPWD", "A__z", "USER", "LOGNAME")

Environment = dict[str, str]


@dataclass(frozen=True)
class Ran:
    """How a script ended; text is decoded byte for byte (surrogateescape)."""

    code: int
    out: str
    err: str

    @property
    def environment(self) -> Environment:
        """What a child of the shell saw, for a script that ends in `env -0`."""
        return seen(self.out)


def seen(listing: str) -> Environment:
    """What `env -0` printed, without what shells set for themselves."""
    pairs = (entry.partition("=") for entry in listing.split("\0") if entry)
    return {name: value for name, _, value in pairs if name not in _OWN}


@dataclass(frozen=True)
class Shell:
    name: str
    start_up_files: bool = False

    @property
    def dialect(self) -> str:
        return "fish" if self.name == "fish" else "sh"

    def take(self, path: str) -> str:
        """A line that evaluates the code of the file `path`, the way the README says."""
        return f"cat {path} | source" if self.name == "fish" else f'\\eval "$(cat {path})"'

    def run(
        self, script: str, environment: Mapping[str, str], *, cwd: Path | None = None, user: int | None = None
    ) -> Ran:
        done = subprocess.run(
            [*(_COMMANDS[self.name][: 1 if self.start_up_files else None]), "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd,
            user=user,
            env={key: value.encode(errors="surrogateescape") for key, value in environment.items()},
            timeout=60,
            check=False,
        )
        return Ran(
            done.returncode,
            done.stdout.decode(errors="surrogateescape"),
            done.stderr.decode(errors="surrogateescape"),
        )


def shell(name: str) -> Shell:
    """The shell called `name`; in CI one that is missing is a failure."""
    if shutil.which(name, path=SYSTEM_PATH) is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return Shell(name)
