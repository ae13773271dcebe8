"""The effective configuration: settings layers over a shell's variables, and which layer decided each of them.

Pure: `settings` reads the files, and the shell's variables are an argument.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.claude_code.settings import FOLDER, MANAGED, Layer
from ccsetup.knowledge import decisive_settings, precedence
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment as environ
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile, references
from ccsetup.system.secret import Secret

SHELL = "shell"
PROFILE = "profile"
HOST_MANAGED = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
# Seen: the client applies these before it reads any settings file, so that no file can override them.
BEFORE_FILES = (HOST_MANAGED, "CLAUDE_CODE_HOST_AUTH_ENV_VAR", "ANTHROPIC_UNIX_SOCKET", "CLAUDE_CONFIG_DIR")
_LEADS_AWAY = re.compile(r"_(BASE_)?URL|_ENDPOINT|_HOST$|_SOCKET$|^HOME$|^PATH$|_URI$")
_UNKNOWN = "\0"  # no environment can hold it, so it never equals a real value


@dataclass(frozen=True, slots=True)
class Decided:
    """A variable or settings line: its value, the layer that decided it, and the weaker layers with another value."""

    name: str
    value: str
    layer: str  # managed, local, project, user, profile (set in this shell by ccsetup) or shell
    path: Path | None = None  # the settings file
    beats: tuple[str, ...] = ()
    from_folder: bool = False  # whether that file may come with a project


def change_without_secrets(name: str, profile: Profile, knowledge: Knowledge, home: str) -> EnvironmentChange:
    """Return the profile's environment change without fetching its secrets.

    Each secret becomes a placeholder that equals no value of an environment.
    """
    names = references(profile, knowledge.surface(profile.surface))
    secrets = dict.fromkeys(names, Secret(_UNKNOWN))
    return environ.change(name, profile, knowledge, home=home, secrets=secrets)


def gives_value(change: EnvironmentChange, name: str, value: str) -> bool:
    """Whether `change` gives the variable `name` this value; any value matches a secret that was not fetched."""
    expected = change.values.get(name)
    if isinstance(expected, Secret):
        return expected.reveal() in (_UNKNOWN, value)
    return expected is not None and expected == value


def variables(
    layers: tuple[Layer, ...], environment: Mapping[str, str], change: EnvironmentChange | None
) -> dict[str, Decided]:
    """Return every variable of the shell and of the settings layers as the client sees it.

    `change` is that of the active profile, or of a profile that is checked as if it were active. A variable with the
    name of a settings line (`model`) is left out: the client reads none (seen on 2.1.332).
    """
    layers, lines = tuple(_readable_layers(layers, environment)), precedence.load().lines
    names = dict.fromkeys([*environment, *(name for layer in layers for name in layer.env)])
    return {name: _decide(name, layers, environment, change) for name in names if name not in lines}


def lines(layers: tuple[Layer, ...]) -> dict[str, Decided]:
    """Return every settings line that selects a provider, credential or model, including blank lines that hide a
    weaker layer's."""
    decided: dict[str, Decided] = {}
    for line in precedence.load().lines:
        sources = [layer for layer in layers if line in layer.content]
        if sources:
            beats = tuple(layer.name for layer in sources[1:] if layer.content[line] != sources[0].content[line])
            first = sources[0]
            decided[line] = Decided(line, str(first.content[line]), first.name, first.path, beats, first.from_folder)
    return decided


def values(decided: Mapping[str, Decided]) -> dict[str, str]:
    """Return {NAME: value} without the layers."""
    return {name: variable.value for name, variable in decided.items()}


def of_requests(
    layers: tuple[Layer, ...], environment: Mapping[str, str], change: EnvironmentChange, knowledge: Knowledge
) -> dict[str, str]:
    """Return the environment for ccsetup's own requests: `environment`, to which `change` was applied, with every
    variable of the settings layers, as the client ends up with it.

    What a file that may come with a project says about hosts, proxies and certificates is left out: anyone can write
    such a file, and credentials must not follow it. `overrides` names those lines.
    """
    network = decisive_settings.load().network

    def left_out(name: str) -> bool:
        return network.has(name) or knowledge.is_escape(name) or leads_away(name)

    kept = tuple(_without(layer, left_out) if layer.from_folder else layer for layer in layers)
    return values(variables(kept, environment, change))


def leads_away(name: str) -> bool:
    """Whether the variable may name a host, or the folder where credentials are, by its name."""
    return _LEADS_AWAY.search(name) is not None


def before_folder_keys(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return the layers without the AWS credentials that the client reads in a project's files after its first
    requests."""
    late = decisive_settings.load().late_from_folder
    return tuple(_without(layer, late) if layer.name in FOLDER else layer for layer in layers)


def _decide(
    name: str, layers: tuple[Layer, ...], environment: Mapping[str, str], change: EnvironmentChange | None
) -> Decided:
    # Strongest first; the shell is the weakest, and its value may come from the profile.
    sources = [
        Decided(name, layer.env[name], layer.name, layer.path, (), layer.from_folder)
        for layer in layers
        if name in layer.env
    ]
    if name in environment:
        from_profile = change is not None and gives_value(change, name, environment[name])
        sources.append(Decided(name, environment[name], PROFILE if from_profile else SHELL))
    elif change is not None and name in change.values:
        sources.append(Decided(name, "", PROFILE))
    first, *others = sources
    return replace(first, beats=tuple(dict.fromkeys(other.layer for other in others if other.value != first.value)))


def _readable_layers(layers: tuple[Layer, ...], environment: Mapping[str, str]) -> Iterator[Layer]:
    """Yield the layers as the client reads them. Seen on 2.1.330: with HOST_MANAGED set, managed layers only."""
    if precedence.load().is_on(environment.get(HOST_MANAGED)):
        yield from (layer for layer in layers if layer.name == MANAGED)
        return
    ignored = decisive_settings.load().ignored_in_folder
    yield from (_without(layer, ignored) if layer.name in FOLDER else layer for layer in layers)


def _without(layer: Layer, dropped: Callable[[str], bool]) -> Layer:
    """Return the layer without the variables that are `dropped`."""
    if not any(dropped(name) for name in layer.env):
        return layer
    return replace(layer, env={name: value for name, value in layer.env.items() if not dropped(name)})


def users_line(layers: Iterable[Layer], line: str) -> str:
    """Return a line of the user's own settings file as text; "" without one."""
    return next((str(layer.content.get(line) or "") for layer in layers if layer.is_users_own), "")
