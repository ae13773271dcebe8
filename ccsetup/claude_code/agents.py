"""The model of an agent that a settings file makes the main one.

Seen on 2.1.330: if a settings file has the line `agent`, that agent's `model` overrides ANTHROPIC_MODEL and the line
`model`. Agents are Markdown files in the `agents` folders of the working folder, of the folders above it, and of the
user.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccsetup.knowledge import decisive_settings, settings_files
from ccsetup.system import presence

_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---", re.DOTALL | re.MULTILINE)
_KEY = r"""^["']?{}["']?[ \t]*:[ \t]*["']?([^"'\r\n#]*)"""
_NAME, _MODEL = (re.compile(_KEY.format(key), re.MULTILINE) for key in ("name", "model"))
_MOST = 500  # files read at most
_LARGEST = 1 << 16  # bytes read of each file
_SAME = ("", "inherit")  # values that keep the session's model


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's model, and whether its definition is in the project rather than in the user's settings folder."""

    model: str
    from_folder: bool


def find_agent(name: str, cwd: Path, user: Path) -> Agent | None:
    """Return the agent `name` if it sets a model, else None. `user` is the folder of the user's settings."""
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
    """Yield the model of each file that defines the agent `name`; "" if the definition has no model."""
    for path in _files(folders):
        try:
            with path.open("rb") as file:
                front_matter = _HEAD.match(file.read(_LARGEST).decode(errors="replace"))
        except OSError:
            continue
        name_match = _NAME.search(front_matter[1]) if front_matter else None
        if front_matter and name_match and name_match[1].strip() == name:
            model = _MODEL.search(front_matter[1])
            yield model[1].strip() if model else ""


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    remaining = _MOST
    for folder in folders:
        for parent, _, files in os.walk(folder / "agents"):
            for file in sorted(files):
                path = Path(parent, file)
                if file.endswith(".md") and presence.is_file(path):
                    if not remaining:
                        return
                    remaining -= 1
                    yield path
