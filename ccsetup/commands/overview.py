"""`ccsetup` alone and `ccsetup --help`: every command in its group, without importing any of them."""

import re
import shutil
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from ccsetup.system import console

_FOLDER = Path(__file__).parent
_WIDEST = 100
_HEAD = "Set up and verify how Claude Code connects to Claude, and switch between providers."
_START = (("Start here", "ccsetup init"), ("Try it without an account", "ccsetup demo"))
_OPTIONS = (
    ("-V, --version", "Show the version."),
    ("-h, --help", "Show this help; `ccsetup COMMAND --help` has examples."),
    ("--debug", "With any command: show each request and how long it took."),
)


def summary(module: str, variable: str) -> str:
    """The first line of a command's help text, read from its source: importing every command takes too long."""
    source = (_FOLDER / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    found = re.search(rf'^{variable} = f?"""(.+)$', source, re.MULTILINE)
    return found[1].removesuffix('"""') if found else ""


def overview(groups: Mapping[str, Iterable[tuple[str, str]]]) -> str:
    """Lay out the help of the program: {group: (name, summary) of each command}."""
    width = max(40, min(shutil.get_terminal_size().columns, _WIDEST))
    lines = [*textwrap.wrap(_HEAD, width), ""]
    lines += [f"{what}: {console.bold(command)}" for what, command in _START]
    lines += ["", "Usage: ccsetup COMMAND [OPTIONS]"]
    for title, rows in {**groups, "Options": _OPTIONS}.items():
        lines += ["", console.bold(f"{title}:")]
        for name, text in rows:
            wrapped = textwrap.wrap(text, max(20, width - 17), break_on_hyphens=False, break_long_words=False) or [""]
            lines.append(f"  {name.ljust(15)}{wrapped[0]}")
            lines += [" " * 17 + line for line in wrapped[1:]]
    return console.encodable("\n".join(lines))
