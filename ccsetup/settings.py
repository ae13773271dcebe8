"""Claude Code's settings files: what they say about the variables of a profile.

Precedence, as documented and as seen on the client: managed > `--settings` > local > project > user, key by key;
and a line in any of them beats the exported variable of the same name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup import compiled, environ
from ccsetup.environ import Change
from ccsetup.page import Finding
from ccsetup.surface import Surface
from ccsetup.world import World

_OFF = ("", "0", "false", "no", "off")  # how the client reads a flag that is not on


@dataclass(frozen=True, slots=True)
class Layer:
    """One settings file that is there: its `env` block, and the names of its other lines."""

    name: str  # managed, local, project or user
    path: Path
    env: Mapping[str, str]
    lines: Mapping[str, bool]  # whether it says anything: a blank in a stronger layer hides a weaker one


def layers(world: World, config_dir: str | None = None) -> tuple[tuple[Layer, ...], tuple[Finding, ...]]:
    """The layers there are, strongest first, and a finding for each file that the client cannot read.

    `config_dir` is where the profile moves the user's settings, None for where they are now.
    """
    found: list[Layer] = []
    broken: list[Finding] = []
    for name, path in compiled.settings_files(config_dir, world.environment, str(world.cwd)):
        try:
            text = Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as why:
            broken.append(Finding("settings-malformed", {"path": path, "reason": why.strerror or str(why)}))
            continue
        try:
            content = msgspec.json.decode(_decoded(text), type=dict[str, object]) if text.strip() else {}
        except msgspec.DecodeError as why:
            broken.append(Finding("settings-malformed", {"path": path, "reason": str(why)}))
            continue
        env = content.get("env")
        variables = {key: _as_text(value) for key, value in env.items()} if isinstance(env, dict) else {}
        lines = {key: bool(value) for key, value in content.items()}
        found.append(Layer(name, Path(path), variables, lines))
    return tuple(found), tuple(broken)


def defeats(found: tuple[Layer, ...], change: Change, surface: Surface) -> Iterator[Finding]:
    """What of `change` the client will not obey, each with the strongest layer that decides it."""
    decided: set[str] = set()
    for layer in found:
        for variable, value in layer.env.items():
            if variable not in decided and _beats(variable, value, change):
                yield _override(layer, variable, change)
            decided.add(variable)
        for line, variable in surface.settings.items():
            if line in layer.lines and line not in decided:
                decided.add(line)
                if layer.lines[line] and beaten(variable, change):
                    yield _override(layer, line, change)


def _beats(variable: str, theirs: str, change: Change) -> bool:
    if variable in change.values:
        ours = environ.revealed(change)[variable]
        if ours is None and variable.startswith("CLAUDE_CODE_"):
            return theirs.lower() not in _OFF
        return theirs != (ours or "")
    return bool(theirs) and variable.startswith(tuple(change.families))


def beaten(variable: str, change: Change) -> bool:
    """Whether a settings line that beats `variable` beats this change; "" stands for a login, always there."""
    return not variable or change.values.get(variable) is not None


def _override(layer: Layer, variable: str, change: Change) -> Finding:
    facts = {"path": str(layer.path), "variable": variable, "layer": layer.name, "profile": change.profile}
    return Finding("settings-override", facts)


def _decoded(text: bytes) -> str:
    """Seen on 2.1.330: a mark at the front is honoured, UTF-16's too, and bytes that are no UTF-8 do no harm."""
    if text.startswith(b"\xff\xfe"):
        return text.decode("utf-16", "replace")
    return text.decode("utf-8-sig", "replace")


def _as_text(value: object) -> str:
    """The client takes numbers and booleans in `env` as their text."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return str(value)
