"""What `ccsetup cost --json` printed last, for as long as all that it depends on is unchanged.

It holds only while every file that was read, each by inode, size and times, is as it was before it was read, and so are
the command line, the day, the folders and the program. Imports `os`, `sys`, `time` and modules as light.
"""

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from ccsetup.knowledge import location
from ccsetup.knowledge.settings_files import read_bounded, settings_files
from ccsetup.profile import compiled
from ccsetup.system import owners
from ccsetup.system.standard_folders import standard_folders
from ccsetup.usage.transcript_files import files_below

FILE = "cost-answer"
UNTIL = "\0"  # stands for the time of the answer, which is the only part that changes
_MAGIC = "ccsetup cost "
_LARGEST = 1 << 26  # bytes
_NAMES = ("HOME", "CLAUDE_CONFIG_DIR", "CCSETUP_HOME", "CCSETUP_BORROWED", "CCSETUP_SAVED_CLAUDE_CONFIG_DIR",
          "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")  # fmt: skip
_MAKERS = ("usage", "advice", "commands/cost", "providers/prices")
_LOCK = ".lock"  # opening it changes its time


def kept_answer(arguments: Sequence[str], environment: Mapping[str, str]) -> bytes | None:
    """What `ccsetup cost <arguments>` prints, if what was kept still holds; None otherwise."""
    found = standard_folders(environment)
    if found is None or sys.stdout is None:
        return None
    config, cache, state = found
    try:
        trusted = owners.owners(environment.get("HOME", ""))
        for folder in (config, f"{config}/profiles", cache, f"{cache}/compiled", state):  # as a workspace does
            owners.check_folder(folder, trusted)
        kept = read_bounded(f"{cache}/{FILE}", largest=_LARGEST, trusted=trusted).split(b"\n", 6)
        if len(kept) != 7 or kept[0] != answer_key(arguments, environment):
            return None
        folders = [os.fsdecode(bytes.fromhex(folder.decode())) for folder in kept[1].split()]
        marks = own_marks(config, cache, state), read_marks(folders, environment), counts_mark(state)
        if tuple(kept[3:6]) != marks:
            return None
    except (OSError, ValueError):  # ValueError: a file that ccsetup did not write
        return None
    secrets = [os.fsencode(environment.get(name.decode(), "")) for name in kept[2].split()]
    if any(secret and secret in kept[6] for secret in secrets):
        return None
    return kept[6].replace(UNTIL.encode(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode())


def answer_key(arguments: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """A fingerprint of all that an answer depends on beside files: words, day, folders and program."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    program = [location.folder("profiles"), *(os.path.join(package, name) for name in _MAKERS)]
    words = (
        time.strftime("%Y-%m-%d", time.gmtime()),  # of the period
        sys.stdout.encoding or "",
        os.getcwd(),
        *(environment.get(name, "\0") for name in _NAMES),
        *arguments,
    )
    marks = _marks(os.stat(path) for folder in program for path in _inside(folder))
    text = "\0".join(words)
    return f"{_MAGIC}{compiled.stamp(environment)} {os.fsencode(text).hex()} ".encode() + marks


def own_marks(config: str, cache: str, state: str) -> bytes:
    """Of ccsetup's own files, apart from those of `counts_mark`: profiles, trust, prices."""
    aside = (f"{cache}/", f"{state}/usage/")
    return b" ".join(_listed(folder, "", aside) for folder in (config, state))


def read_marks(folders: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """Of the transcripts in these configuration folders, and of the settings files of each."""
    found = []
    for folder in folders:
        found += [os.fsencode(os.path.realpath(folder)).hex().encode(), _listed(f"{folder}/projects", ".jsonl")]
    for whose in (*folders, None):
        for _, path in settings_files(whose, environment, os.getcwd()):
            found.append(_marks(map(os.stat, filter(os.path.exists, [path]))) or b"-")
    found.append(os.fsencode(os.path.realpath(os.path.join(environment.get("HOME", ""), ".claude"))).hex().encode())
    return b" ".join(found)


def counts_mark(state: str) -> bytes:
    """Of the ledger, and what `run` noted."""
    return _listed(f"{state}/usage", "")


def _listed(folder: str, suffix: str, aside: tuple[str, ...] = ("\0",)) -> bytes:
    found = []
    for path, _, status in files_below(folder, suffix):
        if not path.startswith(aside) and not path.endswith(_LOCK):
            found.append(os.fsencode(path).hex().encode() + b"=" + _marks((status,)))
    return b" ".join(found) or b"-"


def _marks(statuses: Iterable[os.stat_result]) -> bytes:
    marks = (f"{one.st_ino:x}.{one.st_size:x}.{one.st_mtime_ns:x}.{one.st_ctime_ns:x}" for one in statuses)
    return ",".join(marks).encode()


def _inside(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if name.endswith((".py", ".toml")))
    return [os.path.join(folder, name) for name in names]
