"""What beats a profile without setting one of its variables: model lines of settings files, and managed settings that
forbid a way to reach Claude. Each row was seen on the real client (2.1.330)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ccsetup.claude_code import effective
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.settings import FOLDER, MANAGED, Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding, Severity
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import CREDENTIAL_HEADER
from ccsetup.providers import catalogue

Softer = Severity | None
ENFORCED = "enforceAvailableModels"


def credential_header(headers: str) -> str:
    """The name of the first header that carries a credential; empty for none."""
    found = CREDENTIAL_HEADER.search(headers)
    return found[1] if found else ""


def models(
    layers: tuple[Layer, ...], decided: Mapping[str, Decided], change: EnvironmentChange, knowledge: Knowledge
) -> Iterator[Finding]:
    """Lines that give the session another model than the profile says."""
    pins = {str(change.values[name]) for name in knowledge.shared.models.values() if change.values.get(name)}
    pinned = {catalogue.without_suffix(pin) for pin in pins}
    lines = effective.lines(layers)
    main, aliases = decided.get(precedence.load().model[0]), knowledge.shared.aliases
    chosen = main.value if main is not None else ""
    line = lines.get("model")
    kept = {*pinned, *(() if line is not None and line.layer in FOLDER else aliases)}  # /model saves it as the user's
    if not chosen and line is not None and line.value and catalogue.without_suffix(line.value) not in kept:
        yield _beaten(line, line.value, change.profile, None if pins else "warning")
    for layer in layers:
        for key, other in _items(layer.content.get("modelOverrides")):
            if key in pinned and other != key:
                yield _beaten(_line(layer, "modelOverrides"), f"{key}: {other}", change.profile)
        if layer.name == MANAGED:
            for entry in _words(layer.content.get("deniedModels")):
                if any(entry in pin for pin in pinned):
                    yield _beaten(_line(layer, "deniedModels"), entry, change.profile)
    if acting := agent(layers, pins, aliases):
        named = f"{acting.content['agent']}: {acting.agent.model if acting.agent else ''}"
        yield _beaten(_line(acting, "agent"), named, change.profile, None if pins else "warning")
    listing = unlisted(layers, effective.values(decided), knowledge)
    if listing is not None:
        value = ", ".join(_words(listing.content["availableModels"])) or "nothing"
        yield _beaten(_line(listing, "availableModels"), value, change.profile)


def agent(layers: Iterable[Layer], pins: Iterable[str], aliases: Iterable[str]) -> Layer | None:
    """The layer whose main agent brings another model; one that came with the folder may not choose a tier either."""
    layer = next((one for one in layers if "agent" in one.content), None)
    if layer is None or layer.agent is None:
        return None
    from_folder = layer.name in FOLDER or layer.agent.from_folder
    kept = {*map(catalogue.without_suffix, pins), *(() if from_folder else aliases)}
    return None if catalogue.without_suffix(layer.agent.model) in kept else layer


def unlisted(layers: Sequence[Layer], values: Mapping[str, str], knowledge: Knowledge) -> Layer | None:
    """The layer with the list of models that leaves out the one a session begins with in the environment `values`.

    Seen on 2.1.330: the lists of all layers count together. Enforced, they bind tiers and clouds; otherwise an exact id
    that is no tier's pin, on the Anthropic API alone.
    """
    listing = next((layer for layer in layers if isinstance(layer.content.get("availableModels"), list)), None)
    if listing is None:
        return None
    listed = [word.lower() for layer in layers for word in _words(layer.content.get("availableModels"))]
    order, shared = precedence.load(), knowledge.shared
    chosen = catalogue.without_suffix(next((values[name] for name in order.model if values.get(name)), ""))
    tier = order.aliases.get(chosen or "best", chosen)
    pins = {
        key: catalogue.without_suffix(values.get(name, "")) for key, name in shared.models.items() if key != "default"
    }
    enforced = next((one.content[ENFORCED] for one in layers if ENFORCED in one.content), False)
    if enforced is True and listed:
        asked = {tier, chosen, pins.get(tier, ""), *(key for key, pin in pins.items() if pin == chosen)}
        return None if any(entry in one for entry in listed for one in asked) else listing
    exact = chosen and chosen not in shared.aliases and chosen not in pins.values()
    if not exact or order.selected(values)[0].flags or any(entry in chosen for entry in listed):
        return None
    return listing


def managed(
    layers: tuple[Layer, ...],
    values: Mapping[str, str],
    lines: Mapping[str, Decided],
    profile: str,
    signed_in: bool | None,
) -> Iterator[Finding]:
    """What managed settings forbid of the environment `values`."""
    order = precedence.load()
    used = order.selected(values)[0]
    credential = order.signer({**values, **effective.values(lines)})
    by_key = not used.flags and not credential.signed_in
    for layer in layers:
        if layer.name != MANAGED:
            continue
        allowed = layer.content.get("allowedProviders")
        if isinstance(allowed, list) and not _is_allowed(used, _words(allowed), values, layer):
            yield _block(layer, "allowedProviders", ", ".join(_words(allowed)) or "nothing", profile)
        for line in ("forceLoginMethod", "forceLoginOrgUUID"):
            if layer.content.get(line) and by_key:
                yield _block(layer, line, str(layer.content[line]), profile)
        if layer.content.get("enforceAnthropicSignIn") is True and signed_in is False:
            yield _block(layer, "enforceAnthropicSignIn", "true", profile)


def _is_allowed(used: Provider, allowed: Sequence[str], values: Mapping[str, str], layer: Layer) -> bool:
    base = values.get(used.base)
    if base and used.client != "gateway":
        return "customEndpoint" in allowed and layer.env.get(used.base) == base
    return used.allowed in allowed


def _beaten(line: Decided, value: str, profile: str, severity: Softer = None) -> Finding:
    if line.layer == MANAGED:
        return Finding("managed-settings-block", _facts(line, value, profile), severity)
    return Finding("settings-model-override", _facts(line, value, profile), severity)


def _facts(line: Decided, value: str, profile: str) -> dict[str, str]:
    where = {"path": str(line.path), "variable": line.name, "layer": line.layer}
    return {**where, "value": value, "profile": profile}


def _block(layer: Layer, line: str, value: str, profile: str) -> Finding:
    return Finding("managed-settings-block", _facts(_line(layer, line), value, profile))


def _line(layer: Layer, line: str) -> Decided:
    return Decided(line, "", layer.name, layer.path)


def _items(value: object) -> list[tuple[str, str]]:
    return [(str(key), str(other)) for key, other in value.items()] if isinstance(value, dict) else []


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
