"""The side effects available to a command: environment, folders, working folder, terminal and clock."""

import datetime
import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system.errors import UserError
from ccsetup.system.standard_folders import standard_folders


@dataclass(frozen=True, slots=True)
class System:
    """The system that a run of ccsetup works on."""

    environment: Mapping[str, str]
    home: Path
    cwd: Path
    config: Path  # contains profiles/
    cache: Path  # can be deleted at any time
    state: Path  # what this machine remembers: trust, drafts
    interactive: bool  # stdin and stderr are a terminal
    now: Callable[[], datetime.datetime]  # UTC
    lost: bool = False  # the working folder was deleted, and `cwd` is the root folder

    @property
    def profiles(self) -> Path:
        return self.config / "profiles"


def here() -> System:
    """The system as this process sees it; `CCSETUP_HOME`, if set, is the parent of all three folders."""
    environment = dict(os.environ)
    home_folder = _home(environment)
    cwd = _cwd()
    if standard := standard_folders(environment):
        config, cache, state = (Path(folder).absolute() for folder in standard)
    else:
        import platformdirs

        config = platformdirs.user_config_path("ccsetup", appauthor=False)
        cache = platformdirs.user_cache_path("ccsetup", appauthor=False)
        state = platformdirs.user_state_path("ccsetup", appauthor=False)
    return System(
        environment=environment,
        home=home_folder,
        cwd=cwd or Path("/"),
        config=config,
        cache=cache,
        state=state,
        # A stream that was closed before the process started is None.
        interactive=all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)),
        now=lambda: datetime.datetime.now(datetime.UTC),
        lost=cwd is None,
    )


def _home(environment: Mapping[str, str]) -> Path:
    """The home folder, which must be absolute: a relative one would be created in the working folder."""
    try:
        home = Path(environment["HOME"]) if "HOME" in environment else Path.home()
    except RuntimeError as error:
        raise UserError("this user has no home folder", "set HOME") from error
    if not home.is_absolute():
        raise UserError("HOME is not an absolute path", "set it to your home folder")
    if _is_file(home):
        raise UserError("HOME is not a folder", "set it to your home folder")
    return home


def _is_file(home: Path) -> bool:
    """Whether the path, or what leads to it, is something else than a folder. One that does not exist is made later."""
    try:
        return not stat.S_ISDIR(home.stat().st_mode)
    except NotADirectoryError:
        return True
    except OSError:
        return False


def _cwd() -> Path | None:
    """The working folder. Returns None if it was deleted; the caller then uses the root folder, which holds no
    settings."""
    try:
        return Path.cwd()
    except OSError:
        return None
