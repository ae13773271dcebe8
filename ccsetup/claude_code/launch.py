"""Claude Code itself: how it is started so that no settings file of the user's defeats a profile.

Seen on 2.1.330. `--settings FILE` beats user, project and local settings and `.claude.json` key by key, and "" there
switches a variable off. But a credential blanked there is blank for the profile too, and none is written to a file. A
profile with a secret, and a shell whose secret a file would beat, therefore take CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST,
with which the client ignores provider and network variables of those layers; for AWS it then needs AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE in the environment.
"""

import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.claude_code import overrides, settings_lines
from ccsetup.claude_code.installation import PROGRAM
from ccsetup.claude_code.overrides import Override
from ccsetup.claude_code.settings import FOLDER, MANAGED, Layer, layer
from ccsetup.knowledge import decisive_settings
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers import catalogue
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

GIVEN = "--settings"  # the layer that the user gives on the command line
_HOST_MANAGED = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
_LARGEST = 16 << 20  # bytes of a settings file; the client reads more, and takes seconds
_KEEP_SECONDS = 30 * 24 * 3600  # a session may run long, and reads the file again when it changes


@dataclass(frozen=True, slots=True)
class Started:
    """How to start the client: the command, further variables for it, and what is beaten by them, for a message."""

    command: list[str]
    variables: Mapping[str, str]
    overrides: tuple[Override, ...]
    models: tuple[tuple[str, Path], ...]  # (settings line, file)


def is_claude(word: str) -> bool:
    return Path(word).name in (PROGRAM, f"{PROGRAM}.exe")


def not_found(word: str) -> UserError:
    return UserError(f"there is no program {word!r} on the PATH", "check its name, or give its whole path")


def with_settings(
    words: list[str],
    change: EnvironmentChange,
    knowledge: Knowledge,
    surface: Surface,
    system: System,
    layers: tuple[Layer, ...],
) -> Started:
    """The command with `--settings FILE`, merged with one the user gave, so that what `layers` decide is beaten."""
    words, theirs = _taken(words)
    given = layer(GIVEN, Path(GIVEN), theirs)
    layers = (*(one for one in layers if one.name == MANAGED), given, *(one for one in layers if one.name != MANAGED))
    child = environment.applied(change, system.environment)
    found = overrides.found_in(layers, change, surface, system.environment)
    lines, models = _lines(knowledge, found, change, surface), _models(layers, change, knowledge, surface)
    wanted = {one.name: one.wanted for one in found if not one.is_line and one.layer.name != MANAGED}
    env = {name: value for name, value in wanted.items() if value or not environment.never_empty(name, knowledge)}
    more: dict[str, str] = {}
    if _needs_host(change, env):
        more = _host_managed(child, system) | overrides.own_network(layers)
        _refuse_secret(env, knowledge)
        secret = {name for name, value in change.values.items() if isinstance(value, Secret)}
        env = {
            name: value
            for name, value in env.items()
            if name not in secret and not overrides.may_be_secret(name, value)
        }
        # The client ignores provider variables there, and a credential must not be written down.
        foreign = (*knowledge.owned, *change.values)
        kept = {name: value for name, value in _mapping(theirs.get("env")).items() if name not in foreign}
    else:
        env = {**environment.filed(change, knowledge), **env}
        kept = _mapping(theirs.get("env"))
    content = {**theirs, **lines, **models, "env": {**kept, **env}}
    told = tuple(one for one in found if one.layer.name != MANAGED)
    command = [words[0], "--settings", str(_kept(system.cache / "run", content)), *words[1:]]
    return Started(command, more, told, _models_beaten(layers, models))


def _lines(
    knowledge: Knowledge, found: tuple[Override, ...], change: EnvironmentChange, surface: Surface
) -> dict[str, object]:
    """The settings lines that must say something else; another surface's are always blank."""
    foreign = {line for other in knowledge.surfaces.values() for line in other.settings} - set(surface.settings)
    own = {line for line, variable in surface.settings.items() if overrides.beaten(variable, change)}
    beaten = {one.name: one.wanted for one in found if one.is_line}
    return {**dict.fromkeys(sorted(foreign | own), ""), **beaten}


def _needs_host(change: EnvironmentChange, env: Mapping[str, str]) -> bool:
    """Whether a value must be said that no file may hold."""
    secret = any(isinstance(value, Secret) for value in change.values.values())
    return secret or any(overrides.may_be_secret(name, value) for name, value in env.items())


