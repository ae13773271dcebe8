"""How a pin can be spelt, and the id that Claude Code asks for then: as recorded, and as the pinned client does."""

import json
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.claude_code.alias_targets import ClientModels
from ccsetup.claude_code.installation import Client
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.providers.catalogue import without_suffix
from ccsetup.trace.recorder.request import Request
from ccsetup.trace.recorder.server import Recorder
from tests.support.client_runner import QUIET, require_client
from tests.support.model_table_client import write_client
from tests.support.selection import examples

PINS: Mapping[str, Mapping[str, str]] = tomllib.loads((Path(__file__).parents[1] / "data" / "pins.toml").read_text())
AWS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIAPRODPRODPRODPROD", "AWS_SECRET_ACCESS_KEY": "s" * 40}
SHELLS: Mapping[str, Mapping[str, str]] = {
    "bedrock": {"CLAUDE_CODE_USE_BEDROCK": "1", **AWS},
    "vertex": {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLOUD_ML_REGION": "global",
        "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
        "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
    },
    "api-key": {"ANTHROPIC_API_KEY": "sk-ant-api03-lab-console-AAAA"},
    "mantle": {"CLAUDE_CODE_USE_MANTLE": "1", **AWS},
    "foundry": {
        "CLAUDE_CODE_USE_FOUNDRY": "1",
        "ANTHROPIC_FOUNDRY_RESOURCE": "acme",
        "ANTHROPIC_FOUNDRY_API_KEY": "k" * 32,
    },
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A program with the models of the pinned client, as the snapshot has them."""
    return Client(write_client(tmp_path_factory.mktemp("client")), "2.1.332")


@pytest.mark.parametrize("surface", PINS)
def test_sent_id_is_what_the_client_was_seen_to_send(client: Client, surface: str) -> None:
    models = ClientModels(SHELLS[surface], "us-east-1", client, load_surfaces(), client.code.parent / "cache")
    ours = {pin: models.sent_id(without_suffix(pin.strip())) for pin in PINS[surface]}
    assert ours == PINS[surface]


def test_undated_id_of_a_dated_model_is_not_taken_for_it(client: Client) -> None:
    """Claude Code sends it as it stands, and Bedrock has no such model."""
    models = ClientModels(SHELLS["bedrock"], "eu-west-1", client, load_surfaces(), client.code.parent / "cache")
    assert models.sent_id("claude-haiku-4-5") == "claude-haiku-4-5"
    assert models.sent_id("claude-haiku-4-5-20251001") == "eu.anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.mark.client
@pytest.mark.thorough
@pytest.mark.parametrize("surface", examples(PINS))
def test_client_still_sends_what_was_recorded(tmp_path: Path, surface: str) -> None:
    with Recorder() as recorder:
        seen = {pin: {sent for sent in asked if sent} for pin, asked in _ask(recorder, tmp_path, surface)}
    assert seen == {pin: {sent} for pin, sent in PINS[surface].items()}


def _ask(recorder: Recorder, home: Path, surface: str) -> Iterator[tuple[str, list[str | None]]]:
    """Yield each pin with the ids of the conversation's requests, from one session that changes its model."""
    environment = {**QUIET, **recorder.proxied, **SHELLS[surface], "HOME": str(home), "PATH": "/usr/bin:/bin"}
    words = ("-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose")
    with subprocess.Popen(
        [str(require_client()), *words],
        cwd=home,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for pin in PINS[surface]:
            request = {"subtype": "set_model", "model": pin}
            _send(process, "control_response", type="control_request", request_id=pin, request=request)
            recorder.clear()
            message = {"role": "user", "content": "say pong"}
            _send(process, "result", type="user", message=message, parent_tool_use_id=None, session_id="")
            yield pin, [_sent(call) for call in recorder.inference if call.role == "main"]
        process.stdin.close()  # type: ignore[union-attr] # a pipe


def _send(process: "subprocess.Popen[str]", answer: str, **message: object) -> None:
    """Send a line, and read until a message of the type `answer`."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("{") and json.loads(line).get("type") == answer:
            return
    pytest.fail(f"Claude Code ended before its {answer}")


def _sent(call: Request) -> str | None:
    _, found, rest = call.path.partition("/publishers/anthropic/models/")
    return rest.rpartition(":")[0] if found else call.body_model or call.model
