"""Which settings layers give the AWS credentials that a session keeps.

Seen on 2.1.241 and 2.1.332, in print mode and in a trusted folder: where nothing pins the session's model, Claude Code
tries Bedrock's models before it reads the AWS credentials in a project's and local file, and keeps what signed then.
Only if it had no credentials then do those of the project sign.
"""

from collections.abc import Mapping
from dataclasses import replace

from ccsetup.claude_code import effective, main_model
from ccsetup.claude_code.settings import Layer
from ccsetup.claude_code.signing import find_signing
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system.system import System


def signing_layers(
    layers: tuple[Layer, ...],
    shell: Mapping[str, str],
    change: EnvironmentChange | None,
    knowledge: Knowledge,
    system: System,
) -> tuple[Layer, ...]:
    """Return the layers with the AWS credentials that sign the session started with these variables of a shell."""
    first = effective.before_folder_keys(layers)
    if first == layers:
        return layers
    decided = effective.values(effective.variables(layers, shell, change))
    lines = effective.values(effective.lines(layers))
    values = {**decided, **lines}
    provider, pins = precedence.load().selected(values)[0], main_model.pins_of(values, knowledge)
    listed = main_model.listed_models(layers, {})
    if not provider.tries_models or pins.get(main_model.main_word(provider, values, pins, listed)) != "":
        return layers
    early = effective.values(effective.variables(first, shell, change))
    environment = secret_shapes.mask({**shell, **early})
    signing = find_signing(provider, secret_shapes.mask({**early, **lines}), replace(system, environment=environment))
    return layers if signing.way == "none" or signing.expired else first
