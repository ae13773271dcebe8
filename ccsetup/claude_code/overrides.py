"""What settings layers override in a profile, whether or not the profile sets it.

`find_overrides` lays the layers over the profile's environment; the commands that report (doctor, status, trace, env)
and those that override (run, apply) use the same list. Pure: `settings` reads the files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import effective
from ccsetup.claude_code.settings import GLOBAL, MANAGED, Layer, is_helper
from ccsetup.knowledge import decisive_settings, precedence, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.environment import EnvironmentChange, apply_change, reveal
from ccsetup.system.secret import Secret

_KEY_HELPER = "apiKeyHelper"


@dataclass(frozen=True, slots=True)
class Override:
    """A variable or settings line, and the strongest layer that changes its value.

    `wanted` is its value without the layers, "" for unset. `softly`: it decides nothing by itself (network variables,
    a command that renews a sign-in), and only a project's file must not set it.
    """

    name: str
    layer: Layer
    wanted: str
    is_line: bool = False
    softly: bool = False


def find_overrides(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, environment: Mapping[str, str]
) -> tuple[Override, ...]:
    """Return what `layers`, strongest first, override in `change` in the shell `environment`."""
    child = apply_change(change, environment)
    return (*_variables(layers, change, surface, child), *_lines(layers, change, surface, child))


def findings(items: Iterable[Override], profile: str) -> Iterator[Finding]:
    """Yield a finding for each override."""
    for item in items:
        facts = {"path": str(item.layer.path), "variable": item.name, "layer": item.layer.name, "profile": profile}
        if item.layer.name == GLOBAL:  # the client rewrites this file at any time; the user's settings override it
            facts |= {"layer": "user", "how": "--yes"}
        check = "managed-settings-block" if item.layer.name == MANAGED else "settings-override"
        yield Finding(check, facts, "warning" if item.softly else None)


def merge_by_file(items: Iterable[Finding]) -> tuple[Finding, ...]:
    """Merge findings about one file with the same weight into one that names all their variables."""
    merged: dict[tuple[str, ...], Finding] = {}
    for finding in items:
        key: tuple[str, ...] = (finding.check, finding.facts.get("path", ""), finding.weight)
        if finding.check not in ("settings-override", "managed-settings-block"):
            key = (finding.check, finding.facts.get("path", ""), str(len(merged)))
        previous = merged.get(key)
        names = (
            f"{previous.facts['variable']}, {finding.facts['variable']}"
            if previous
            else finding.facts.get("variable", "")
        )
        merged[key] = Finding(
            finding.check, {**finding.facts, "variable": names} if previous else finding.facts, finding.severity
        )
    return tuple(merged.values())


def override_findings(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield a finding for each part of `change` that the client would not follow in the shell `environment`."""
    weaker = _weaker_flags(surface)
    for item in find_overrides(layers, change, surface, environment):
        yield from findings((replace(item, softly=item.softly or item.name in weaker),), change.profile)


def _weaker_flags(surface: Surface) -> frozenset[str]:
    """Return the flags of the providers that Claude Code passes over where the surface's own flag is on."""
    providers = precedence.load().provider
    own = next((place for place, one in enumerate(providers) if surface.flag in one.flags), len(providers))
    return frozenset(flag for provider in providers[own + 1 :] for flag in provider.flags)


def is_overridden(variable: str, change: EnvironmentChange) -> bool:
    """Whether a settings line that overrides `variable` affects this change; "" means a login, which always exists."""
    return not variable or change.values.get(variable) is not None


def may_be_secret(name: str, value: str) -> bool:
    """Whether the value must not be written to a file: by the variable's name or by its content."""
    return bool(value) and (
        decisive_settings.load().may_be_secret(name, value) or bool(secret_shapes.find_secret(value))
    )


def kept_variables(layers: Iterable[Layer]) -> dict[str, str]:
    """Return the variables of the user's files that no profile overrides: the network's, and permissions."""
    known = decisive_settings.load()
    own: dict[str, str] = {}
    for layer in layers:
        if layer.name in ("user", GLOBAL) and not layer.from_folder:
            own = {**{name: value for name, value in layer.env.items() if known.is_kept(name)}, **own}
    return own


