"""What the installed Claude Code really does with a profile, seen by running it once against a recorder on loopback.

Nothing leaves the machine and nothing of the user's is touched: the client works in a private folder, knows no other
way out than the recorder, and has stand-ins for every secret.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup import installed, settings
from ccsetup.environ import Change
from ccsetup.installed import Client
from ccsetup.page import Finding
from ccsetup.recorder import Recorder, Request
from ccsetup.refusal import COULD_NOT_LOOK, Refusal
from ccsetup.settings import Layer
from ccsetup.surface import Knowledge
from ccsetup.trace import comparison, declared
from ccsetup.trace.replica import Replica, build
from ccsetup.world import World

_OWN_SECONDS = 0.8  # of the time that is given, for ourselves: to start, and to clean up
_PROMPT = "say pong"


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


def trace(client: Client, surface: str, change: Change, knowledge: Knowledge, world: World, seconds: float) -> Traced:
    """Run the client once with the profile's environment, so that all is done within `seconds`; whatever it started is
    gone after. A client that shows nothing in that time is a Refusal, for then nothing can be told.
    """
    config_dir = change.values.get("CLAUDE_CONFIG_DIR")
    layers, broken = settings.layers(world, config_dir if isinstance(config_dir, str) else None)
    refuse_uncontained(layers, knowledge)
    found = [*broken, *settings.defeats(layers, change, knowledge.surfaces[surface])]
    deadline = time.monotonic() + max(seconds - _OWN_SECONDS, 1)
    unknown: list[Finding] = []
    reading = threading.Thread(
        target=lambda: unknown.extend(installed.strangers(client, change, world.cache)), daemon=True
    )
    reading.start()
    with tempfile.TemporaryDirectory(prefix="ccsetup-trace-", ignore_cleanup_errors=True) as root:
        replica = build(Path(root), change, layers, knowledge, world)
        with Recorder(fetch=True) as recorder:
            said, stopped = _run(client, replica, recorder, deadline)
            requests = tuple(_told(recorder.requests))
    if stopped and not any(request.role == "main" for request in requests):
        raise Refusal(
            f"Claude Code {client.version} asked for no model within {seconds:g} seconds",
            "on a slow machine give it more: --seconds 20",
            COULD_NOT_LOOK,
        )
    reading.join(max(0.0, deadline - time.monotonic()))
    wanted = declared.of(surface, change, knowledge)
    names = replica.stand_ins.names
    differences = comparison.differences(requests, wanted, replica.stand_ins, said)
    return Traced(client, requests, names, tuple(differences), (*found, *unknown))


def refuse_uncontained(layers: tuple[Layer, ...], knowledge: Knowledge) -> None:
    """Managed settings beat everything, so that what they send elsewhere cannot be kept here."""
    for layer in layers:
        ways = [name for name in layer.env if knowledge.is_escape(name)]
        ways += [line for line in ("hooks",) if layer.content.get(line)]
        if layer.name == "managed" and ways:
            raise Refusal(
                f"{layer.path} sets {', '.join(ways)}, which a traced client would obey, past the recorder",
                "nothing was run; ask whoever manages this machine",
                COULD_NOT_LOOK,
            )


def _run(client: Client, replica: Replica, recorder: Recorder, deadline: float) -> tuple[str, bool]:
    """Start the client, and end it with all it started once it has shown enough; what it said, and whether its time
    ran out."""
    proxy = recorder.proxy_url
    out = replica.folder / "said"
    child = {**replica.environment, **recorder.proxied, "HTTP_PROXY": proxy, "NO_PROXY": ""}
    words = [str(client.code), "-p", "--allowedTools", "WebFetch", "--settings", replica.settings, "--", _PROMPT]
    with out.open("wb") as file:
        try:
            process = subprocess.Popen(
                words, cwd=replica.folder, env=child, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                start_new_session=True,
            )  # fmt: skip
        except OSError as why:
            raise Refusal(f"cannot start {client.code}: {why.strerror}", code=COULD_NOT_LOOK) from why
        stopped = False
        try:
            while process.poll() is None and not (stopped := time.monotonic() > deadline):
                if any(request.role == "again" for request in recorder.inference):
                    break
                time.sleep(0.02)
        finally:  # Ctrl-C too
            _end(process)
    return out.read_text(encoding="utf-8", errors="replace"), stopped


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.wait()


def _told(requests: tuple[Request, ...]) -> Iterator[Request]:
    """Each request once; the conversation's second round says nothing new."""
    seen = set()
    for request in requests:
        mark = replace(request, headers={}, body=b"").__repr__()
        if request.role != "again" and (request.method, mark, request.role) not in seen:
            seen.add((request.method, mark, request.role))
            yield request
