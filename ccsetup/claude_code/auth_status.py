"""The client's own report of what it would use: `claude auth status`, which makes no request (about 0.2 s)."""

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
    """Return the output of `claude auth status` in this environment and folder.

    Raises UserError (exit code 3) if the client is missing or prints no JSON in time.
    """
    program = installation.program(system.environment)
    if program is None:
        raise pages.refusal("claude-missing", UNAVAILABLE)
    try:
        words = (program, "auth", "status")
        environment = process.with_user_path(system.environment)
        done = process.run(words, environment=environment, seconds=_SECONDS, cwd=system.cwd)
        return decoding.from_json(done.out, dict[str, object])
    except (OSError, process.TimeoutExpired, process.Flood, msgspec.DecodeError) as why:
        reason = f"no answer in {_SECONDS} s" if isinstance(why, process.TimeoutExpired) else "it printed no JSON"
        raise pages.refusal("claude-status-silent", UNAVAILABLE, program=str(program), reason=reason) from why


def disagreements(surroundings: Surroundings, report: Mapping[str, object]) -> Iterator[Finding]:
    """Compare the client's report with ccsetup's own answer and yield a finding for each difference."""
    for name, expected, reported in _compared(surroundings, report):
        if expected != reported:
            facts = {"name": name, "ours": expected or "nothing", "theirs": str(reported or "nothing")}
            yield Finding("status-disagrees", facts)


def agreements(surroundings: Surroundings, report: Mapping[str, object]) -> dict[str, str]:
    """What the client reports as ccsetup does: {name: value}."""
    return {name: str(ours) for name, ours, theirs in _compared(surroundings, report) if ours == theirs and ours}


def _compared(surroundings: Surroundings, report: Mapping[str, object]) -> Iterator[tuple[str, str | None, object]]:
    """Yield each compared value: its name, ccsetup's answer, and the client's.

    `claude auth status` ignores restricted variables of a project's settings files, although a session uses them, so
    they are left out of ccsetup's side here too.
    """
    order = precedence.load()
    layers = tuple(_without_restricted(layer, order) for layer in surroundings.layers)
    values = effective.values(
        {**effective.variables(layers, surroundings.environment, None), **effective.lines(layers)}
    )
    provider = order.selected(values)[0]
    has_key = surroundings.console_key is not None
    method = status.method(provider, values, surroundings.signed_in, console_key=has_key)
    key_source = status.key_source(provider, values, console_key=has_key)
    computed = (provider.client, method, key_source)
    for name, expected in zip(_COMPARED, computed, strict=True):
        reported = report.get(name)
        if name != "authMethod" or surroundings.signed_in is not None or expected == reported:
            yield name, expected, reported


def _without_restricted(layer: Layer, order: precedence.Precedence) -> Layer:
    if layer.name not in ("project", "local"):
        return layer
    env = {name: value for name, value in layer.env.items() if name not in order.restricted}
    return Layer(layer.name, layer.path, env, layer.content)
