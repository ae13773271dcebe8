"""One request by the installed Claude Code itself, for credentials that only the client can use (a Claude login).

Seen on 2.1.330: without tools, hooks, MCP servers and a saved session it makes one request, and prints the result as
JSON. It writes its usual files in its own configuration folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ccsetup.claude_code import launch, settings
from ccsetup.claude_code.installation import Client
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import cleanup, decoding, process
from ccsetup.system.system import System

SECONDS = 20
_PROMPT = "Say pong."
_WORDS = (
    "-p", "--output-format", "json", "--tools", "", "--max-turns", "1", "--no-session-persistence",
    "--strict-mcp-config", "--disable-slash-commands", "--effort", "low", "--system-prompt", "Answer with one word.",
)  # fmt: skip
_SETTINGS = '{"disableAllHooks":true}'
_MORE = {
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "256",  # the client treats a truncated answer as an error
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "MAX_THINKING_TOKENS": "0",
}


class Silent(Exception):
    """The client did not report the result of its request; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The result that the client reports: the model's text or an error's message in `words`, and the HTTP status of an
    error if there was one."""

    answered: bool
    words: str
    status: int | None


class _Result(msgspec.Struct, frozen=True):
    type: str
    is_error: bool
    result: str = ""
    api_error_status: int | None = None


def display_command(model: str) -> str:
    """Return the command in the form shown to users."""
    return f'claude -p --tools "" --max-turns 1 --model {model}'


def send(
    installed: Client, model: str, environment: Mapping[str, str], change: EnvironmentChange, knowledge: Knowledge,
    surface: Surface, system: System,
) -> Reply:  # fmt: skip
    """Run the client once in an empty private folder, with the profile's `environment` protected from the user's
    settings files.

    Raises Silent if the client cannot start or reports no result within SECONDS.
    """
    layers, _ = settings.layers(system, environment.get("CLAUDE_CONFIG_DIR") or None)
    started = launch.with_settings(
        [str(installed.code), "--settings", _SETTINGS, *_WORDS, "--model", model, "--", _PROMPT],
        change, knowledge, surface, system, layers,
    )  # fmt: skip
    variables = {**environment, **started.variables, **_MORE}
    with cleanup.private_temporary_folder("live") as folder:
        try:
            code, out = process.run(
                started.command,
                environment=variables,
                seconds=SECONDS,
                cwd=folder,
            )
        except process.TimeoutExpired:
            raise Silent(f"no answer within {SECONDS} seconds") from None
        except process.Flood:
            raise Silent("its output does not end") from None
        except OSError as error:
            raise Silent(f"it cannot be started: {error.strerror}") from error
    try:
        result = decoding.from_json(out, _Result)
    except msgspec.DecodeError:
        raise Silent(f"exit code {code} without a result") from None
    if result.type != "result":
        raise Silent(f"exit code {code} without a result")
    return Reply(not result.is_error and code == 0, result.result, result.api_error_status)
