"""What Claude Code's environment comes to: the settings layers over a shell, and for each variable who decided it.

Pure: files were read by `settings`, the shell's variables come in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment as environ
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile, references
from ccsetup.system.secret import Secret

SHELL = "shell"
PROFILE = "profile"
HOST_MANAGED = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
# Seen: the client obeys these before it reads any settings file, which cannot take them back.
BEFORE_FILES = (HOST_MANAGED, "CLAUDE_CODE_HOST_AUTH_ENV_VAR", "ANTHROPIC_UNIX_SOCKET", "CLAUDE_CONFIG_DIR")
_UNKNOWN = "\0"  # no environment can hold it, so that no value is taken for the secret


@dataclass(frozen=True, slots=True)
class Decided:
    """One variable, or a settings line: its value, the layer that decided it, and the layers that say otherwise."""

    name: str
    value: str
    layer: str  # managed, local, project, user, profile (set in this shell by ccsetup) or shell
    path: Path | None = None  # the settings file
    beats: tuple[str, ...] = ()


def unfetched(name: str, profile: Profile, knowledge: Knowledge, home: str) -> EnvironmentChange:
    """What the profile does to an environment, without fetching its secrets; no value equals one of them."""
    held = references(profile, knowledge.surface(profile.surface))
    secrets = dict.fromkeys(held, Secret(_UNKNOWN))
    return environ.change(name, profile, knowledge, home=home, secrets=secrets)


def says(change: EnvironmentChange, name: str, value: str) -> bool:
    """Whether `change` gives the variable `name` this value; a secret that was not fetched is taken for it."""
    ours = change.values.get(name)
    if isinstance(ours, Secret):
        return ours.reveal() in (_UNKNOWN, value)
    return ours is not None and ours == value


def variables(
    layers: tuple[Layer, ...], environment: Mapping[str, str], change: EnvironmentChange | None
) -> dict[str, Decided]:
    """Every variable of the shell and of the settings layers, as the client sees it.

    `change` is the active profile's, or of one that is looked at as if it were active.
    """
    layers = tuple(_heard(layers, environment))
    names = dict.fromkeys([*environment, *(name for layer in layers for name in layer.env)])
    return {name: _decided(name, layers, environment, change) for name in names}


def lines(layers: tuple[Layer, ...]) -> dict[str, Decided]:
    """Every settings line that says how Claude is reached, or which model; blank ones that hide another included."""
    found: dict[str, Decided] = {}
    for line in precedence.load().lines:
        saying = [layer for layer in layers if line in layer.content]
        if saying:
            beats = tuple(layer.name for layer in saying[1:] if layer.content[line] != saying[0].content[line])
            found[line] = Decided(line, str(saying[0].content[line]), saying[0].name, saying[0].path, beats)
    return found


def values(decided: Mapping[str, Decided]) -> dict[str, str]:
    """{NAME: value} of what was decided."""
    return {name: one.value for name, one in decided.items()}


def _decided(
    name: str, layers: tuple[Layer, ...], environment: Mapping[str, str], change: EnvironmentChange | None
) -> Decided:
    # Strongest first; the shell, whose value may be the profile's doing, is the weakest.
    saying: list[tuple[str, Path | None, str]] = [
        (layer.name, layer.path, layer.env[name]) for layer in layers if name in layer.env
    ]
    if name in environment:
        ours = change is not None and says(change, name, environment[name])
        saying.append((PROFILE if ours else SHELL, None, environment[name]))
    elif change is not None and name in change.values:
        saying.append((PROFILE, None, ""))
    layer, path, value = saying[0]
    beats = tuple(dict.fromkeys(other for other, _, theirs in saying[1:] if theirs != value))
    return Decided(name, value, layer, path, beats)


def _heard(layers: tuple[Layer, ...], environment: Mapping[str, str]) -> Iterator[Layer]:
    """Seen on 2.1.330: an application that manages the provider makes the client deaf for all but managed layers."""
    if not precedence.load().is_on(environment.get(HOST_MANAGED)):
        yield from layers
        return
    yield from (layer for layer in layers if layer.name == MANAGED)
