"""What a settings file must say so that Claude Code goes where a profile says, whatever an editor's shell holds.

Pure: plans come out, and the text they make of a file; `commands/apply.py` shows, asks and writes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ccsetup.claude_code import conflicts, effective, json_edit, overrides
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.overrides import Override
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers import catalogue
from ccsetup.system.secret import Secret

_NAMES_ONLY = ("_NAME", "_DESCRIPTION")  # words for a menu: they move no request
_SIGN_IN = {"awsAuthRefresh": "aws sso login --profile ", "gcpAuthRefresh": "gcloud auth application-default login"}
_ORDER = ("managed", "local", "project", "user", "global")


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits of one settings file: members of its `env` block and lines, set to a value or, with None, taken out.
    `overrides` are the entries of `modelOverrides` that go."""

    env: Mapping[str, str | None]
    lines: Mapping[str, str | None]
    overrides: tuple[str, ...] = ()

    def made_of(self, text: str) -> str:
        """`text`, a settings file, with the edits; what they do not name stays byte for byte."""
        if any(self.env.values()):
            text = json_edit.spread(text, "env")
        for name, value in self.env.items():
            text = _edited(text, ("env", name), value)
        for name, value in self.lines.items():
            text = _edited(text, (name,), value)
        for name in self.overrides:
            text = json_edit.drop(text, ("modelOverrides", name))
        return text


@dataclass(frozen=True, slots=True)
class Extras:
    """What a profile needs beside its variables: the command that gets its secret, and the one that signs in again."""

    helper: str | None = None
    sign_in: Mapping[str, str] = field(default_factory=dict)


def takes_helper(surface: Surface) -> bool:
    """Whether `apiKeyHelper` can stand for the secret of a profile: where it goes to no cloud, and is no login's."""
    return "apiKeyHelper" in surface.settings and bool(surface.settings["apiKeyHelper"])


def written(
    change: EnvironmentChange,
    surface: Surface,
    knowledge: Knowledge,
    surroundings: Surroundings,
    target: Layer,
    extras: Extras,
) -> Plan:
    """The plan that makes the file `target` say what the profile says."""
    weaker = _weaker(surroundings, target)
    env: dict[str, str | None] = {}
    for name, value in change.with_strays(dict.fromkeys([*weaker, *target.env], "")).values.items():
        if name in (environment.ACTIVE, *effective.BEFORE_FILES) and name not in target.env:
            continue
        if isinstance(value, Secret) and extras.helper is not None:
            env[name] = ""
        elif value is not None:
            env[name] = value.reveal() if isinstance(value, Secret) else value
        elif weaker.get(name) or _stands_guard(name, change, knowledge):
            env[name] = None if _never_empty(name, knowledge) else ""
        elif name in target.env:
            env[name] = None
    below = overrides.found_in(tuple(_below(surroundings, target)), change, surface, surroundings.environment)
    env |= _unasked(below, change, surface, surroundings, target)
    lines: dict[str, str | None] = dict.fromkeys(_own_lines(target))
    lines |= {one.name: one.wanted for one in below if one.is_line and one.softly}
    for line in _helper_lines(knowledge):
        hidden = any(layer.content.get(line) for layer in _below(surroundings, target))
        if hidden:
            lines[line] = ""
        elif line in target.content:
            lines[line] = None
    if extras.helper is not None:
        lines["apiKeyHelper"] = extras.helper
    lines |= extras.sign_in
    if "model" in target.content and not change.values.get(knowledge.shared.models["default"]):
        lines |= _foreign_model(target, change, knowledge)
    said = {name: value for name, value in env.items() if value}
    return Plan({**said, **{name: env[name] for name in sorted(env) if name not in said}}, lines)


def _unasked(
    below: tuple[Override, ...], change: EnvironmentChange, surface: Surface, surroundings: Surroundings, target: Layer
) -> dict[str, str | None]:
    """What decides although the profile does not name it: out of the file, and over weaker files what the shell says.
    A secret of the shell's is written nowhere."""
    here = overrides.found_in((target,), change, surface, surroundings.environment)
    env: dict[str, str | None] = {one.name: None for one in here if not one.is_line and not one.softly}
    env |= {
        one.name: one.wanted for one in below if not one.is_line and not overrides.may_be_secret(one.name, one.wanted)
    }
    return {name: value for name, value in env.items() if name not in change.values}


