"""Settings that override a profile without setting one of its variables: model lines of settings files, and managed
settings that forbid a provider. Each rule was seen on the real client (2.1.330)."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ccsetup.claude_code import effective, main_model
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding, Severity
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import CREDENTIAL_HEADER
from ccsetup.providers import catalogue

Softer = Severity | None
ENFORCED = "enforceAvailableModels"
_METHODS = re.compile("claudeai|console|gateway")  # seen on 2.1.332: any other value does nothing


def credential_headers(headers: str) -> tuple[str, ...]:
    """Return the names of the headers that carry a credential."""
    return tuple(match[1] for match in CREDENTIAL_HEADER.finditer(headers))


def models(
    layers: tuple[Layer, ...], decided: Mapping[str, Decided], change: EnvironmentChange, knowledge: Knowledge
) -> Iterator[Finding]:
    """Yield lines that give the session a model other than the profile's."""
    pins = {str(change.values[name]) for name in knowledge.shared.models.values() if change.values.get(name)}
    pinned = {catalogue.without_suffix(pin) for pin in pins}
    lines = effective.lines(layers)
    main_variable, aliases = decided.get(precedence.load().model[0]), knowledge.shared.aliases
    chosen = main_variable.value if main_variable is not None else ""
    line = lines.get("model")
    if not chosen and line is not None and line.value:
        accepted = () if line.from_folder else aliases  # /model saves aliases in the user's file
        if not catalogue.is_expected(line.value, pinned, accepted):
            yield _override_finding(line, line.value, change.profile, None if pins else "warning")
    for layer in layers:
        for key, other in _items(layer.content.get("modelOverrides")):
            if key in pinned and other != key:
                yield _override_finding(_line(layer, "modelOverrides"), f"{key}: {other}", change.profile)
        if layer.name == MANAGED:
            for entry in _words(layer.content.get("deniedModels")):
                if any(entry in pin for pin in pinned):
                    yield _override_finding(_line(layer, "deniedModels"), entry, change.profile)
    if agent_layer := find_agent_layer(layers, pins, aliases):
        named = f"{agent_layer.content['agent']}: {agent_layer.agent.model if agent_layer.agent else ''}"
        yield _override_finding(_line(agent_layer, "agent"), named, change.profile, None if pins else "warning")
    list_layer = find_restricting_list(layers, effective.values(decided), knowledge)
    if list_layer is not None:
        value = ", ".join(_words(list_layer.content[main_model.LIST])) or "nothing"
        yield _override_finding(_line(list_layer, main_model.LIST), value, change.profile)


def find_agent_layer(layers: Iterable[Layer], pins: Iterable[str], aliases: Collection[str]) -> Layer | None:
    """Return the layer whose main agent changes the model; None if none does. A project's agent may not choose a tier
    either."""
    layer = next((candidate for candidate in layers if "agent" in candidate.content), None)
    if layer is None or layer.agent is None:
        return None
    from_folder = layer.from_folder or layer.agent.from_folder
    pinned = {*map(catalogue.without_suffix, pins)}
    return None if catalogue.is_expected(layer.agent.model, pinned, () if from_folder else aliases) else layer


def find_restricting_list(layers: Sequence[Layer], values: Mapping[str, str], knowledge: Knowledge) -> Layer | None:
    """Return the layer whose model list excludes the main model of the environment `values`; None if none does.

    Seen on 2.1.330 and 2.1.332: the lists of all layers are merged. If enforced, they restrict what a session
    begins with by itself too; otherwise a session that asks for an excluded model begins with that.
    """
    list_layer = next((layer for layer in layers if isinstance(layer.content.get(main_model.LIST), list)), None)
    provider = precedence.load().selected(values)[0]
    surface = knowledge.selected(provider.flags)
    listed = main_model.listed_models(layers, surface.aliases if surface else {})
    if list_layer is None or listed is None:
        return None
    pins = {tier: catalogue.without_suffix(pin) for tier, pin in main_model.pins_of(values, knowledge).items()}
    asked = catalogue.without_suffix(main_model.main_word(provider, values, pins))
    enforced = next((candidate.content[ENFORCED] for candidate in layers if ENFORCED in candidate.content), False)
    if enforced is True and listed.entries:
        requested = {asked, pins.get(asked, ""), *(tier for tier, pin in pins.items() if pin == asked)}
        return None if any(entry in candidate for entry in listed.entries for candidate in requested) else list_layer
    used = catalogue.without_suffix(main_model.main_word(provider, values, pins, listed))
    return None if (pins.get(used) or used) == (pins.get(asked) or asked) else list_layer


def managed(
    layers: tuple[Layer, ...],
    values: Mapping[str, str],
    lines: Mapping[str, Decided],
    profile: str,
    signed_in: bool | None,
) -> Iterator[Finding]:
    """Yield what managed settings forbid in the environment `values`."""
    order = precedence.load()
    used = order.selected(values)[0]
    credential = order.signer({**values, **effective.values(lines)})
    by_key = not used.flags and not credential.signed_in
    for layer in layers:
        if layer.name != MANAGED:
            continue
        allowed = layer.content.get("allowedProviders")
        if isinstance(allowed, list) and not _is_allowed(used, _words(allowed), values, layer):
            yield _block_finding(layer, "allowedProviders", ", ".join(_words(allowed)) or "nothing", profile)
        if by_key and _METHODS.fullmatch(str(layer.content.get("forceLoginMethod"))):
            yield _block_finding(layer, "forceLoginMethod", str(layer.content["forceLoginMethod"]), profile)
        if by_key and "forceLoginOrgUUID" in layer.content:
            yield _block_finding(layer, "forceLoginOrgUUID", str(layer.content["forceLoginOrgUUID"]), profile)
        enforced = layer.content.get("enforceAnthropicSignIn", False)
        if (enforced is True and signed_in is False) or not isinstance(enforced, bool):
            yield _block_finding(layer, "enforceAnthropicSignIn", json.dumps(enforced), profile)
        denied = main_model.list_words((layer,), main_model.DENIED)
        if all(tier in denied for tier in main_model.FIRST_TIERS):
            yield _block_finding(layer, main_model.DENIED, ", ".join(denied), profile)


def _is_allowed(used: Provider, allowed: Sequence[str], values: Mapping[str, str], layer: Layer) -> bool:
    base = values.get(used.base)
    if base and used.client != "gateway":
        return "customEndpoint" in allowed and layer.env.get(used.base) == base
    return used.allowed in allowed


def _override_finding(line: Decided, value: str, profile: str, severity: Softer = None) -> Finding:
    if line.layer == MANAGED:
        return Finding("managed-settings-block", _facts(line, value, profile), severity)
    return Finding("settings-model-override", _facts(line, value, profile), severity)


def _facts(line: Decided, value: str, profile: str) -> dict[str, str]:
    where = {"path": str(line.path), "variable": line.name, "layer": line.layer}
    return {**where, "value": value, "profile": profile}


def _block_finding(layer: Layer, line: str, value: str, profile: str) -> Finding:
    return Finding("managed-settings-block", _facts(_line(layer, line), value, profile))


def _line(layer: Layer, line: str) -> Decided:
    return Decided(line, "", layer.name, layer.path)


def _items(value: object) -> list[tuple[str, str]]:
    return [(str(key), str(other)) for key, other in value.items()] if isinstance(value, dict) else []


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
