"""What stands in the way of a profile or of this shell: leftovers, conflicts, settings files that decide otherwise.

Two situations. `of_profile` judges a profile as if it were used through `env` in this shell and folder; `of_shell`
judges what is there, without any profile. Pure: they yield findings about what is handed in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccsetup.claude_code import effective, overrides, settings_lines
from ccsetup.claude_code import value_checks as value_findings
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.settings import Layer
from ccsetup.claude_code.settings_lines import Softer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment as environ
from ccsetup.profile.environment import EnvironmentChange


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A shell and a folder: what is exported, what the settings files say (`broken`: those the client ignores), whether
    a Claude login is stored, and the change and surface of the profile that CCSETUP_PROFILE names."""

    environment: Mapping[str, str]
    layers: tuple[Layer, ...]
    broken: tuple[Finding, ...]
    signed_in: bool | None = False  # None: it cannot be told, on macOS
    active: EnvironmentChange | None = None
    active_surface: str = ""


def of_profile(
    surroundings: Surroundings, change: EnvironmentChange, surface: Surface, knowledge: Knowledge
) -> Iterator[Finding]:
    """Whatever would keep Claude Code from doing as the profile says; what `env` and `run` clear away is a warning,
    unless the profile is the active one, and its variables were changed since."""
    is_active = surroundings.active is not None and surroundings.active.profile == change.profile
    yield from surroundings.broken
    yield from overrides.defeats(surroundings.layers, change, surface, surroundings.environment)
    applied = environ.apply_change(change, surroundings.environment)
    decided = effective.variables(surroundings.layers, surroundings.environment if is_active else applied, change)
    lines = effective.lines(surroundings.layers)
    yield from settings_lines.models(surroundings.layers, decided, change, knowledge)
    yield from settings_lines.managed(
        surroundings.layers, effective.values(decided), lines, change.profile, surroundings.signed_in
    )
    shell = tuple(_changed(surroundings, change, knowledge) if is_active else _left(surroundings, change, knowledge))
    yield from shell
    yield from conflicts(decided, change.profile)
    if not is_active:
        yield from _both(surroundings, change)


def of_shell(surroundings: Surroundings, knowledge: Knowledge) -> Iterator[Finding]:
    """What is wrong, or not as it looks, with what this shell and folder come to."""
    yield from surroundings.broken
    decided = effective.variables(surroundings.layers, surroundings.environment, None)
    yield from conflicts(decided, "")
    yield from settings_lines.managed(
        surroundings.layers, effective.values(decided), effective.lines(surroundings.layers), "", surroundings.signed_in
    )
    yield from _beaten(decided, effective.lines(surroundings.layers), knowledge, surroundings.signed_in)


def conflicts(decided: Mapping[str, Decided], profile: str) -> Iterator[Finding]:
    """Contradictions inside one environment: two providers, an unsigned one, a header that replaces the credential."""
    order = precedence.load()
    values = effective.values(decided)
    used, *others = order.selected(values)
    for other in others:
        flags = [flag for flag in other.flags if flag not in used.also and flag not in used.flags]
        if flags:
            yield _two(used, flags[0], decided[flags[0]].layer, profile)
    if used.skip and order.is_on(values.get(used.skip)) and not values.get(used.base):
        yield _skip(decided[used.skip], used, profile)
    yield from value_findings.findings(decided, used, profile)
    headers = decided.get("ANTHROPIC_CUSTOM_HEADERS")
    if headers is not None and (name := settings_lines.credential_header(headers.value)):
        gateway = not used.flags and values.get(used.base)
        yield _header(headers, name, profile, "warning" if gateway else None)


def _changed(surroundings: Surroundings, change: EnvironmentChange, knowledge: Knowledge) -> Iterator[Finding]:
    """The active profile: what in the shell is no longer as it set it."""
    for name in dict.fromkeys([*change.values, *surroundings.environment]):
        there = surroundings.environment.get(name, "")
        ours = change.values.get(name)
        if name == environ.ACTIVE or not (name in change.values or _is_owned(name, knowledge)):
            continue
        if effective.says(change, name, there) or (ours is None and _is_off(name, there)):
            continue
        state = "unset" if not there else "set" if ours is None else "changed"
        yield Finding("env-hijack", {"variable": name, "state": state, "profile": change.profile}, "error")


