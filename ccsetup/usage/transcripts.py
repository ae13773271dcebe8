"""Where Claude Code's transcripts are: below `projects` of each configuration folder."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_DEEPEST = 6  # folders below `projects`


@dataclass(frozen=True, slots=True)
class Transcript:
    path: str
    folder: str  # the configuration folder
    session: str  # by its name; empty for a subagent's
    status: os.stat_result


def find_transcripts(folders: Iterable[Path]) -> Iterator[Transcript]:
    """Every regular `*.jsonl` file, each once; a folder that cannot be listed is passed over."""
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for path, depth, status in _files(str(folder / "projects"), 0):
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                name = Path(path).name
                main = depth == 1 and not name.startswith("agent-")
                yield Transcript(path, str(folder), name.removesuffix(".jsonl") if main else "", status)


def _files(folder: str, depth: int) -> Iterator[tuple[str, int, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=depth == 0):
                if depth < _DEEPEST:
                    yield from _files(entry.path, depth + 1)
            elif entry.name.endswith(".jsonl") and entry.is_file():
                yield entry.path, depth, entry.stat()
        except OSError:
            continue
