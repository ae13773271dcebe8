"""Where Claude Code's transcripts are: below `projects` of each configuration folder."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ccsetup.usage.transcript_files import files_below


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
        for path, depth, status in files_below(str(folder / "projects"), ".jsonl"):
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                name = Path(path).name
                main = depth == 1 and not name.startswith("agent-")
                yield Transcript(path, str(folder), name.removesuffix(".jsonl") if main else "", status)
