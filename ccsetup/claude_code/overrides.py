"""What settings layers decide against a profile, whether or not the profile names it.

One function, `found_in`, lays the layers over the environment that a profile gives; who reports (doctor, status, trace,
env) and who beats it (run, apply) get the same list. Pure: files were read by `settings`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ccsetup.claude_code.settings import FOLDER, GLOBAL, MANAGED, Layer, is_helper
from ccsetup.knowledge import decisive_settings, precedence, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.environment import EnvironmentChange, apply_change, reveal
from ccsetup.system.secret import Secret


@dataclass(frozen=True, slots=True)
class Override:
    """A variable or settings line, and the strongest layer that sets it otherwise than it would be without layers.

    `wanted` is what it would be, "" for unset. `softly`: it decides nothing by itself (the way through the network, a
    command that renews a sign-in), and only a folder's own file may not say it.
    """

    name: str
    layer: Layer
    wanted: str
    is_line: bool = False
    softly: bool = False


def found_in(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, environment: Mapping[str, str]
) -> tuple[Override, ...]:
    """What `layers`, strongest first, decide of `change` in the shell `environment`."""
    child = apply_change(change, environment)
    return (*_variables(layers, change, surface, child), *_lines(layers, change, surface, child))


def findings(found: Iterable[Override], profile: str) -> Iterator[Finding]:
    """A finding for each."""
    for one in found:
        facts = {"path": str(one.layer.path), "variable": one.name, "layer": one.layer.name, "profile": profile}
        if one.layer.name == GLOBAL:  # which the client rewrites at any time; the user's settings beat it
            facts |= {"layer": "user", "how": "--yes"}
        check = "managed-settings-block" if one.layer.name == MANAGED else "settings-override"
        yield Finding(check, facts, "warning" if one.softly else None)


def by_file(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same with one finding for each file and weight, which names all of its variables."""
    merged: dict[tuple[str, ...], Finding] = {}
    for one in found:
        key: tuple[str, ...] = (one.check, one.facts.get("path", ""), one.weight)
        if one.check not in ("settings-override", "managed-settings-block"):
            key = (one.check, one.facts.get("path", ""), str(len(merged)))
        before = merged.get(key)
        names = f"{before.facts['variable']}, {one.facts['variable']}" if before else one.facts.get("variable", "")
        merged[key] = Finding(one.check, {**one.facts, "variable": names} if before else one.facts, one.severity)
    return tuple(merged.values())


def defeats(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """What of `change` the client will not obey in the shell `environment`."""
    yield from findings(found_in(layers, change, surface, environment), change.profile)


def beaten(variable: str, change: EnvironmentChange) -> bool:
    """Whether a settings line that beats `variable` beats this change; "" stands for a login, always there."""
    return not variable or change.values.get(variable) is not None


def may_be_secret(name: str, value: str) -> bool:
    """Whether no file may hold the value: by the variable's name, or by what stands in it."""
    return bool(value) and (
        decisive_settings.load().may_be_secret(name, value) or bool(secret_shapes.find_secret(value))
    )


def own_network(layers: Iterable[Layer]) -> dict[str, str]:
    """The way through the network as the user's own files say it."""
    network = decisive_settings.load().network
    own: dict[str, str] = {}
    for layer in layers:
        if layer.name in ("user", GLOBAL):
            own = {**{name: value for name, value in layer.env.items() if network.has(name)}, **own}
    return own


def _variables(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, child: Mapping[str, str]
) -> Iterator[Override]:
    known, own = decisive_settings.load(), own_network(layers)
    blank = _helped(layers, change, surface)[1]
    decided: set[str] = set()
    for layer in layers:
        for name, theirs in layer.env.items():
            if name in decided:
                continue
            decided.add(name)
            wanted = "" if isinstance(change.values.get(name), Secret) else child.get(name, "")
            if name in change.values or name.startswith(tuple(change.families)):
                if _beats(name, theirs, change) and not (name in blank and not theirs):
                    yield Override(name, layer, wanted)
            elif known.decides(name, surface.name, child):
                if theirs != (wanted or _default(name, child)):
                    yield Override(name, layer, wanted or _default(name, child))
            elif layer.name in FOLDER and known.network.has(name) and theirs != own.get(name, wanted):
                yield Override(name, layer, own.get(name, wanted), softly=True)


def _lines(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface, child: Mapping[str, str]
) -> Iterator[Override]:
    known = decisive_settings.load()
    ours = _helped(layers, change, surface)[0]
    for line in (*known.lines.helpers, *known.lines.refresh):
        layer = next((one for one in layers if line in one.content), None)
        if layer is None or not layer.content[line] or line in ours:
            continue
        below = (one.content.get(line) for one in layers if one.name == "user")
        users = str(next((value for value in below if value), ""))
        if line in surface.settings:
            if beaten(surface.settings[line], change) or _signed(surface, child):
                yield Override(line, layer, "", is_line=True)
            elif layer.name in FOLDER:
                yield Override(line, layer, users, is_line=True)
        elif layer.name in FOLDER and known.refreshes(line, surface.name):
            yield Override(line, layer, users, is_line=True, softly=True)


def _signed(surface: Surface, child: Mapping[str, str]) -> bool:
    """Whether the shell has a credential of the surface's cloud, which a settings line would beat."""
    flags = [name for name, how in surface.env.owns.items() if how.fixed is not None]
    provider = next((one for one in precedence.load().provider if flags and flags[0] in one.flags), None)
    return provider is not None and any(child.get(name) for name in provider.identity if name[:1].isupper())


def _default(name: str, child: Mapping[str, str]) -> str:
    text = decisive_settings.load().default.get(name, "")
    if text.startswith("$"):
        return child.get(text[1:], "")
    return child.get("HOME", "") + text[1:] if text.startswith("~/") else text


def _helped(
    layers: tuple[Layer, ...], change: EnvironmentChange, surface: Surface
) -> tuple[frozenset[str], frozenset[str]]:
    """The settings lines through which the client gets this very profile's secret, as `ccsetup apply` writes them, and
    the variables that may be blank because of it."""
    deciding_: dict[str, object] = {}
    for one in layers:
        deciding_ = {**one.content, **deciding_}
    ours = frozenset(line for line in surface.settings if is_helper(deciding_.get(line), change.profile))
    secret = frozenset(name for name, value in change.values.items() if isinstance(value, Secret))
    return ours, secret if ours else frozenset()


def _beats(variable: str, theirs: str, change: EnvironmentChange) -> bool:
    if variable in change.values:
        ours = reveal(change)[variable]
        if variable.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")):
            order = precedence.load()
            return order.is_on(theirs) != order.is_on(ours)
        return theirs != decisive_settings.load().trimmed(variable, ours or "")
    return bool(theirs)
