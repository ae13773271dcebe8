"""What Claude Code itself says it would use: `claude auth status`, which asks nobody (about 0.2 s)."""

from collections.abc import Iterator, Mapping

import msgspec

from ccsetup.claude_code import effective, installation, status
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import pages, precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.system import decoding, process
from ccsetup.system.errors import UNAVAILABLE
from ccsetup.system.system import System

_SECONDS = 10
_COMPARED = ("apiProvider", "authMethod", "apiKeySource")


def read_auth_status(system: System) -> Mapping[str, object]:
    """The answer of the client in this environment and folder; a UserError, exit code 3, where there is none."""
    program = installation.program(system.environment)
    if program is None:
        raise pages.refusal("claude-missing", UNAVAILABLE)
    try:
        words = (program, "auth", "status")
        environment = process.searched(system.environment)
        done = process.ended(words, environment=environment, seconds=_SECONDS, cwd=system.cwd)
        return decoding.from_json(done.out, dict[str, object])
    except (OSError, process.TimeoutExpired, process.Flood, msgspec.DecodeError) as why:
        reason = f"no answer in {_SECONDS} s" if isinstance(why, process.TimeoutExpired) else "it printed no JSON"
        raise pages.refusal("claude-status-silent", UNAVAILABLE, program=str(program), reason=reason) from why


def disagreements(surroundings: Surroundings, said: Mapping[str, object]) -> Iterator[Finding]:
    """Where the client's own answer is another than ours. It leaves credentials of a folder's own files out of it,
    which a session does take, and so they are left out of ours here."""
    order = precedence.load()
    layers = tuple(_as_asked(layer, order) for layer in surroundings.layers)
    values = effective.values(
        {**effective.variables(layers, surroundings.environment, None), **effective.lines(layers)}
    )
    provider = order.selected(values)[0]
    method = status.method(provider, values, surroundings.signed_in)
    ours = (provider.client, method, status.key_source(provider, values))
    for name, mine in zip(_COMPARED, ours, strict=True):
        theirs = said.get(name)
        if mine != theirs and not (name == "authMethod" and surroundings.signed_in is None):
            facts = {"name": name, "ours": mine or "nothing", "theirs": str(theirs or "nothing")}
            yield Finding("status-disagrees", facts)


def _as_asked(layer: Layer, order: precedence.Precedence) -> Layer:
    if layer.name not in ("project", "local"):
        return layer
    env = {name: value for name, value in layer.env.items() if name not in order.restricted}
    return Layer(layer.name, layer.path, env, layer.content)
