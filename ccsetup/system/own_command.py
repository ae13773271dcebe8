"""Command lines that start ccsetup, as written into timers and settings files, and checks that they still work."""

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "key": (),
    "drift": ("--notify", "--within", "--json", "--shard", "--merge"),
    "import": (),
    "trust": ("--yes",),
    "statusline": (),
}
"""The commands that ccsetup has ever written into files, with the options that they accept today."""

_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?", re.IGNORECASE)
_SAFE = ("-P", "-I")  # with these options Python does not import modules from the current folder
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why a command line of ccsetup must be rewritten. `works`: it still starts ccsetup; `harmless`: and it does
    nothing unsafe."""

    reason: str
    works: bool = False
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A command line of ccsetup, split into the words that start the program and its arguments."""

    program: tuple[str, ...]
    arguments: tuple[str, ...]


def program(started: str) -> tuple[str, ...]:
    """The words that start this program from any folder and with any PATH. `started` is sys.argv[0]."""
    for path in (
        Path(started),
        Path(sys.executable).with_name("ccsetup"),
        Path(sys.executable).with_name("ccsetup.exe"),
    ):
        if path.name in ("ccsetup", "ccsetup.exe") and path.is_file():
            return (os.path.abspath(path),)  # noqa: PTH100 - resolve() would follow links out of the user's bin folder
    return (sys.executable, "-P", "-m", "ccsetup")


def parse(line: Sequence[str]) -> Words | None:
    """Split the words of a shell's or timer's command line, skipping leading variable assignments. Returns None if the
    command is not ccsetup."""
    words = list(line)
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    if not words:
        return None
    if Path(words[0]).stem == "ccsetup":
        return Words(tuple(words[:1]), tuple(words[1:]))
    if _PYTHON.fullmatch(Path(words[0]).name):
        for place, word in enumerate(words[1:], 1):
            if word == "-m":
                ours = words[place + 1 : place + 2] == ["ccsetup"]
                return Words(tuple(words[: place + 2]), tuple(words[place + 2 :])) if ours else None
            if not word.startswith("-"):
                return None
    return None


def split(line: object) -> Words | None:
    """Like `parse`, for a line of a settings file, split as the shell would split it."""
    try:
        return parse(shlex.split(line)) if isinstance(line, str) else None
    except ValueError:
        return None


def find_outdated(words: Words, started: str) -> Outdated | None:
    """Why this command line must be rewritten; None if it starts this installation with current options.

    A bare program name is accepted: the PATH of the calling process decides what it starts.
    """
    return _program(words.program, started) or _arguments(words.arguments)


def _program(program_: Sequence[str], started: str) -> Outdated | None:
    path = Path(program_[0])
    if len(program_) == 1 and path.name == program_[0]:
        return None
    if not path.is_absolute():
        return Outdated(f"{path} is found only from one folder")
    if not (path.is_file() and os.access(path, os.X_OK)):
        return Outdated(f"{path} is gone")
    if len(program_) > 1 and not set(_SAFE) & set(program_):
        return Outdated(f"{shlex.join(program_)} takes modules from the folder it is started in", works=True)
    if not _is_this(path, started):
        return Outdated(f"{path} is another installation of ccsetup than this one", works=True, harmless=True)
    return None


def _is_this(path: Path, started: str) -> bool:
    """Whether a program or Python interpreter belongs to the running installation. pipx and uv install launchers as
    links."""
    if path.resolve() == Path(started).resolve():
        return True
    return Path(sys.executable).parent in (path.parent, path.resolve().parent)


def _arguments(arguments: Sequence[str]) -> Outdated | None:
    command = arguments[0] if arguments else ""
    if command not in ACCEPTED:
        return Outdated(f"`{command}` is not a command that ccsetup is started with")
    for word in arguments[1:]:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in ACCEPTED[command]:
            return Outdated(f"`ccsetup {command}` has no option {option}")
    return None
