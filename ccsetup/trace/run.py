"""One run of the client in its sandbox, ended with all its processes as soon as enough was recorded."""

import time
from typing import NamedTuple

from ccsetup.claude_code.installation import Client
from ccsetup.system import process
from ccsetup.system.display import pasted
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.trace.recorder.server import Recorder
from ccsetup.trace.sandbox import Replica

_PROMPT = "say pong"
_MOST = 1 << 16  # bytes that are read of what the client said


class ClientRun(NamedTuple):
    """The client's output and how it ended."""

    said: str
    code: int  # negative for a signal
    stopped: bool  # its time limit expired


def run(client: Client, replica: Replica, recorder: Recorder, deadline: float) -> ClientRun:
    """Start the client and wait for its second round, its end, or the deadline (of the monotonic clock)."""
    proxy = recorder.proxy_url
    output = replica.folder / "said"
    environment = {**replica.environment, **recorder.proxied, "HTTP_PROXY": proxy, "NO_PROXY": ""}
    words = [str(client.start), "-p", "--allowedTools", "WebFetch", "--settings", replica.settings, "--", _PROMPT]
    with output.open("wb") as file:
        stopped = False
        try:
            with process.started(words, environment=environment, cwd=replica.folder, out=file) as child:
                while child.poll() is None and not (stopped := time.monotonic() > deadline):
                    if any(request.role == "again" for request in recorder.inference):
                        break
                    time.sleep(0.02)
                process.kill(child)
        except OSError as why:
            hint = "see whether it starts: claude --version"
            raise UserError(f"cannot start {client.start}: {why.strerror}", hint, UNAVAILABLE) from why
    with output.open("rb") as file:
        return ClientRun(file.read(_MOST).decode(errors="replace"), child.returncode, stopped)


def refuse_silence(client: Client, client_run: ClientRun, seconds: float) -> None:
    """Raise UserError if the client gave no reason for making no model request, so that nothing can be concluded."""
    if client_run.stopped:
        raise UserError(
            f"{client.name} asked for no model within {seconds:g} seconds",
            "on a slow machine give it more: --seconds 20",
            UNAVAILABLE,
        )
    if client_run.code < 0 or not client_run.said.strip() or not client.version:
        ending = (
            f"was ended by signal {-client_run.code}"
            if client_run.code < 0
            else f"ended with exit code {client_run.code}"
        )
        hint = f"see whether it runs: {pasted(str(client.start))} --version"
        raise UserError(f"{client.name} {ending} and asked for no model", hint, UNAVAILABLE)
