"""Whether a path leads to something. What may not be looked at counts as missing, where pathlib's own methods raise."""

import os
from pathlib import Path


def is_file(path: Path) -> bool:
    return os.path.isfile(path)


def exists(path: Path) -> bool:
    return os.path.exists(path)
