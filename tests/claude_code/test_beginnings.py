"""What a session begins with, and what signs where a cloud's own signing is skipped: each line as 2.1.332 did it on
loopback."""

from pathlib import Path

import pytest

from ccsetup.claude_code import main_model
from ccsetup.claude_code.signing import find_signing
from ccsetup.knowledge import precedence, surfaces
from tests.support.examined import a_world

KNOWN = surfaces.load_surfaces()
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "AWS_ACCESS_KEY_ID": "AKIA"}
MANTLE = {"CLAUDE_CODE_USE_MANTLE": "1", "CLAUDE_CODE_SKIP_MANTLE_AUTH": "1", "AWS_ACCESS_KEY_ID": "AKIA"}
VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1", "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1"}
TOKEN, KEY = {"ANTHROPIC_AUTH_TOKEN": "token-0000"}, {"ANTHROPIC_API_KEY": "key-0000"}
HELPER = {"apiKeyHelper": "echo key"}


@pytest.mark.parametrize(
    ("model", "variables", "word"),
    [
        ("claude-opus-4-1-20250805", {}, "opus"),
        ("Claude-Opus-4-0", {}, "opus"),
        ("claude-opus-4-1[1m]", {}, "opus"),
        ("claude-opus-4-1", {"ANTHROPIC_BASE_URL": "https://gw.example.com"}, "opus"),
        ("claude-opus-4-1", {"CLAUDE_CODE_DISABLE_LEGACY_MODEL_REMAP": "0"}, "opus"),
        ("claude-opus-4-1", {"CLAUDE_CODE_DISABLE_LEGACY_MODEL_REMAP": "1"}, "claude-opus-4-1"),
        ("claude-opus-4-1", {"CLAUDE_CODE_USE_VERTEX": "1"}, "claude-opus-4-1"),
        ("claude-opus-4-1-latest", {}, "claude-opus-4-1-latest"),
        ("claude-sonnet-4-0", {}, "claude-sonnet-4-0"),
        ("claude-opus-5", {}, "claude-opus-5"),
    ],
)
def test_session_begins_with_a_tier_instead_of_an_old_model(model: str, variables: dict[str, str], word: str) -> None:
    values = {**variables, "ANTHROPIC_MODEL": model}
    provider = precedence.load().selected(values)[0]
    assert main_model.main_word(provider, values, main_model.pins_of(values, KNOWN)) == word


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        (BEDROCK, "none"),
        (BEDROCK | TOKEN, "auth-token"),
        (BEDROCK | HELPER, "key-helper"),
        (BEDROCK | KEY, "none"),
        (BEDROCK | KEY | HELPER, "key-helper"),
        (BEDROCK | TOKEN | HELPER, "auth-token"),
        (MANTLE | TOKEN, "auth-token"),
        (MANTLE | HELPER, "key-helper"),
        (MANTLE | KEY, "none"),
        (VERTEX, "none"),
        (VERTEX | TOKEN | KEY, "auth-token"),
        (VERTEX | HELPER | KEY, "key-helper"),
        (VERTEX | KEY, "api-key"),
    ],
)
def test_what_is_sent_where_signing_is_skipped(variables: dict[str, str], way: str, tmp_path: Path) -> None:
    provider = precedence.load().selected(variables)[0]
    assert find_signing(provider, variables, a_world(tmp_path, {})).way == way
