"""Files that look like Claude Code's settings and that it does not read, where they set what decides."""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec

from ccsetup.knowledge import nearly_right, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.system import decoding, files, presence
from ccsetup.system.spelling import is_misspelt
from ccsetup.system.system import System

_LARGEST = 1 << 20  # bytes
_LARGEST_STATE = 1 << 23
_ASSIGNMENT = re.compile(r"""^\s*(?:export\s+)?["']?([A-Z][A-Z0-9_]{3,})["']?\s*[:=]""", re.MULTILINE)
_OWN = ("CLAUDE_", "ANTHROPIC_VERTEX_", "ANTHROPIC_BEDROCK_", "ANTHROPIC_FOUNDRY_")
_SHOWN = 3

Decides = Callable[[str], bool]


def misplaced(where: Path | str, name: str, wanted: str) -> Finding:
    """The finding that Claude Code does not read `name` in `where`."""
    return Finding("config-misplaced", {"path": str(where), "name": name, "wanted": wanted})


def find_unread_files(
    config_dir: str | None, system: System, decides: Decides, used: Collection[str]
) -> Iterator[Finding]:
    """Yield the files that set a variable for which `decides` holds, and that is not in `used`."""
    paths = settings_files.settings_files(config_dir, system.environment, str(system.cwd))
    read = {Path(path) for _, path in paths}
    own = {name: Path(path) for name, path in paths}

    def is_missing(name: str) -> bool:
        return name not in used and decides(name)

    yield from _unread(own, read, system, is_missing)
    yield from _misspelt({own["user"].parent, own["project"].parent}, read, is_missing)
    yield from _repository(system.cwd, read, is_missing)
    yield from _state(own["global"], str(system.cwd), is_missing)


def _unread(own: dict[str, Path], read: set[Path], system: System, decides: Decides) -> Iterator[Finding]:
    settings = dict.fromkeys((own["user"].parent, own["project"].parent))
    folders = {"settings": tuple(settings), "home": (system.home,), "project": (system.cwd,)}
    for group in nearly_right.near_misses().file:
        for path in (folder / name for folder in folders[group.folder] for name in group.names):
            if path in read or not presence.is_file(path):
                continue
            if group.always:
                yield misplaced(path, "this file", f"its name must be {group.wanted}")
            elif names := [name for name in _variables(path) if decides(name)]:
                yield misplaced(path, f"this file, which sets {_listed(names)}", f"set it in {group.wanted}")


def _misspelt(folders: set[Path], read: set[Path], decides: Decides) -> Iterator[Finding]:
    """Yield files whose name differs in a letter or two, or in upper and lower case where the file system tells them
    apart, unless the right one is there or the data name it."""
    wanted = ("settings.json", "settings.local.json")
    named = {name for file in nearly_right.near_misses().file for name in file.names}
    for folder in sorted(folders):
        try:
            names = sorted(path.name for path in folder.iterdir())
        except OSError:
            continue
        for name in names:
            lower = name.lower()
            meant = next((one for one in wanted if lower == one or is_misspelt(lower, one)), None)
            if (
                meant is None
                or name in (*wanted, *named)
                or not lower.endswith(".json")
                or presence.exists(folder / meant)
            ):
                continue
            if folder / name not in read and any(map(decides, _variables(folder / name))):
                yield misplaced(folder / name, "this file", f"its name must be {meant}")


def _repository(cwd: Path, read: set[Path], decides: Decides) -> Iterator[Finding]:
    """Yield the project's settings at the root of the repository: seen, they are read from the working folder alone."""
    if presence.exists(cwd / ".git"):  # also a worktree, whose main one is the repository's root
        return
    root = Path(settings_files.repository(str(cwd)))
    path = root / ".claude" / "settings.json"
    if path not in read and (names := [name for name in _variables(path) if decides(name)]):
        yield misplaced(
            path, f"{_listed(names)} from here", f"start it in {root}, or set it in {cwd}/.claude/settings.json"
        )


def _state(path: Path, cwd: str, decides: Decides) -> Iterator[Finding]:
    """Yield variables of `.claude.json` that stand outside its `env`."""
    try:
        content = decoding.from_json(files.read_named(path, _LARGEST_STATE), dict[str, msgspec.Raw])
        projects = decoding.from_json(bytes(content.get("projects", msgspec.Raw(b"{}"))), dict[str, _Project])
    except (OSError, msgspec.DecodeError):
        return
    for name in content:
        if name.isupper() and decides(name):
            yield misplaced(path, f"{name} outside env", "move it into env")
    here = projects.get(cwd)
    if here and isinstance(here.env, dict) and (names := [name for name in here.env if decides(str(name))]):
        yield misplaced(path, f"{_listed(names)} of a project", "set it in the project's .claude/settings.local.json")


class _Project(msgspec.Struct):
    env: object = None


def _variables(path: Path) -> list[str]:
    """The variables that a file sets, at its top or in an `env`. Of a `.env`, which other programs read, those that are
    Claude Code's alone."""
    try:
        text = files.read_named(path, _LARGEST)
    except OSError:
        return []
    if path.suffix != ".json":
        names = _ASSIGNMENT.findall(text.decode(errors="replace"))
        return [name for name in dict.fromkeys(names) if name.startswith(_OWN)]
    try:
        content = decoding.from_json(text, dict[str, object])
    except msgspec.DecodeError:
        return []
    keys = nearly_right.near_misses().env
    inner = [
        name for key, value in content.items() if key.lower() in keys and isinstance(value, dict) for name in value
    ]
    return list(dict.fromkeys((*inner, *content)))


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