def _variables(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, child: Mapping[str, str]
) -> Iterator[Override]:
    known, own = decisive_settings.load(), kept_variables(layers)
    blank = _own_helpers(layers, change, surface)[1]
    decided: set[str] = set()
    for layer in layers:
        for name, value in layer.env.items():
            if name in decided:
                continue
            decided.add(name)
            wanted = "" if isinstance(change.values.get(name), Secret) else child.get(name, "")
            if name in change.values or name.startswith(tuple(change.families)):
                if _differs(name, value, change) and not (name in blank and not value):
                    yield Override(name, layer, wanted)
            elif known.decides(name, surface.name, child):
                kept = own.get(name, "") or wanted or _default(name, child)
                if value != kept:
                    yield Override(name, layer, kept)
            elif layer.from_folder and known.network.has(name) and value != own.get(name, wanted):
                yield Override(name, layer, own.get(name, wanted), softly=True)


def _lines(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, child: Mapping[str, str]
) -> Iterator[Override]:
    known = decisive_settings.load()
    own_lines = _own_helpers(layers, change, surface)[0]
    for line in (*known.lines.helpers, *known.lines.refresh):
        layer = next((candidate for candidate in layers if line in candidate.content), None)
        if layer is None or not layer.content[line] or line in own_lines:
            continue
        users_value = effective.users_line(layers, line)
        if line in surface.settings:
            if is_overridden(surface.settings[line], change) or _has_credential(surface, child):
                yield Override(line, layer, "", is_line=True)
            elif layer.from_folder:
                yield Override(line, layer, users_value, is_line=True)
        elif line == _KEY_HELPER and _is_unsigned(surface, child):
            yield Override(line, layer, "", is_line=True)
        elif layer.from_folder and known.refreshes(line, surface.name):
            yield Override(line, layer, users_value, is_line=True, softly=True)


def _has_credential(surface: Surface, child: Mapping[str, str]) -> bool:
    """Whether the shell has a credential of the surface's cloud, which a settings line would override."""
    provider = _cloud(surface)
    return provider is not None and any(child.get(name) for name in provider.identity if name[:1].isupper())


def _is_unsigned(surface: Surface, child: Mapping[str, str]) -> bool:
    """Whether Claude Code must not sign on the surface and has no token to send instead. Seen on 2.1.332: it then sends
    the key helper's value."""
    order, provider = precedence.load(), _cloud(surface)
    if provider is None or not order.is_on(child.get(provider.skip)):
        return False
    return not any(child.get(name) for name in (*provider.despite_skip, "ANTHROPIC_AUTH_TOKEN"))


def _cloud(surface: Surface) -> precedence.Provider | None:
    """Return the provider that the surface's flag selects; None for the Anthropic API."""
    flags = [name for name, how in surface.env.owns.items() if how.fixed is not None]
    return next((one for one in precedence.load().provider if flags and flags[0] in one.flags), None)


def _default(name: str, child: Mapping[str, str]) -> str:
    text = decisive_settings.load().default.get(name, "")
    if text.startswith("$"):
        return child.get(text[1:], "")
    return child.get("HOME", "") + text[1:] if text.startswith("~/") else text


def _own_helpers(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the settings lines that fetch this profile's secret, as `ccsetup apply` writes them, and the variables
    that may be blank because of them."""
    merged: dict[str, object] = {}
    for layer in layers:
        merged = {**layer.content, **merged}
    own_lines = frozenset(line for line in surface.settings if is_helper(merged.get(line), change.profile))
    secret = frozenset(name for name, value in change.values.items() if isinstance(value, Secret))
    return own_lines, secret if own_lines else frozenset()


def _differs(variable: str, value: str, change: EnvironmentChange) -> bool:
    if variable in change.values:
        expected = reveal(change)[variable]
        if variable.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")):
            order = precedence.load()
            return order.is_on(value) != order.is_on(expected)
        return value != decisive_settings.load().trimmed(variable, expected or "")
    return bool(value)
