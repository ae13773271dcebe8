"""Observes what the installed Claude Code does with a profile, by running it once against a recorder on loopback.

Nothing leaves the machine and the user's files stay unchanged: the client works in a private folder, can reach only
the recorder, and has stand-ins for every secret.
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
from ccsetup.trace.recorder.request import PAGE, Request
from ccsetup.trace.recorder.server import Recorder
from ccsetup.trace.run import refuse_silence, run
from ccsetup.trace.sandbox import build, is_carried

_OWN_SECONDS = 0.8  # part of the time limit that ccsetup needs to start and to clean up


@dataclass(frozen=True, slots=True)
class Traced:
    """The client's requests, in order; their differences from what the profile declares; and other findings.

    `identities` has the descriptions of the requests' identities.
    """

    client: Client
    requests: tuple[Request, ...]
    identities: Mapping[str, str]
    differences: tuple[str, ...]
    findings: tuple[Finding, ...]
    hosts: tuple[str, ...] = ()  # every host that it called, start-up and telemetry calls included


def trace(
    client: Client, surface: str, change: EnvironmentChange, knowledge: Knowledge, system: System, seconds: float
) -> Traced:
    """Run the client once with the profile's environment and end all its processes within `seconds`.

    Raises UserError if the client makes no model request and gives no reason, unless a difference is already known
    from settings files.
    """
    config_dir = change.values.get("CLAUDE_CONFIG_DIR")
    layers, broken = settings.layers(system, config_dir if isinstance(config_dir, str) else None)
    refuse_uncontained(layers, knowledge)
    overridden = overrides.find_overrides(layers, change, knowledge.surfaces[surface], system.environment)
    findings = [*broken, *overrides.findings(overridden, change.profile)]
    deadline = time.monotonic() + max(seconds - _OWN_SECONDS, 1)
    unknown: list[Finding] = []
    reader = threading.Thread(
        target=lambda: unknown.extend(installation.unknown_variables(client, change, system.cache)), daemon=True
    )
    reader.start()
    with cleanup.private_temporary_folder("trace") as root:
        replica = build(root, change, layers, knowledge, system)
        with Recorder(fetch=True) as recorder:
            client_run = run(client, replica, recorder, deadline)
            requests = tuple(_distinct_requests(recorder.requests))
            called = tuple(sorted({request.host for request in recorder.everything} - {PAGE}))
    from_files = (
        *(
            f"Claude Code does not start: {one.facts['path']}: {one.facts['reason']}"
            for one in broken
            if one.check == settings.STATE_MALFORMED
        ),
        *_file_differences(layers, change, system, requests),
        *_withheld_variables(overridden, knowledge),
    )
    if not from_files and not any(request.role == "main" for request in requests):
        refuse_silence(client, client_run, seconds)
    reader.join(max(0.0, deadline - time.monotonic()))
    declared = expected.declared_requests(surface, change, knowledge)
    names = replica.stand_ins.names
    differences = (*from_files, *compare.differences(requests, declared, replica.stand_ins, client_run.said))
    return Traced(client, requests, names, differences, (*findings, *unknown), called)


def refuse_uncontained(layers: tuple[Layer, ...], knowledge: Knowledge) -> None:
    """Raise UserError if managed settings could send the client past the recorder, since nothing overrides them."""
    for layer in layers:
        escapes = [name for name in layer.env if knowledge.is_escape(name)]
        escapes += [line for line in ("hooks",) if layer.content.get(line)]
        if layer.name == "managed" and escapes:
            raise UserError(
                f"{layer.path} sets {', '.join(escapes)}, which would let the client bypass the recorder",
                "nothing was run; ask this machine's administrator",
                UNAVAILABLE,
            )


def _file_differences(
    layers: tuple[Layer, ...], change: EnvironmentChange, system: System, requests: tuple[Request, ...]
) -> Iterator[str]:
    """Yield differences that settings files cause and no request shows: the provider if the client made no model
    request, and the model if the profile sets none."""
    own = environment.apply_change(change, system.environment)
    decided = effective.variables(layers, own, change)
    main = next((request for request in requests if request.role == "main"), None)
    model = decided.get("ANTHROPIC_MODEL")
    if main is None:
        order = precedence.load()
        actual, declared = order.selected(effective.values(decided))[0], order.selected(own)[0]
        if actual != declared:
            yield f"provider: {actual.title}, declared {declared.title}"
    elif model is not None and model.path and model.value and not own.get(model.name):
        yield f"model: {main.model}, by {model.name} of {model.path}, and the profile leaves it to Claude Code"


def _withheld_variables(decided: tuple[Override, ...], knowledge: Knowledge) -> Iterator[str]:
    """Yield variables of settings files that the traced client did not get, because they lead past the recorder."""
    for item in decided:
        if not item.is_line and not item.softly and not is_carried(item.name, knowledge):
            yield f"{item.name}: set by {item.layer.path}, which Claude Code obeys"


def _distinct_requests(requests: tuple[Request, ...]) -> Iterator[Request]:
    """Yield each distinct request once, without the conversation's second round."""
    seen = set()
    for request in requests:
        fingerprint = replace(request, headers={}, body=b"").__repr__()
        if request.role != "again" and (request.method, fingerprint, request.role) not in seen:
            seen.add((request.method, fingerprint, request.role))
            yield request