def cleared(
    change: EnvironmentChange, surface: Surface, knowledge: Knowledge, surroundings: Surroundings, target: Layer
) -> Plan:
    """The plan that takes out of the file `target` what beats the profile, and nothing else."""
    alone = Surroundings(environment.apply_change(change, surroundings.environment), (target,), ())
    found = [one for one in conflicts.of_profile(alone, change, surface, knowledge) if one.facts.get("path")]
    beating = {one.facts["variable"] for one in found if one.check in ("settings-override", "settings-model-override")}
    pins = _pins(change, knowledge)
    overrides = target.content.get("modelOverrides")
    return _out(
        target,
        beating - {"modelOverrides"},
        tuple(key for key in overrides if key in pins) if isinstance(overrides, dict) else (),
    )


def emptied(knowledge: Knowledge, target: Layer) -> Plan:
    """The plan that takes every provider's lines out of the file `target`."""
    names = {name for name in target.env if conflicts.is_ours(name, knowledge)}
    lines = {line for line in (*_helper_lines(knowledge), *_SIGN_IN) if line in target.content}
    model = target.content.get("model")
    if isinstance(model, str) and catalogue.without_suffix(model) not in knowledge.shared.aliases:
        lines.add("model")
    return _out(target, names | lines)


def _out(target: Layer, names: Iterable[str], overrides: tuple[str, ...] = ()) -> Plan:
    gone = set(names)
    env: dict[str, str | None] = {name: None for name in target.env if name in gone}
    lines: dict[str, str | None] = {line: None for line in target.content if line in gone}
    if env and set(target.env) == set(env):
        lines["env"] = None
        env = {}
    return Plan(env, lines, overrides)


def _edited(text: str, path: tuple[str, ...], value: str | None) -> str:
    return json_edit.drop(text, path) if value is None else json_edit.put(text, path, value)


def _below(surroundings: Surroundings, target: Layer) -> Iterator[Layer]:
    """The settings layers that the file `target` beats."""
    for layer in surroundings.layers:
        if layer.path != target.path and _ORDER.index(layer.name) >= _ORDER.index(target.name):
            yield layer


def _weaker(surroundings: Surroundings, target: Layer) -> dict[str, str]:
    """What the shell and weaker settings files set, as far as it says anything."""
    found = {name: value for name, value in surroundings.environment.items() if value}
    for layer in _below(surroundings, target):
        found |= {name: value for name, value in layer.env.items() if value}
    return found


def _stands_guard(name: str, change: EnvironmentChange, knowledge: Knowledge) -> bool:
    """Whether the variable is blanked although nothing sets it today: tomorrow an editor starts from another shell.

    Other clouds' variables beside their switches mean nothing while the switch is off.
    """
    if name.endswith(_NAMES_ONLY) or name not in knowledge.owned:
        return False
    if name in knowledge.shared.env.owns or any(name in provider.flags for provider in precedence.load().provider):
        return True
    for surface in knowledge.surfaces.values():
        switches = [switch for switch, how in surface.env.owns.items() if how.fixed is not None]
        if name in surface.env.owns and all(change.values.get(switch) for switch in switches):
            return True
    return False


def _never_empty(name: str, knowledge: Knowledge) -> bool:
    return name in knowledge.owned and knowledge.owned[name].never_empty


def _helper_lines(knowledge: Knowledge) -> list[str]:
    return sorted({line for surface in knowledge.surfaces.values() for line in surface.settings})


def _own_lines(target: Layer) -> Iterator[str]:
    """The lines for signing in again that `apply` writes, of whichever profile."""
    for line, command in _SIGN_IN.items():
        if str(target.content.get(line, "")).startswith(command):
            yield line


def _foreign_model(target: Layer, change: EnvironmentChange, knowledge: Knowledge) -> dict[str, None]:
    pins = _pins(change, knowledge)
    saved = catalogue.without_suffix(str(target.content["model"]))
    return {} if not pins or saved in {*pins, *knowledge.shared.aliases} else {"model": None}


def _pins(change: EnvironmentChange, knowledge: Knowledge) -> set[str]:
    named = (change.values[name] for name in knowledge.shared.models.values())
    return {catalogue.without_suffix(str(model)) for model in named if model}