def _refuse_secret(env: Mapping[str, str], knowledge: Knowledge) -> None:
    """What the client takes from a settings file even when a host manages it must not be a secret of the shell's."""
    known = decisive_settings.load()
    for name, value in env.items():
        covered = name.startswith("AWS_") or name in knowledge.owned or known.network.has(name)
        if overrides.may_be_secret(name, value) and not covered:
            raise UserError(
                f"a settings file sets {name}, and this shell's value is a secret that ccsetup writes to no file",
                f"take {name} out of the settings file",
            )


def _host_managed(child: Mapping[str, str], system: System) -> dict[str, str]:
    """What makes the client ignore provider and network variables of the files it can be told to ignore."""
    more = {_HOST_MANAGED: "1"}
    for name, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        if not child.get(name):
            more[name] = str(system.home / ".aws" / file)
    return more


def _models(
    layers: tuple[Layer, ...], change: EnvironmentChange, knowledge: Knowledge, surface: Surface
) -> dict[str, object]:
    """The model lines that must say something else: a folder's, and an id that the profile's surface cannot serve."""
    shared = knowledge.shared
    pins = {str(change.values[name]) for name in shared.models.values() if change.values.get(name)}
    known = {catalogue.bare(pin) for pin in pins} | set(shared.aliases)
    lines: dict[str, object] = {}
    line = next((one for one in layers if "model" in one.content), None)
    if line is not None and line.name != MANAGED and not change.values.get(shared.models["default"]):
        says = str(line.content["model"])
        kept = next((str(one.content["model"]) for one in layers if one.name == "user" and "model" in one.content), "")
        if catalogue.bare(kept) not in known and (pins or not decisive_settings.load().serves(kept, surface.name)):
            kept = ""
        chosen = says if line.name == GIVEN or catalogue.bare(says) in known - set(shared.aliases) else kept
        if says != chosen:
            lines["model"] = chosen
    changed = {
        key
        for one in layers
        for key, other in _mapping(one.content.get("modelOverrides")).items()
        if one.name not in (MANAGED, GIVEN) and key != other and (key in {*pins, *known} or one.name in FOLDER)
    }
    if changed:
        lines["modelOverrides"] = {key: key for key in sorted(changed)}
    acting = settings_lines.agent(layers, pins, shared.aliases)
    if acting is not None and acting.name not in (MANAGED, GIVEN):
        lines["agent"] = ""
    values = {name: value for name, value in environment.revealed(change).items() if value}
    listing = settings_lines.unlisted(layers, values, knowledge)
    if listing is not None and listing.name not in (MANAGED, GIVEN):
        theirs = [word for one in layers for word in _words(one.content.get("availableModels"))]
        chosen = values.get(shared.models["default"]) or "opus"
        lines["availableModels"] = [*dict.fromkeys((*theirs, catalogue.bare(chosen), *map(catalogue.bare, pins)))]
    return lines


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _models_beaten(layers: tuple[Layer, ...], lines: Mapping[str, object]) -> tuple[tuple[str, Path], ...]:
    """(line, file) of the model lines that are beaten."""
    found = []
    for line in lines:
        one = next(one for one in layers if line in one.content and one.name != MANAGED)
        found.append((line, one.path))
    return tuple(found)


def _taken(words: list[str]) -> tuple[list[str], dict[str, object]]:
    """The words without the user's own `--settings`, and what that says: of two, the client reads only the last."""
    rest: list[str] = []
    given: str | None = None
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--":
            rest += [word, *words]
            break
        if word == "--settings" and words:
            given = words.pop(0)
        elif word.startswith("--settings="):
            given = word.partition("=")[2]
        else:
            rest.append(word)
    if given is None:
        return rest, {}
    try:
        text = given.encode() if given.lstrip().startswith("{") else files.read_named(Path(given), _LARGEST, waits=True)
        return rest, decoding.from_json(text, dict[str, object])
    except OSError as why:
        raise UserError(f"--settings {given}: {why.strerror}") from why
    except msgspec.DecodeError as why:
        raise UserError(f"--settings: {why}", "give a file or text that is valid JSON") from why


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _kept(folder: Path, content: dict[str, object]) -> Path:
    """A private file with this content, named by it: two runs share one, and none changes under a running client."""
    files.private_folder(folder)
    text = msgspec.json.encode(content)
    path = folder / f"{hashlib.sha256(text).hexdigest()[:16]}.json"
    old = time.time() - _KEEP_SECONDS
    for other in folder.glob("*.json"):
        with suppress(OSError):
            if other.stat().st_mtime < old:
                other.unlink()
    files.write(path, text, durable=False)
    return path
