"""`drift` on a timer that the machine already has: what is written for it, and how it is started and stopped."""

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
    """How another program ended; `code` is 127 for one that could not be started."""

    code: int
    out: bytes
    err: str


Runner = Callable[[Sequence[str], bytes], ProcessResult]
"""Runs a command line to its end, with what it gets on standard input."""


def processes(environment: Mapping[str, str]) -> Runner:
    """The runner of the real machine."""

    def run(words: Sequence[str], stdin: bytes = b"") -> ProcessResult:
        program = process.find(words[0], environment)
        if program is None:
            return ProcessResult(127, b"", f"{words[0]}: not found on the PATH")
        bare, said = programs.bare_environment(environment), list[str]()
        try:
            done = process.ended(
                [program, *words[1:]], environment=bare, seconds=_SECONDS, stdin=stdin, heard=said.append
            )
        except process.TimeoutExpired:
            return ProcessResult(124, b"", f"no answer within {_SECONDS} s")
        except process.Flood:
            return ProcessResult(125, b"", "it prints without end")
        except OSError as why:
            return ProcessResult(127, b"", why.strerror or str(why))
        return ProcessResult(done.code, done.out, "\n".join(said).strip())

    return run


@dataclass(frozen=True, slots=True)
class Machine:
    """What of the machine a timer has to do with."""

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
    """What the timer runs, when, and with which variables. The times of day are local, or UTC where it runs elsewhere.

    `program` begins with an absolute path where it runs here. No value holds a secret or a control character.
    """

    program: tuple[str, ...]
    flags: tuple[str, ...]  # what `drift` gets
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
    """Where something is written: a file, or our lines in the crontab."""

    @property
    def name(self) -> str:
        """For the reader, and the key of the record."""

    def read(self) -> bytes | None:
        """What is there; None for nothing."""

    def put(self, content: bytes) -> None: ...

    def clear(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Text:
    """What goes to a place."""

    place: Destination
    content: bytes


@dataclass(frozen=True, slots=True)
class TimerCommand:
    """A command line that starts or stops the timer; `may_fail` where it can be without effect."""

    words: tuple[str, ...]
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """What the timer itself says: whether it is active, and its next run, where it knows."""

    active: bool
    reason: str = ""
    next_run: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of timer on this machine, or one kind of file for elsewhere (`look` is None)."""

    name: str
    tool: str | None  # the program that --install needs; None for elsewhere
    texts: Callable[[Job], tuple[Text, ...]]
    start: tuple[TimerCommand, ...] = ()  # once the files stand
    stop: tuple[TimerCommand, ...] = ()  # before they go
    gone: tuple[TimerCommand, ...] = ()  # once they are gone
    look: Callable[[], TimerStatus] | None = None
    see: str = ""  # the command that shows the last run
    note: str = ""
    place: Callable[[str], Destination] | None = None  # a place of the record that is no file
    folder: Path | None = None  # for elsewhere: where the files go, each folder a schedule of its own

    @property
    def key(self) -> str:
        """Its name in the record."""
        return self.name if self.folder is None else f"{self.name} {self.folder}"


def filled(template: str, places: Mapping[str, str]) -> str:
    """A file of `templates/` with its `@name@` places filled."""
    import re

    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)@", lambda place: places[place[1]], text)
