"""The output of `ccsetup hook`, kept for the next shell: a start-up file runs it each time. Imports next to nothing."""

import os
import sys
from collections.abc import Mapping

from ccsetup.knowledge.settings_files import read_bounded
from ccsetup.profile import compiled
from ccsetup.system import owners
from ccsetup.system.standard_folders import standard_folders

_MAGIC = "ccsetup hook "
_SHELLS = ("bash", "zsh", "fish", "powershell")
_FLAGS = ("--cd", "--completion")
_PLAIN = ("bash", "zsh")  # their text does not depend on the default profile


def kept_hook(arguments: list[str], environment: Mapping[str, str]) -> bytes | None:
    """What `ccsetup hook <arguments>` prints, if what was kept still holds; None otherwise."""
    found, name = standard_folders(environment), file_name(arguments)
    if found is None or name is None:
        return None
    config, cache, _ = found
    if name.partition("-")[0] not in _PLAIN and os.path.lexists(f"{config}/default"):
        return None
    try:
        trusted = owners.owners(environment.get("HOME", ""))
        owners.check_folder(f"{cache}/hooks", trusted)
        owners.check(cache, os.stat(cache), trusted)
        head, _, text = read_bounded(f"{cache}/hooks/{name}", trusted=trusted).partition(b"\n")
    except (OSError, ValueError):
        return None
    return text if head == key(environment).encode() and b"\0" not in text else None


def file_name(arguments: list[str]) -> str | None:
    """The name under which this output is kept; None for arguments that are not the usual ones."""
    flags = sorted({word for word in arguments if word in _FLAGS})
    shells = [word for word in arguments if word not in _FLAGS]
    return "".join((shells[0], *(flag[1:] for flag in flags))) if len(shells) == 1 and shells[0] in _SHELLS else None


def key(environment: Mapping[str, str]) -> str:
    """A fingerprint of everything that the output depends on: this program and where its files are."""
    names = ("CCSETUP_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    words = "\0".join((*(environment.get(name, "") for name in names), sys.argv[0], sys.executable))
    return f"{_MAGIC}{compiled.stamp(environment)} {os.fsencode(words).hex()}"
