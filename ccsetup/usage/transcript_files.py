"""The files of transcripts. Imports `os` alone: what was kept of them is compared before anything else is imported."""

import os
from collections.abc import Iterator

_DEEPEST = 6  # folders below the first


def files_below(folder: str, suffix: str, depth: int = 0) -> Iterator[tuple[str, int, os.stat_result]]:
    """(path, depth, status) of every regular file with that suffix, in the order of names; a folder that cannot be
    listed is passed over."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=depth == 0):
                if depth < _DEEPEST:
                    yield from files_below(entry.path, suffix, depth + 1)
            elif entry.name.endswith(suffix) and entry.is_file():
                yield entry.path, depth, entry.stat()
        except OSError:
            continue
