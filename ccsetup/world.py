"""The effects a command may have, handed in by the door: environment, folders, working folder, terminal."""

import datetime
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class World:
    """Where a run of ccsetup takes place."""

    environment: Mapping[str, str]
    home: Path
    cwd: Path
    config: Path  # profiles/ is here
    cache: Path  # can be deleted at any time
    state: Path  # what this machine knows: trust, drafts
    interactive: bool  # a person is at the other end of stdin and stderr
    now: Callable[[], datetime.datetime]  # UTC

    @property
    def profiles(self) -> Path:
        return self.config / "profiles"


def here() -> World:
    """The world of this process; `CCSETUP_HOME` gathers all three folders in one."""
    environment = dict(os.environ)
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
    return World(
        environment=environment,
        home=Path(environment.get("HOME") or Path.home()),
        cwd=Path.cwd(),
        config=folders[0],
        cache=folders[1],
        state=folders[2],
        interactive=sys.stdin.isatty() and sys.stderr.isatty(),
        now=lambda: datetime.datetime.now(datetime.UTC),
    )
