"""The known dialects, and which one a shell uses."""

import os
from collections.abc import Mapping
from types import ModuleType

SWITCHING = ("sh", "fish", "powershell")  # these can be compiled; bash and zsh use sh
FILES = ("dotenv", "json", "github")
NAMES = ("auto", "sh", "bash", "zsh", "fish", "powershell", "dotenv", "json", "github")

_DIALECTS = {"sh": "sh", "bash": "sh", "zsh": "sh", "fish": "fish", "powershell": "powershell", "pwsh": "powershell"}


def dialect(shell: str, environment: Mapping[str, str]) -> str:
    """The dialect for a value of `--shell`: one of SWITCHING or FILES. "auto" inspects the calling process."""
    if shell != "auto":
        return _DIALECTS.get(shell, shell)
    return _DIALECTS.get(_caller(environment), "sh")


def _caller(environment: Mapping[str, str]) -> str:
    """The name of the program that started this one; $SHELL would be the login shell instead."""
    if os.name == "nt":
        return "powershell"
    try:
        # Not /proc/PID/comm: for a script that is the script's name.
        return os.path.basename(os.readlink(f"/proc/{os.getppid()}/exe"))
    except OSError:
        pass
    from ccsetup.system import process

    try:
        ps = process.run(
            [process.find("ps", environment) or "/bin/ps", "-o", "comm=", "-p", str(os.getppid())],
            environment={"PATH": process.user_path(environment)},
            seconds=2,
        )
    except (OSError, process.TimeoutExpired, process.Flood):
        ps = process.Ended(1, b"")
    name = os.fsdecode(ps.out).strip() if ps.code == 0 else environment.get("SHELL", "")
    return os.path.basename(name).lstrip("-")


def dialect_module(dialect_: str) -> ModuleType:
    """The module with `switch`, `off` and `quote` for one of SWITCHING."""
    if dialect_ == "fish":
        from ccsetup.shells import fish

        return fish
    if dialect_ == "powershell":
        from ccsetup.shells import powershell

        return powershell
    from ccsetup.shells import posix

    return posix
