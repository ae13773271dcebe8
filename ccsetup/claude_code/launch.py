"""How Claude Code is started so that the user's settings files do not override a profile.

Seen on 2.1.330: `--settings FILE` overrides user, project and local settings and `.claude.json` key by key, and ""
there unsets a variable. But a credential blanked there is blank for the profile too, and ccsetup writes none to a
file. A profile with a secret, or a shell whose secret a file would override, therefore needs
CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST, with which the client ignores provider and network variables of those layers; for
AWS it then needs AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE in the environment. Seen on 2.1.332: with it the saved
login does not sign, so that a profile of a login does without it.
"""

import hashlib
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.claude_code import effective, model_pricing, overrides, settings_lines
from ccsetup.claude_code.overrides import Override
from ccsetup.claude_code.settings import MANAGED, Layer, layer
from ccsetup.claude_code.wrapper import PROGRAM
from ccsetup.knowledge import decisive_settings
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers import catalogue
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.os_errors import cannot
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

GIVEN = "--settings"  # the layer that the user gives on the command line
_HOST_MANAGED = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
_LARGEST = 16 << 20  # bytes of a settings file; the client reads more, and takes seconds
_KEEP_SECONDS = 30 * 24 * 3600  # a session may run long, and rereads the file when it changes


@dataclass(frozen=True, slots=True)
class Started:
    """How to start the client: the command, additional variables, and what they override, for a message."""

    command: list[str]
    variables: Mapping[str, str]
    overrides: tuple[Override, ...]
    models: tuple[tuple[str, Path], ...]  # (settings line, file)


def is_claude(word: str) -> bool:
    return Path(word).name in (PROGRAM, f"{PROGRAM}.exe")


def not_found(word: str) -> UserError:
    return UserError(f"program not found on the PATH: {word!r}", "check its name, or give its whole path")


def with_settings(
    words: list[str],
    change: EnvironmentChange,
    knowledge: Knowledge,
    surface: Surface,
    system: System,
    layers: tuple[Layer, ...],
    pricing: Mapping[str, object] | None = None,
) -> Started:
    """Return the command with `--settings FILE`, merged with the user's own `--settings`, so that nothing in `layers`
    overrides the profile. `pricing` is the value of modelPricing, which only a host's managed settings can set."""
    words, own_settings = _split_settings(words)
    own_layer = layer(GIVEN, Path(GIVEN), own_settings)
    layers = (
        *(item for item in layers if item.name == MANAGED),
        own_layer,
        *(item for item in layers if item.name != MANAGED),
    )
    child = environment.apply_change(change, system.environment)
    overridden = overrides.find_overrides(layers, change, surface, system.environment)
    lines, models = _lines(knowledge, overridden, change, surface), _models(layers, change, knowledge, surface)
    values = {item.name: item.wanted for item in overridden if not item.is_line and item.layer.name != MANAGED}
    env = {name: value for name, value in values.items() if value or not environment.never_empty(name, knowledge)}
    variables: dict[str, str] = {}
    if any(word.partition("=")[0] == model_pricing.OPTION for word in words):
        pricing = None  # the user's own would not count beside it
    secret = {name for name, value in change.values.items() if isinstance(value, Secret)}
    if _keeps_login(surface, secret):
        _refuse_secret(env)
        own = {
            name: value for name, value in environment.values_for_file(change, knowledge).items() if name not in secret
        }
        env, own_env = {**own, **env}, _mapping(own_settings.get("env"))
    elif pricing or _needs_host(change, env):
        variables = _host_managed(child, system) | overrides.kept_variables(layers)
        _refuse_secret(env, knowledge)
        env = {
            name: value
            for name, value in env.items()
            if name not in secret and not overrides.may_be_secret(name, value)
        }
        # The client ignores provider variables there, and a credential must not be written to a file.
        foreign = (*knowledge.owned, *change.values)
        own_env = {name: value for name, value in _mapping(own_settings.get("env")).items() if name not in foreign}
    else:
        env = {**environment.values_for_file(change, knowledge), **env}
        own_env = _mapping(own_settings.get("env"))
    content = {**own_settings, **lines, **models, "env": {**own_env, **env}}
    reported = tuple(item for item in overridden if item.layer.name != MANAGED)
    managed = [model_pricing.OPTION, msgspec.json.encode({"modelPricing": pricing}).decode()] if pricing else []
    command = [words[0], "--settings", str(_write_settings(system.cache / "run", content)), *managed, *words[1:]]
    return Started(command, variables, reported, _overridden_models(layers, models))


def _lines(
    knowledge: Knowledge, overridden: tuple[Override, ...], change: EnvironmentChange, surface: Surface
) -> dict[str, object]:
    """Return the settings lines that must change; another surface's lines are always blank."""
    foreign = {line for other in knowledge.surfaces.values() for line in other.settings} - set(surface.settings)
    own = {line for line, variable in surface.settings.items() if overrides.is_overridden(variable, change)}
    beaten = {override.name: override.wanted for override in overridden if override.is_line}
    return {**dict.fromkeys(sorted(foreign | own), ""), **beaten}


