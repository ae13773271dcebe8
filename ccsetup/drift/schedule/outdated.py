"""Checks whether the command line of an installed timer, from any version, still starts this ccsetup in its current
form."""

import html
import plistlib
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.drift.schedule.model import Every
from ccsetup.drift.schedule.record import Disk, Written
from ccsetup.system import decoding, own_command
from ccsetup.system.errors import UserError
from ccsetup.system.own_command import Outdated, Words


@dataclass(frozen=True, slots=True)
class Renewal:
    """A file of an installed schedule whose command line has to be renewed."""

    kind: str
    every: Every
    path: str
    why: Outdated

    @property
    def command(self) -> str:
        return f"ccsetup schedule --with {self.kind} --every {self.every} --install"


def renewals(record: Mapping[str, Written]) -> Iterator[Renewal]:
    """Yield files of the recorded schedules with an outdated command line. Only reads them."""
    for key, written in record.items():
        kind = key.partition(" ")[0]
        for name in written.places:
            for words in command_lines(Path(name)):
                if why := own_command.find_outdated(words, sys.argv[0]):
                    yield Renewal(kind, written.every, name, why)
                    break


def command_lines(path: Path) -> Iterator[Words]:
    """Yield ccsetup's command lines in a file that `schedule` wrote; nothing for an unknown kind of file."""
    read = _READERS.get(path.suffix)
    if read is None or not path.is_absolute():  # ccsetup's crontab line only starts the script
        return
    try:
        content = Disk(path).read()
        lines = tuple(read(content)) if content is not None else ()
    except (UserError, ValueError, LookupError, plistlib.InvalidFileException):
        return  # changed since, which `schedule --status` reports
    for line in lines:
        if words := own_command.parse(_without_shell(line)):
            yield words


def _without_shell(words: list[str]) -> list[str]:
    """Return the command without a shell in front of it."""
    if words[:2] != ["/bin/sh", "-c"]:
        return words
    return words[3:] if words[2] == 'exec "$0" "$@"' else shlex.split(words[2].removeprefix("exec "))


def _unit(content: bytes) -> Iterator[list[str]]:
    for line in re.findall(r"^ExecStart=(.*)$", content.decode(), re.MULTILINE):
        yield [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]


def _script(content: bytes) -> Iterator[list[str]]:
    for line in re.findall(r"^exec (.*) >.*$", content.decode(), re.MULTILINE):
        yield shlex.split(line)


def _agent(content: bytes) -> Iterator[list[str]]:
    yield [str(word) for word in plistlib.loads(content)["ProgramArguments"]]


def _task(content: bytes) -> Iterator[list[str]]:
    for line in re.findall(r"& (.*); exit \$LASTEXITCODE", html.unescape(content.decode("utf-16"))):
        yield _powershell(line.replace('\\"', '"'))


def _powershell(line: str) -> list[str]:
    """Return the words that `shells.powershell.quote` wrote: quoted parts, and characters by number."""
    words = [""]
    for text, number, blank in re.findall(r"'((?:[^']|'')*)'|\[char\]0x([0-9a-f]{4})|( )", line):
        if blank:
            words.append("")
        else:
            words[-1] += chr(int(number, 16)) if number else text.replace("''", "'")
    return words


def _workflow(content: bytes) -> Iterator[list[str]]:
    for line in re.findall(r"^ +(ccsetup .*)$", content.decode(), re.MULTILINE):
        yield shlex.split(line)


def _manifest(content: bytes) -> Iterator[list[str]]:
    for words in re.findall(r'command: (\[".*"\])', content.decode()):
        yield decoding.from_json_of_any_form(words)


_READERS: Mapping[str, Callable[[bytes], Iterator[list[str]]]] = {
    ".service": _unit,
    ".sh": _script,
    ".plist": _agent,
    ".xml": _task,
    ".yml": _workflow,
    ".yaml": _manifest,
}
