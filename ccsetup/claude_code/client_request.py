"""One request by the installed Claude Code itself, for a sign-in that nobody else may use.

Seen on 2.1.330: without tools, hooks, MCP servers and saved session it makes one request, and says as JSON what came
of it. It keeps what it always keeps in its own configuration folder.
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
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "256",  # an answer that is cut off is an error to the client
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "MAX_THINKING_TOKENS": "0",
}


class Silent(Exception):
    """The client did not say what became of its request; the words are why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client says: `words` of the model, or of an error with the HTTP status where there was one."""

    answered: bool
    words: str
    status: int | None


class _Result(msgspec.Struct, frozen=True):
    type: str
    is_error: bool
    result: str = ""
    api_error_status: int | None = None


def shown(model: str) -> str:
    """The command as a person may read it."""
    return f'claude -p --tools "" --max-turns 1 --model {model}'


def send(
    installed: Client, model: str, environment: Mapping[str, str], change: EnvironmentChange, knowledge: Knowledge,
    surface: Surface, system: System,
) -> Reply:  # fmt: skip
    """Run the client once in an empty private folder, with the profile's `environment`, which no settings file of the
    user's defeats. Silent where it cannot tell within SECONDS."""
    layers, _ = settings.layers(system, environment.get("CLAUDE_CONFIG_DIR") or None)
    started = launch.with_settings(
        [str(installed.code), "--settings", _SETTINGS, *_WORDS, "--model", model, "--", _PROMPT],
        change, knowledge, surface, system, layers,
    )  # fmt: skip
    variables = {**environment, **started.variables, **_MORE}
    with cleanup.private_temporary_folder("live") as folder:
        try:
            code, out = process.ended(
                started.command,
                environment=variables,
                seconds=SECONDS,
                cwd=folder,
            )
        except process.TimeoutExpired:
            raise Silent(f"no answer within {SECONDS} seconds") from None
        except process.Flood:
            raise Silent("it prints without end") from None
        except OSError as error:
            raise Silent(f"it cannot be started: {error.strerror}") from error
    try:
        found = decoding.from_json(out, _Result)
    except msgspec.DecodeError:
        raise Silent(f"exit code {code} without a result") from None
    if found.type != "result":
        raise Silent(f"exit code {code} without a result")
    return Reply(not found.is_error and code == 0, found.result, found.api_error_status)
