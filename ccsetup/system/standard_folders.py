"""Where ccsetup keeps its files, in the usual cases and as platformdirs has it, whose import is slow.

Imports only `sys`, because `ccsetup env` loads it in shell start-up.
"""

import sys
from collections.abc import Mapping

_XDG = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"), ("XDG_STATE_HOME", ".local/state"))
_MACOS = "Library/Application Support", "Library/Caches", "Library/Application Support"


def standard_folders(environment: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The folders of configuration, cache and state, or None if platformdirs has to compute them."""
    if home := environment.get("CCSETUP_HOME"):
        return home, f"{home}/cache", f"{home}/state"
    home = environment.get("HOME", "")
    given = [environment.get(name, "") for name, _ in _XDG]
    if not home.startswith("/"):
        return None
    home = home.rstrip("/")
    if sys.platform == "darwin" and not any(given):
        config, cache, state = (f"{home}/{place}/ccsetup" for place in _MACOS)
    elif sys.platform == "linux" and all(folder.startswith("/") or not folder for folder in given):
        config, cache, state = (
            f"{folder or f'{home}/{usual}'}/ccsetup" for folder, (_, usual) in zip(given, _XDG, strict=True)
        )
    else:
        return None
    return config, cache, state
