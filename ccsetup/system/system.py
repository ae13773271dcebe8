"""The effects a command may have, handed in by the door: environment, folders, working folder, terminal."""

import datetime
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system.errors import UserError


@dataclass(frozen=True, slots=True)
class System:
    """Where a run of ccsetup takes place."""

    environment: Mapping[str, str]
    home: Path
    cwd: Path
    config: Path  # profiles/ is here
    cache: Path  # can be deleted at any time
    state: Path  # what this machine knows: trust, drafts
    interactive: bool  # a person is at the other end of stdin and stderr
    now: Callable[[], datetime.datetime]  # UTC
    lost: bool = False  # the working folder was deleted, and `cwd` is the root of the machine

    @property
    def profiles(self) -> Path:
        return self.config / "profiles"


def here() -> System:
    """The system as this process sees it; `CCSETUP_HOME` gathers all three folders in one."""
    environment = dict(os.environ)
    home_folder = _home(environment)
    cwd = _cwd()
    if home := environment.get("CCSETUP_HOME"):
        root = Path(home).absolute()
        folders = (root, root / "cache", root / "state")
    else:
        import platformdirs

        folders = (
            platformdirs.user_config_path("ccsetup", appauthor=False),
            platformdirs.user_cache_path("ccsetup", appauthor=False),
            platformdirs.user_state_path("ccsetup", appauthor=False),
        )
    return System(
        environment=environment,
        home=home_folder,
        cwd=cwd or Path("/"),
        config=folders[0],
        cache=folders[1],
        state=folders[2],
        # A stream that was closed before the start is None.
        interactive=all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)),
        now=lambda: datetime.datetime.now(datetime.UTC),
        lost=cwd is None,
    )


def _home(environment: Mapping[str, str]) -> Path:
    """An absolute path: whatever is relative would be made in the working folder."""
    try:
        home = Path(environment["HOME"]) if "HOME" in environment else Path.home()
    except RuntimeError as why:
        raise UserError("this user has no home folder", "set HOME") from why
    if not home.is_absolute():
        raise UserError("HOME is not an absolute path", "set it to your home folder")
    return home


def _cwd() -> Path | None:
    """The working folder; None for one that was deleted, which holds no settings, just as the root of the machine."""
    try:
        return Path.cwd()
    except OSError:
        return None
