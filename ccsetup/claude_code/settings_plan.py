"""Plans of the settings-file edits with which Claude Code follows a profile, regardless of an editor's shell.

Pure: returns plans and edited text; `commands/apply` shows, asks and writes.
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

_NAMES_ONLY = ("_NAME", "_DESCRIPTION")  # names for a menu: they do not affect a request
_SIGN_IN = {"awsAuthRefresh": "aws sso login --profile ", "gcpAuthRefresh": "gcloud auth application-default login"}
_ORDER = ("managed", "local", "project", "user", "global")


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits of one settings file: members of its `env` block, and lines, each set to a value or, if None, removed.
    `overrides` are the entries of `modelOverrides` to remove."""

    env: Mapping[str, str | None]
    lines: Mapping[str, str | None]
    overrides: tuple[str, ...] = ()

    def apply_to(self, text: str) -> str:
        """Return `text`, a settings file, with the edits; everything else stays byte for byte."""
        if any(self.env.values()):
            text = json_edit.spread(text, "env")
        for name, value in self.env.items():
            text = _edit(text, ("env", name), value)
        for name, value in self.lines.items():
            text = _edit(text, (name,), value)
        for name in self.overrides:
            text = json_edit.drop(text, ("modelOverrides", name))
        return text


@dataclass(frozen=True, slots=True)
class Extras:
    """What a profile needs in addition to variables: the command that gets its secret, and lines that renew its
    sign-in."""

    helper: str | None = None
    sign_in: Mapping[str, str] = field(default_factory=dict)


def accepts_helper(surface: Surface) -> bool:
    """Whether `apiKeyHelper` can provide the profile's secret: not for a cloud, and not for a login."""
    return "apiKeyHelper" in surface.settings and bool(surface.settings["apiKeyHelper"])


def plan_profile(
    change: EnvironmentChange,
    surface: Surface,
    knowledge: Knowledge,
    surroundings: Surroundings,
    target: Layer,
    extras: Extras,
) -> Plan:
    """Return the plan that makes the file `target` match the profile."""
    weaker = _weaker_values(surroundings, target)
    env: dict[str, str | None] = {}
    for name, value in change.with_strays(dict.fromkeys([*weaker, *target.env], "")).values.items():
        if name in (environment.ACTIVE, *effective.BEFORE_FILES) and name not in target.env:
            continue
        if isinstance(value, Secret) and extras.helper is not None:
            env[name] = ""
        elif value is not None:
            env[name] = value.reveal() if isinstance(value, Secret) else value
        elif weaker.get(name) or _needs_blank(name, change, knowledge):
            env[name] = None if _never_empty(name, knowledge) else ""
        elif name in target.env:
            env[name] = None
    below = overrides.find_overrides(
        tuple(_weaker_layers(surroundings, target)), change, surface, surroundings.environment
    )
    env |= _unset_overrides(below, change, surface, surroundings, target)
    lines: dict[str, str | None] = dict.fromkeys(_own_lines(target))
    lines |= {item.name: item.wanted for item in below if item.is_line and item.softly}
    for line in _helper_lines(knowledge):
        hidden = any(layer.content.get(line) for layer in _weaker_layers(surroundings, target))
        if hidden:
            lines[line] = ""
        elif line in target.content:
            lines[line] = None
    if extras.helper is not None:
        lines["apiKeyHelper"] = extras.helper
    lines |= extras.sign_in
    if "model" in target.content and not change.values.get(knowledge.shared.models["default"]):
        lines |= _foreign_model(target, change, knowledge)
    with_value = {name: value for name, value in env.items() if value}
    return Plan({**with_value, **{name: env[name] for name in sorted(env) if name not in with_value}}, lines)


