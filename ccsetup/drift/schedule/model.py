"""The data of a schedule: what is written for a timer, and how the timer is started and stopped."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ccsetup.knowledge import programs
from ccsetup.system import process

NAME = "ccsetup-drift"
HOOK = "CCSETUP_NOTIFY"  # where drift finds the URL to post to
_SECONDS = 30
TEMPLATES = Path(__file__).parent / "templates"

Every = Literal["hourly", "daily", "weekly"]
EVERY: tuple[Every, ...] = ("hourly", "daily", "weekly")


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """The result of another program; `code` is 127 if it could not be started and 124 if it timed out."""

    code: int
    out: bytes
    err: str


Runner = Callable[[Sequence[str], bytes], ProcessResult]
"""Runs a command line to its end with the given standard input."""


def processes(environment: Mapping[str, str]) -> Runner:
    """Return the runner of the real machine."""

    def run(words: Sequence[str], stdin: bytes = b"") -> ProcessResult:
        program = process.find(words[0], environment)
        if program is None:
            return ProcessResult(127, b"", f"{words[0]}: not found on the PATH")
        bare, said = programs.bare_environment(environment), list[str]()
        try:
            done = process.run(
                [program, *words[1:]], environment=bare, seconds=_SECONDS, stdin=stdin, heard=said.append
            )
        except process.TimeoutExpired:
            return ProcessResult(124, b"", f"no answer within {_SECONDS} s")
        except process.Flood:
            return ProcessResult(125, b"", "its output does not end")
        except OSError as why:
            return ProcessResult(127, b"", why.strerror or str(why))
        return ProcessResult(done.code, done.out, "\n".join(said).strip())

    return run


@dataclass(frozen=True, slots=True)
class Machine:
    """The properties of the machine that timers depend on."""

    home: Path
    cwd: Path
    state: Path
    environment: Mapping[str, str]
    system: str  # as sys.platform
    user: str
    host: str
    run: Runner

    def has(self, tool: str) -> bool:
        return process.find(tool, self.environment) is not None


@dataclass(frozen=True, slots=True)
class Job:
    """The timer's command, time and variables. Times are local, or UTC for a job that runs elsewhere.

    `program` begins with an absolute path for a job on this machine. No value holds a secret or a control character.
    """

    program: tuple[str, ...]
    flags: tuple[str, ...]  # arguments of `drift`
    environment: Mapping[str, str]
    every: Every
    minute: int
    hour: int
    weekday: int  # 0 is Sunday, as for cron

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.program, "drift", *self.flags)

    @property
    def cron(self) -> str:
        """The five fields of a crontab."""
        hour = "*" if self.every == "hourly" else str(self.hour)
        return f"{self.minute} {hour} * * {self.weekday if self.every == 'weekly' else '*'}"


class Destination(Protocol):
    """A file, or ccsetup's lines in the crontab."""

    @property
    def name(self) -> str:
        """The name shown to the user, and the key in the record."""

    def read(self) -> bytes | None:
        """Return the content; None if it does not exist."""

    def put(self, content: bytes) -> None: ...

    def clear(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Text:
    """The content for one destination."""

    place: Destination
    content: bytes


@dataclass(frozen=True, slots=True)
class TimerCommand:
    """A command line that starts or stops the timer. `may_fail` if there may be nothing to start or stop."""

    words: tuple[str, ...]
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """The timer's own report: whether it is active, the reason if not, and its next run if known."""

    active: bool
    reason: str = ""
    next_run: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of timer on this machine, or one kind of file for another machine (`look` is None)."""

    name: str
    tool: str | None  # the program that --install needs; None for another machine
    texts: Callable[[Job], tuple[Text, ...]]
    start: tuple[TimerCommand, ...] = ()  # run after the files are written
    stop: tuple[TimerCommand, ...] = ()  # run before they are deleted
    gone: tuple[TimerCommand, ...] = ()  # run after they are deleted
    look: Callable[[], TimerStatus] | None = None
    see: str = ""  # the command that shows the last run
    notes: tuple[str, ...] = ()
    place: Callable[[str], Destination] | None = None  # returns a destination of the record that is not a file
    folder: Path | None = None  # for another machine: where the files go, one schedule per folder

    @property
    def key(self) -> str:
        """The key in the record."""
        return self.name if self.folder is None else f"{self.name} {self.folder}"


def filled(template: str, places: Mapping[str, str]) -> str:
    """Return a file of `templates/` with its `@name@` placeholders filled."""
    import re

    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)@", lambda place: places[place[1]], text)
