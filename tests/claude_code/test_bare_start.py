"""With CLAUDE_CODE_SIMPLE Claude Code reads fewer credentials. Each line is what 2.1.332 did on loopback."""

import pytest

from ccsetup.claude_code.signing import sent_beside
from ccsetup.knowledge import precedence

HELPER, OAUTH = {"apiKeyHelper": "echo key"}, {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"}
KEY, TOKEN = {"ANTHROPIC_API_KEY": "sk-ant-api03-x"}, {"ANTHROPIC_AUTH_TOKEN": "token"}


@pytest.mark.parametrize(
    ("values", "bare", "signer"),
    [
        (HELPER, "1", ""),
        (HELPER, "true", ""),
        (HELPER, "0", "apiKeyHelper"),
        (HELPER, "", "apiKeyHelper"),
        (OAUTH, "1", ""),
        (OAUTH, "0", "CLAUDE_CODE_OAUTH_TOKEN"),
        (KEY, "1", "ANTHROPIC_API_KEY"),
        (HELPER | KEY, "1", "ANTHROPIC_API_KEY"),
        (HELPER | OAUTH, "1", ""),
        (TOKEN, "1", "ANTHROPIC_AUTH_TOKEN"),
    ],
)
def test_signer_is_one_that_is_read(values: dict[str, str], bare: str, signer: str) -> None:
    assert precedence.load().signer({**values, "CLAUDE_CODE_SIMPLE": bare}).name == signer


@pytest.mark.parametrize(("bare", "beside"), [("1", ""), ("", "apiKeyHelper")])
def test_helper_that_is_not_read_is_not_sent_beside_a_token(bare: str, beside: str) -> None:
    assert sent_beside("ANTHROPIC_AUTH_TOKEN", {**TOKEN, **HELPER, "CLAUDE_CODE_SIMPLE": bare}) == beside
