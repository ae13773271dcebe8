"""The model that an agent brings along, when a settings file makes it the main one.

Seen on 2.1.330: the `model` of the agent that the line `agent` names beats ANTHROPIC_MODEL and the line `model`. Agents
are Markdown files in the `agents` folders of the working folder, of those above it, and of the user.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccsetup.knowledge import decisive_settings, settings_files

_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---", re.DOTALL | re.MULTILINE)
_KEY = r"""^["']?{}["']?[ \t]*:[ \t]*["']?([^"'\r\n#]*)"""
_NAME, _MODEL = (re.compile(_KEY.format(key), re.MULTILINE) for key in ("name", "model"))
_MOST = 500  # files that are looked into
_LARGEST = 1 << 16  # bytes of a file
_SAME = ("", "inherit")  # the session's own model


@dataclass(frozen=True, slots=True)
class Agent:
    """The model that the agent asks for, and whether its definition came with the folder."""

    model: str
    from_folder: bool


def named(name: str, cwd: Path, user: Path) -> Agent | None:
    """The agent `name` if it asks for a model of its own. `user` is the folder of the user's settings."""
    root = Path(settings_files.repository(str(cwd)))
    above = [cwd, *(folder for folder in cwd.parents if root in (folder, *folder.parents))]
    project = [path for folder in above if (path := folder / ".claude") != user]
    for folders, from_folder in ((project, True), ([user], False)):
        defined = [model for model in _models(name, folders) if model is not None]
        if defined:
            own = next((model for model in defined if model not in _SAME), None)
            return Agent(own, from_folder) if own else None
    own = decisive_settings.load().agents.get(name)
    return Agent(own, from_folder=False) if own else None


def _models(name: str, folders: Sequence[Path]) -> Iterator[str | None]:
    """What each file says that may define the agent: its model, "" for none."""
    for path in _files(folders):
        try:
            with path.open("rb") as file:
                head = _HEAD.match(file.read(_LARGEST).decode(errors="replace"))
        except OSError:
            continue
        said = _NAME.search(head[1]) if head else None
        if head and said and said[1].strip() == name:
            model = _MODEL.search(head[1])
            yield model[1].strip() if model else ""


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    left = _MOST
    for folder in folders:
        for where, _, files in os.walk(folder / "agents"):
            for file in sorted(files):
                path = Path(where, file)
                if file.endswith(".md") and path.is_file():
                    if not left:
                        return
                    left -= 1
                    yield path
