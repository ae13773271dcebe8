"""Which settings layers give the AWS credentials that a session keeps.

Seen on 2.1.241 and 2.1.332, in print mode and in a trusted folder: where nothing pins the session's model, Claude Code
tries Bedrock's models before it reads the AWS credentials in a project's and local file, and keeps what signed then.
Only if it had no credentials then do those of the project sign.
"""

from collections.abc import Mapping
from dataclasses import replace

from ccsetup.claude_code import effective
from ccsetup.claude_code.settings import Layer
from ccsetup.claude_code.signing import find_signing
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers import catalogue
from ccsetup.system.system import System


def main_word(provider: Provider, values: Mapping[str, str], pins: Mapping[str, str]) -> str:
    """Return the tier, alias or id that a session's first model is asked for by; `pins` are {tier: id or ""}."""
    order = precedence.load()
    given = next((values[name] for name in order.model if values.get(name)), None)
    main = None if given is None else secret_shapes.trim(given)  # of blanks alone, seen to ask for the model ""
    if main is None and provider.client == precedence.FIRST_PARTY:
        main = order.signer(values).tier
    if main is None:
        main = next((tier for tier in provider.leads if pins[tier]), next(iter(provider.leads), "opus"))
    word = catalogue.without_suffix(main).lower()
    tier = order.aliases.get(word, word)
    return tier if tier in pins else main


def pins_of(values: Mapping[str, str], knowledge: Knowledge) -> dict[str, str]:
    """Return the pinned id of each tier, "" where the tier is left to Claude Code. It trims them (seen on 2.1.332)."""
    return {
        tier: secret_shapes.trim(values.get(name) or "")
        for tier, name in knowledge.shared.models.items()
        if tier != "default"
    }


def signing_layers(
    layers: tuple[Layer, ...], system: System, change: EnvironmentChange | None, knowledge: Knowledge
) -> tuple[Layer, ...]:
    """Return the layers with the AWS credentials that sign the session; `system` has the shell's variables."""
    first = effective.before_folder_keys(layers)
    if first == layers:
        return layers
    decided = effective.values(effective.variables(layers, system.environment, change))
    lines = effective.values(effective.lines(layers))
    values = {**decided, **lines}
    provider, pins = precedence.load().selected(values)[0], pins_of(values, knowledge)
    if not provider.tries_models or pins.get(main_word(provider, values, pins)) != "":
        return layers
    early = effective.values(effective.variables(first, system.environment, change))
    environment = secret_shapes.mask({**system.environment, **early})
    signing = find_signing(provider, secret_shapes.mask({**early, **lines}), replace(system, environment=environment))
    return layers if signing.way == "none" or signing.expired else first
