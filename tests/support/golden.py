"""Golden files: what ccsetup prints, kept in tests/golden and changed on purpose, by `pytest --update-golden`."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccsetup import __version__
from tests.support.program import EXECUTABLE

FOLDER = Path(__file__).parents[1] / "golden"
_CHANGING: Mapping[str, str] = {
    re.escape(str(EXECUTABLE)): "ccsetup",
    re.escape(__version__): "VERSION",
    r"127\.0\.0\.1:\d+": "127.0.0.1:PORT",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?": "TIME",
    r"\d{4}-\d\d-\d\d": "DATE",
    r'(?<=time=")[\d.]+(?=")': "SECONDS",
}


def stable(text: str, home: Path) -> str:
    """The text without what differs from run to run: the home folder, ports, days, the version."""
    text = text.replace(str(home), "HOME")
    for pattern, placeholder in _CHANGING.items():
        text = re.sub(pattern, placeholder, text)
    return "".join(f"{line.rstrip()}\n" for line in text.rstrip("\n").split("\n"))


@dataclass(frozen=True)
class Golden:
    """Compares texts with the files, or rewrites the files."""

    home: Path
    update: bool

    def check(self, name: str, text: str) -> None:
        """Fail with a diff if the file `name` has another text."""
        file, now = FOLDER / name, stable(text, self.home)
        if self.update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(now, encoding="utf-8")
            return
        kept = file.read_text(encoding="utf-8") if file.exists() else ""
        if now != kept:
            lines = difflib.unified_diff(
                kept.splitlines(), now.splitlines(), f"tests/golden/{name}", "now", lineterm=""
            )
            pytest.fail("\n".join((*lines, "", "If this is meant: pytest --update-golden, then read the diff")), False)