def _unset_overrides(
    below: tuple[Override, ...], change: EnvironmentChange, surface: Surface, surroundings: Surroundings, target: Layer
) -> dict[str, str | None]:
    """Return edits of variables that decide although the profile does not set them: removed from `target`, and set to
    the shell's value over weaker files. A secret of the shell is not written."""
    in_target = overrides.find_overrides((target,), change, surface, surroundings.environment)
    env: dict[str, str | None] = {item.name: None for item in in_target if not item.is_line and not item.softly}
    env |= {
        item.name: item.wanted
        for item in below
        if not item.is_line and not overrides.may_be_secret(item.name, item.wanted)
    }
    return {name: value for name, value in env.items() if name not in change.values}


def plan_clearing(
    change: EnvironmentChange, surface: Surface, knowledge: Knowledge, surroundings: Surroundings, target: Layer
) -> Plan:
    """Return the plan that removes from the file `target` only what overrides the profile."""
    alone = Surroundings(environment.apply_change(change, surroundings.environment), (target,), ())
    file_findings = [
        finding for finding in conflicts.of_profile(alone, change, surface, knowledge) if finding.facts.get("path")
    ]
    overriding = {
        finding.facts["variable"]
        for finding in file_findings
        if finding.check in ("settings-override", "settings-model-override")
    }
    pins = _pins(change, knowledge)
    overrides = target.content.get("modelOverrides")
    return _removal_plan(
        target,
        overriding - {"modelOverrides"},
        tuple(key for key in overrides if key in pins) if isinstance(overrides, dict) else (),
    )


def plan_emptying(knowledge: Knowledge, target: Layer) -> Plan:
    """Return the plan that removes all provider settings from the file `target`."""
    names = {name for name in target.env if conflicts.is_ours(name, knowledge)}
    lines = {line for line in (*_helper_lines(knowledge), *_SIGN_IN) if line in target.content}
    model = target.content.get("model")
    if isinstance(model, str) and not catalogue.is_alias(model, knowledge.shared.aliases):
        lines.add("model")
    return _removal_plan(target, names | lines)


def _removal_plan(target: Layer, names: Iterable[str], overrides: tuple[str, ...] = ()) -> Plan:
    removed = set(names)
    env: dict[str, str | None] = {name: None for name in target.env if name in removed}
    lines: dict[str, str | None] = {line: None for line in target.content if line in removed}
    if env and set(target.env) == set(env):
        lines["env"] = None
        env = {}
    return Plan(env, lines, overrides)


def _edit(text: str, path: tuple[str, ...], value: str | None) -> str:
    return json_edit.drop(text, path) if value is None else json_edit.put(text, path, value)


def _weaker_layers(surroundings: Surroundings, target: Layer) -> Iterator[Layer]:
    """Yield the settings layers that the file `target` overrides."""
    for layer in surroundings.layers:
        if layer.path != target.path and _ORDER.index(layer.name) >= _ORDER.index(target.name):
            yield layer


def _weaker_values(surroundings: Surroundings, target: Layer) -> dict[str, str]:
    """Return the non-empty variables of the shell and of weaker settings files."""
    set_variables = {name: value for name, value in surroundings.environment.items() if value}
    for layer in _weaker_layers(surroundings, target):
        set_variables |= {name: value for name, value in layer.env.items() if value}
    return set_variables


def _needs_blank(name: str, change: EnvironmentChange, knowledge: Knowledge) -> bool:
    """Whether the variable is blanked although nothing sets it now, since an editor may start from another shell
    later.

    Variables of a cloud have no effect while its switch is off, so they are not blanked then.
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
    """Yield the sign-in lines that `apply` wrote, for any profile."""
    for line, command in _SIGN_IN.items():
        if str(target.content.get(line, "")).startswith(command):
            yield line


def _foreign_model(target: Layer, change: EnvironmentChange, knowledge: Knowledge) -> dict[str, None]:
    pins = _pins(change, knowledge)
    saved = str(target.content["model"])
    kept = catalogue.is_expected(saved, pins, knowledge.shared.aliases)
    return {} if not pins or kept else {"model": None}


def _pins(change: EnvironmentChange, knowledge: Knowledge) -> set[str]:
    named = (change.values[name] for name in knowledge.shared.models.values())
    return {catalogue.without_suffix(str(model)) for model in named if model}
