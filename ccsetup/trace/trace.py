"""What the installed Claude Code really does with a profile, seen by running it once against a recorder on loopback.

Nothing leaves the machine and nothing of the user's is touched: the client works in a private folder, knows no other
way out than the recorder, and has stand-ins for every secret.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import effective, installation, overrides, settings
from ccsetup.claude_code.installation import Client
from ccsetup.claude_code.overrides import Override
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import cleanup
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.system import System
from ccsetup.trace import compare, expected
from ccsetup.trace.recorder.request import Request
from ccsetup.trace.recorder.server import Recorder
from ccsetup.trace.run import refuse_silence, run
from ccsetup.trace.sandbox import build, is_carried

_OWN_SECONDS = 0.8  # of the time that is given, for ourselves: to start, and to clean up


@dataclass(frozen=True, slots=True)
class Traced:
    """What the client asked for, in order; how it differs from what the profile declares; what else is amiss.

    `identities` are the words for the identities of `requests`.
    """

    client: Client
    requests: tuple[Request, ...]
    identities: Mapping[str, str]
    differences: tuple[str, ...]
    findings: tuple[Finding, ...]


def trace(
    client: Client, surface: str, change: EnvironmentChange, knowledge: Knowledge, system: System, seconds: float
) -> Traced:
    """Run the client once with the profile's environment, so that all is done within `seconds`; whatever it started is
    gone after. A client that shows nothing in that time is a UserError, for then nothing can be told, unless settings
    files lead it elsewhere.
    """
    config_dir = change.values.get("CLAUDE_CONFIG_DIR")
    layers, broken = settings.layers(system, config_dir if isinstance(config_dir, str) else None)
    refuse_uncontained(layers, knowledge)
    decided = overrides.found_in(layers, change, knowledge.surfaces[surface], system.environment)
    found = [*broken, *overrides.findings(decided, change.profile)]
    deadline = time.monotonic() + max(seconds - _OWN_SECONDS, 1)
    unknown: list[Finding] = []
    reading = threading.Thread(
        target=lambda: unknown.extend(installation.strangers(client, change, system.cache)), daemon=True
    )
    reading.start()
    with cleanup.private_temporary_folder("trace") as root:
        replica = build(root, change, layers, knowledge, system)
        with Recorder(fetch=True) as recorder:
            ran = run(client, replica, recorder, deadline)
            requests = tuple(_told(recorder.requests))
    by_files = (*_by_files(layers, change, system, requests), *_withheld(decided, knowledge))
    if not by_files and not any(request.role == "main" for request in requests):
        refuse_silence(client, ran, seconds)
    reading.join(max(0.0, deadline - time.monotonic()))
    wanted = expected.of(surface, change, knowledge)
    names = replica.stand_ins.names
    differences = (*by_files, *compare.differences(requests, wanted, replica.stand_ins, ran.said))
    return Traced(client, requests, names, differences, (*found, *unknown))


def refuse_uncontained(layers: tuple[Layer, ...], knowledge: Knowledge) -> None:
    """Managed settings beat everything, so that what they send elsewhere cannot be kept here."""
    for layer in layers:
        ways = [name for name in layer.env if knowledge.is_escape(name)]
        ways += [line for line in ("hooks",) if layer.content.get(line)]
        if layer.name == "managed" and ways:
            raise UserError(
                f"{layer.path} sets {', '.join(ways)}, which a traced client would obey, past the recorder",
                "nothing was run; ask whoever manages this machine",
                UNAVAILABLE,
            )


def _by_files(
    layers: tuple[Layer, ...], change: EnvironmentChange, system: System, requests: tuple[Request, ...]
) -> Iterator[str]:
    """What settings files decide that no request tells: the provider of a client that got no further, and a model
    where the profile names none."""
    own = environment.applied(change, system.environment)
    decided = effective.variables(layers, own, change)
    main = next((request for request in requests if request.role == "main"), None)
    model = decided.get("ANTHROPIC_MODEL")
    if main is None:
        order = precedence.load()
        seen, wanted = order.selected(effective.values(decided))[0], order.selected(own)[0]
        if seen != wanted:
            yield f"provider: {seen.title}, declared {wanted.title}"
    elif model is not None and model.path and model.value and not own.get(model.name):
        yield f"model: {main.model}, by {model.name} of {model.path}, and the profile leaves it to Claude Code"


def _withheld(decided: tuple[Override, ...], knowledge: Knowledge) -> Iterator[str]:
    """What settings files decide, and the traced client was kept from, as it leads past the recorder."""
    for one in decided:
        if not one.is_line and not one.softly and not is_carried(one.name, knowledge):
            yield f"{one.name}: set by {one.layer.path}, which Claude Code obeys"


def _told(requests: tuple[Request, ...]) -> Iterator[Request]:
    """Each request once; the conversation's second round says nothing new."""
    seen = set()
    for request in requests:
        mark = replace(request, headers={}, body=b"").__repr__()
        if request.role != "again" and (request.method, mark, request.role) not in seen:
            seen.add((request.method, mark, request.role))
            yield request
