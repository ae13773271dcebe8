"""ccsetup in a fork of a process of its own, with a keyring that refuses, and a kill before any step that lasts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from ccsetup import __main__
from tests.support.program import Done
from tests.support.warm import load_modules


@dataclass
class Steps:
    """Kills the process before step `last`; without it, counts."""

    last: int | None = None
    taken: int = 0

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class Held(KeyringBackend):
    """One file an entry. `refuses` are the methods that find the keyring locked."""

    priority = 1

    def __init__(self, folder: Path, steps: Steps, refuses: tuple[str, ...] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder, self.steps, self.refuses = folder, steps, refuses

    def _path(self, method: str, name: str) -> Path:
        self.steps.step()
        if method in self.refuses:
            raise KeyringLocked("locked")
        return self.folder / name.replace("/", "!")

    def get_password(self, _service: str, username: str) -> str | None:
        path = self._path("get", username)
        return path.read_text() if path.exists() else None

    def set_password(self, _service: str, username: str, password: str) -> None:
        path = self._path("set", username)
        path.with_suffix(".new").write_text(password)
        os.rename(path.with_suffix(".new"), path)  # noqa: PTH104 - not a step of ccsetup's

    def delete_password(self, _service: str, username: str) -> None:
        path = self._path("delete", username)
        if not path.exists():
            raise PasswordDeleteError("not there")
        os.remove(path)  # noqa: PTH107 - not a step of ccsetup's


@dataclass(frozen=True)
class Forked:
    """A home, and a keyring beside it."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> dict[str, str]:
        return {path.name.replace("!", "/"): path.read_text() for path in self._keyring.iterdir()}

    @property
    def _keyring(self) -> Path:
        folder = self.home.parent / "keyring"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def profiles(self) -> Path:
        return self.home / ".config" / "ccsetup" / "profiles"

    def run(self, *words: str, stdin: str = "", kill: int | None = None, refuses: tuple[str, ...] = ()) -> Done:
        """Run one command line; killed before its step `kill`, if it gets so far (code -9)."""
        (self.home.parent / "in").write_text(stdin)
        environment = {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "HTTPS_PROXY": "http://127.0.0.1:9",
            **self.environment,
        }
        asked = {"home": str(self.home), "environment": environment, "words": words, "kill": kill, "refuses": refuses}
        asked["keyring"] = str(self._keyring)
        server = _server()
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return Done(code, (self.home.parent / "out").read_text(), (self.home.parent / "err").read_text())

    def ok(self, *words: str, stdin: str = "") -> Done:
        done = self.run(*words, stdin=stdin)
        assert done.code == 0, (words, done)
        return done


@cache
def _server() -> "subprocess.Popen[str]":
    """A process with the modules, which forks for each run; it ends with the tests."""
    words = [sys.executable, "-m", "tests.support.hostile_keyring"]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2])


def _serve() -> None:
    load_modules()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = _attend(json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _attend(asked: dict[str, Any]) -> int:
    home = Path(asked["home"])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, (name, mode) in enumerate((("in", os.O_RDONLY), ("out", flags), ("err", flags))):
        os.dup2(os.open(home.parent / name, mode), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(home)
    steps = Steps(asked["kill"])
    keyring.set_keyring(Held(Path(asked["keyring"]), steps, tuple(asked["refuses"])))
    for name in ("replace", "unlink"):
        setattr(os, name, _stepping(getattr(os, name), steps))
    sys.argv = ["ccsetup", *asked["words"]]
    try:
        __main__.main()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _stepping(call: Any, steps: Steps) -> Any:  # noqa: ANN401 - whatever os has
    def stepped(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        steps.step()
        return call(*given, **named)

    return stepped


if __name__ == "__main__":
    _serve()
