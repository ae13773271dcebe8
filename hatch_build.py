"""The man page ccsetup(1), made for each wheel from the help of every command: tests/golden/help, which a test keeps
current. `python hatch_build.py FILE` writes it alone.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
HELPS = ROOT / "tests" / "golden" / "help"
_ENDS = {
    "EXIT STATUS": {
        "0": "Nothing is wrong.",
        "1": "A problem was found.",
        "2": "Wrong usage, or a refusal.",
        "3": "Something could not be checked.",
    },
    "ENVIRONMENT": {
        "CCSETUP_HOME": "A folder for profiles, state and cache, instead of those under FILES.",
        "CCSETUP_PROFILE": "The active profile of this shell; set by a switch.",
        "NO_COLOR": "No colours.",
    },
    "FILES": {
        "~/.config/ccsetup/profiles/NAME.toml": "A profile. On macOS: ~/Library/Application Support/ccsetup/profiles.",
        "~/.local/state/ccsetup": "What undo needs, what was trusted, and the counts of cost.",
        "~/.cache/ccsetup": "Lists of models and prices; may be deleted.",
        ".ccsetup": "The name of the profile of a folder and everything below it.",
    },
    "SEE ALSO": {"ccsetup explain": "A page about each error, with its fix."},
}


class ManPage(BuildHookInterface[Any]):
    """Adds the page to the wheel, where pip and pipx install it for `man`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        self._folder = tempfile.TemporaryDirectory(prefix="ccsetup-man-")
        page = Path(self._folder.name) / "ccsetup.1"
        page.write_text(man_page(self.metadata.version), encoding="utf-8")
        build_data["shared_data"][str(page)] = "share/man/man1/ccsetup.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        self._folder.cleanup()


def man_page(version: str) -> str:
    """ccsetup(1) in roff. The help texts are kept line by line, as a terminal of 80 columns shows them."""
    lines = [
        f'.TH CCSETUP 1 "" "ccsetup {version}" "User Commands"',
        ".SH NAME",
        r"ccsetup \- set up and verify how Claude Code connects to Claude",
        ".SH SYNOPSIS",
        ".B ccsetup",
        "COMMAND [OPTIONS]",
        ".SH DESCRIPTION",
        "A profile is a named set of settings for one way to reach Claude: an Anthropic API key, a Pro or Max plan,",
        "Amazon Bedrock, Google Vertex AI and others.",
        ".B ccsetup",
        "creates profiles, switches between them, and reports why one does not work and how to fix it.",
        ".SH COMMANDS",
    ]
    overview = (HELPS / "ccsetup.txt").read_text(encoding="utf-8")
    names = re.findall(r"^  ([a-z]+) {2,}", overview, re.MULTILINE)  # in the order of the overview
    for name in ("ccsetup", *names):
        text = (HELPS / f"{name}.txt").read_text(encoding="utf-8")
        lines += [*([] if name == "ccsetup" else [f".SS {name}"]), ".nf", ".in 0", *_roff(text), ".in", ".fi"]
    for title, items in _ENDS.items():
        lines.append(f".SH {title}")
        for term, meaning in items.items():
            lines += [".TP", *_roff(term), *_roff(meaning)]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> Iterator[str]:
    for line in text.splitlines():
        escaped = line.replace("\\", "\\e").replace("-", "\\-")
        escaped = "".join(letter if ord(letter) < 128 else f"\\[u{ord(letter):04X}]" for letter in escaped)
        yield f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    found = re.search('__version__ = "(.+)"', (ROOT / "ccsetup" / "__init__.py").read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text(man_page(found[1] if found else ""), encoding="utf-8")
