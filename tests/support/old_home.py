"""The home folder that version 0.1.0 left behind (`data/home-0.1.0`), laid out for a test."""

import base64
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import file_keyring
from tests.support.desktop import executable
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Done, Program
from tests.support.warm import Warm

DATA = Path(__file__).parents[1] / "data" / "home-0.1.0"
SECRETS = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-" + "e" * 40,
    "MY_OAUTH": "sk-ant-oat01-" + "t" * 40,
    "MY_BEARER": "bedrock-api-key-" + "b" * 40,
    "MY_TOKEN": "gateway-token-0123456789",
}
"""The variables that the profiles of 0.1.0 take secrets from."""
USER, PROJECT, LOCAL = (
    ".claude/settings.json",
    "repository/.claude/settings.json",
    "repository/.claude/settings.local.json",
)
"""The settings files to which 0.1.0 applied a profile."""
UNTRUSTED = ("shared-gateway", "shared-untrusted", "shared-variable")
RELATIVE = ("max-relative", "vertex-relative")
"""Profiles with a setting that is a relative path, which a later version may refuse to use."""
NO_TOOL = "key-1password"
"""Its secret needs a program that no test has."""

_SYSTEMCTL = """#!/bin/sh
echo "$*" >> ~/systemctl.log
case "$*" in *show*timer*) echo ActiveState=active ;; esac
"""
_CRONTAB = """#!/bin/sh
case $1 in
-l) if [ -f ~/crontab ]; then exec cat ~/crontab; fi; echo 'no crontab for me' >&2; exit 1 ;;
-r) rm ~/crontab ;;
-) cat > ~/crontab ;;
esac
"""


@dataclass(frozen=True)
class OldHome:
    """The home folder, and the program of today in it."""

    program: Warm
    command: str = str(EXECUTABLE)  # the ccsetup that 0.1.0 wrote into timers and settings files

    @property
    def home(self) -> Path:
        return self.program.home

    @property
    def repository(self) -> Path:
        return self.home / "repository"

    @property
    def state(self) -> Path:
        return self.home / ".local" / "state" / "ccsetup"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.program.profiles.glob("*.toml")))

    @property
    def keyring(self) -> Mapping[str, str]:
        """Variables with which the keyring holds what 0.1.0 stored there."""
        return file_keyring.variables(self.home / "keyring.json")

    def text(self, name: str) -> str:
        return self.bytes(name).decode()

    def bytes(self, name: str) -> bytes:
        """A file of the data folder with this home's paths in it."""
        text = (DATA / name).read_bytes().decode()
        home = str(self.home)
        places = {"HOME-HEX": home.encode().hex(), "HOME": home, "CCSETUP": self.command, "PYTHON": sys.executable}
        text = re.sub(r"@(HOME-HEX|HOME|CCSETUP|PYTHON)@", lambda found: places[found[1]], text)
        text = re.sub(r"@SHA256 ([^@]+)@", lambda found: hashlib.sha256(self.bytes(found[1])).hexdigest(), text)
        return re.sub(r"@BASE64 ([^@]+)@", lambda found: base64.b64encode(self.bytes(found[1])).decode(), text).encode()

    def expected(self, name: str) -> dict[str, str] | None:
        """The variables that `ccsetup env NAME` of 0.1.0 set; None where it refused."""
        variables = json.loads(self.text("shells/environments.json"))["profiles"][name]
        return None if variables is None else {key: value for key, value in variables.items() if value is not None}

    def unset(self, name: str) -> set[str]:
        """The variables that it unset."""
        document = json.loads(self.text("shells/environments.json"))
        variables = document["profiles"][name]
        return {key for key in {*document["owned"], *variables} if variables.get(key) is None}

    def usable(self) -> tuple[str, ...]:
        """The profiles of this machine's user that every later version has to use as 0.1.0 did."""
        return tuple(
            name
            for name in self.names
            if name not in (*UNTRUSTED, *RELATIVE, NO_TOOL, "shared-trusted", "later")  # `later` is pending
        )

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Done:
        """Today's program, with the keyring and every variable that a profile needs."""
        cold = {"work", *environment} & {*arguments, "PYTHONPATH"}  # only `work` has its secret in the keyring
        keyring = self.keyring if cold else {}
        return self.program.run(*arguments, cwd=cwd, environment={**SECRETS, **keyring, **environment})


def lay_out(folder: Path, *, timer: str = "systemd", command: Path = EXECUTABLE) -> OldHome:
    """A home below `folder` as 0.1.0 left it; drift runs on `timer` (systemd or cron), started as `command`."""
    home = folder / "home"
    extra = {"PATH": f"{home}/bin:{EXECUTABLE.parent}:{SYSTEM_PATH}"}
    old = OldHome(Warm(home, extra), str(command))
    home.mkdir()
    for path in sorted((DATA / "home").rglob("*")):
        if path.is_file():
            _put(old, path.relative_to(DATA).as_posix(), home / path.relative_to(DATA / "home"))
    (old.repository / ".git").mkdir()
    (home / USER).chmod(0o644)
    _put(old, "keyring.json", home / "keyring.json")
    for name in (USER, PROJECT, LOCAL):
        digest = hashlib.sha256(bytes(home / name)).hexdigest()[:16]
        _put(old, f"receipts/{name.replace('/', '+')}", old.state / "applied" / f"{digest}.json")
    executable(home / "bin" / "systemctl", _SYSTEMCTL)
    executable(home / "bin" / "crontab", _CRONTAB)
    _put(old, f"timers/{timer}/installed.json", old.state / "schedule" / "installed.json")
    if timer == "systemd":
        for name in ("ccsetup-drift.service", "ccsetup-drift.timer"):
            _put(old, f"timers/systemd/{name}", home / ".config" / "systemd" / "user" / name)
    else:
        _put(old, "timers/cron/drift.sh", old.state / "schedule" / "drift.sh")
        (home / "crontab").write_bytes(old.bytes("timers/cron/block") + old.bytes("timers/cron/mine"))
    return old


def empty(folder: Path) -> Program:
    """A home folder of today, for documents that 0.1.0 printed."""
    home = folder / "new"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    return Warm(home)


def _put(old: OldHome, name: str, path: Path) -> None:
    """Write a file of the data folder to `path`, private as ccsetup keeps it."""
    for parent in reversed(path.parents):
        if parent.is_relative_to(old.home) and parent != old.home:
            parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(old.bytes(name))