def _left(surroundings: Surroundings, change: EnvironmentChange, knowledge: Knowledge) -> Iterator[Finding]:
    """Any other profile: what in the shell it would clear away, and nobody active has put there."""
    order = precedence.load()
    by_skip = {provider.skip: provider for provider in order.provider if provider.skip}
    for name, there in surroundings.environment.items():
        if not _is_owned(name, knowledge) or _is_off(name, there) or effective.says(change, name, there):
            continue
        if surroundings.active is not None and effective.says(surroundings.active, name, there):
            continue
        one = Decided(name, there, effective.SHELL)
        header = settings_lines.credential_header(there) if name == "ANTHROPIC_CUSTOM_HEADERS" else ""
        if header:
            yield _header(one, header, change.profile, "warning")
        elif name in by_skip:
            yield _skip(one, by_skip[name], change.profile, "warning")
        else:
            facts = {"variable": name, "state": "set", "profile": change.profile}
            yield Finding("env-hijack", facts, "warning")


def _both(surroundings: Surroundings, change: EnvironmentChange) -> Iterator[Finding]:
    """Two providers in the shell as it is, although the profile would clear them away."""
    used, *others = precedence.load().selected(surroundings.environment)
    for other in others:
        flags = [flag for flag in other.flags if flag not in used.also]
        if flags:
            yield _two(used, flags[0], effective.SHELL, change.profile, "warning")


def _beaten(
    decided: Mapping[str, Decided], lines: Mapping[str, Decided], knowledge: Knowledge, signed_in: bool | None
) -> Iterator[Finding]:
    """Settings lines against the shell's own word, and credentials against a login that is there."""
    order = precedence.load()
    for one in decided.values():
        if one.path is not None and effective.SHELL in one.beats and is_ours(one.name, knowledge):
            yield _over(one, f"what this shell sets {one.name} to")
    if order.selected(effective.values(decided))[0].flags or signed_in is not True:
        return
    for credential in order.credential:
        deciding = decided.get(credential.name) or lines.get(credential.name)
        if deciding is None or not deciding.value:
            continue
        if deciding.path is not None:
            yield _over(deciding, "the saved login")
        else:
            yield Finding("login-shadowed", {"variable": deciding.name})
        return


def _over(one: Decided, beaten: str) -> Finding:
    facts = {"path": str(one.path), "variable": one.name, "layer": one.layer, "beaten": beaten}
    return Finding("settings-beats-shell", facts)


def _two(used: precedence.Provider, other_flag: str, layer: str, profile: str, severity: Softer = None) -> Finding:
    facts = {"used": used.title, "flag": used.flags[0], "other_flag": other_flag, "layer": layer, "profile": profile}
    return Finding("two-providers", facts, severity)


def _skip(one: Decided, provider: precedence.Provider, profile: str, severity: Softer = None) -> Finding:
    facts = {
        "variable": one.name,
        "layer": one.layer,
        "used": provider.title,
        "base": provider.base,
        "profile": profile,
    }
    return Finding("skip-auth-leftover", facts, severity)


def _header(one: Decided, header: str, profile: str, severity: Softer) -> Finding:
    facts = {"variable": one.name, "header": header, "layer": one.layer, "profile": profile}
    return Finding("custom-headers-authorization", facts, severity)


def _is_owned(name: str, knowledge: Knowledge) -> bool:
    owned = knowledge.owned
    return name in owned or any(key.endswith("*") and name.startswith(key[:-1]) for key in owned)


def is_ours(name: str, knowledge: Knowledge) -> bool:
    """Whether a profile may set or clear the variable."""
    return name in knowledge.variables or _is_owned(name, knowledge)


def _is_off(name: str, value: str) -> bool:
    """Whether the variable of this value is the same to the client as none."""
    if name.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")):
        return not precedence.load().is_on(value)
    return not value