def _needs_host(change: EnvironmentChange, env: Mapping[str, str]) -> bool:
    """Whether a value is needed that must not be written to a file."""
    secret = any(isinstance(value, Secret) for value in change.values.values())
    return secret or any(overrides.may_be_secret(name, value) for name, value in env.items())


def _keeps_login(surface: Surface, secret: Collection[str]) -> bool:
    """Whether the saved login signs, as none of the profile's secrets does."""
    variables = (surface.env.owns.get(name) for name in secret)
    return surface.signs == "login" and not any(one and one.ask != "headers" for one in variables)


def _refuse_secret(env: Mapping[str, str], knowledge: Knowledge | None = None) -> None:
    """Raise UserError if a secret would have to be written to a file.

    That is so for a variable that the client reads from settings files even with HOST_MANAGED set; without `knowledge`,
    which is for a start without that, for any.
    """
    known = decisive_settings.load()
    for name, value in env.items():
        covered = knowledge and (name.startswith("AWS_") or name in knowledge.owned or known.network.has(name))
        if overrides.may_be_secret(name, value) and not covered:
            raise UserError(
                f"a settings file sets {name}, and this shell's value is a secret that ccsetup writes to no file",
                f"take {name} out of the settings file",
            )


def _host_managed(child: Mapping[str, str], system: System) -> dict[str, str]:
    """Return the variables that make the client ignore provider and network variables of settings files."""
    variables = {_HOST_MANAGED: "1"}
    for name, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        if not child.get(name):
            variables[name] = str(system.home / ".aws" / file)
    return variables


def _models(
    layers: tuple[Layer, ...], change: EnvironmentChange, knowledge: Knowledge, surface: Surface
) -> dict[str, object]:
    """Return the model lines that must change: a project's, and a model id that the profile's surface cannot serve."""
    shared = knowledge.shared
    pins = {str(change.values[name]) for name in shared.models.values() if change.values.get(name)}
    pinned = {catalogue.without_suffix(pin) for pin in pins}
    lines: dict[str, object] = {}
    line = next((layer for layer in layers if "model" in layer.content), None)
    if line is not None and line.name != MANAGED and not change.values.get(shared.models["default"]):
        current = str(line.content["model"])
        users_model = effective.users_line(layers, "model")
        known = catalogue.is_expected(users_model, pinned, shared.aliases)
        if not known and (pins or not decisive_settings.load().serves(users_model, surface.name)):
            users_model = ""
        wanted = current if line.name == GIVEN or catalogue.without_suffix(current) in pinned else users_model
        if current != wanted:
            lines["model"] = wanted
    changed = {
        key
        for layer in layers
        for key, other in _mapping(layer.content.get("modelOverrides")).items()
        if layer.name not in (MANAGED, GIVEN) and key != other and (key in {*pins, *pinned} or layer.from_folder)
    }
    if changed:
        lines["modelOverrides"] = {key: key for key in sorted(changed)}
    agent_layer = settings_lines.find_agent_layer(layers, pins, shared.aliases)
    if agent_layer is not None and agent_layer.name not in (MANAGED, GIVEN):
        lines["agent"] = ""
    values = {name: value for name, value in environment.reveal(change).items() if value}
    list_layer = settings_lines.find_restricting_list(layers, values, knowledge)
    if list_layer is not None and list_layer.name not in (MANAGED, GIVEN):
        listed = [word for layer in layers for word in _words(layer.content.get("availableModels"))]
        wanted = values.get(shared.models["default"]) or "opus"
        lines["availableModels"] = [
            *dict.fromkeys((*listed, catalogue.without_suffix(wanted), *map(catalogue.without_suffix, pins)))
        ]
    return lines


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _overridden_models(layers: tuple[Layer, ...], lines: Mapping[str, object]) -> tuple[tuple[str, Path], ...]:
    """Return (line, file) of the model lines that are overridden."""
    overridden = []
    for line in lines:
        layer = next(layer for layer in layers if line in layer.content and layer.name != MANAGED)
        overridden.append((line, layer.path))
    return tuple(overridden)


def _split_settings(words: list[str]) -> tuple[list[str], dict[str, object]]:
    """Split off the user's own `--settings`: return the other words and its content. The client reads only the last of
    several."""
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
    except OSError as error:
        raise cannot("read", f"--settings {given}", error) from error
    except msgspec.DecodeError as error:
        raise UserError(f"--settings: {error}", "give a file or text that is valid JSON") from error


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _write_settings(folder: Path, content: dict[str, object]) -> Path:
    """Write the content to a private file named by its hash.

    Two runs share one file, and a file never changes under a running client.
    """
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
