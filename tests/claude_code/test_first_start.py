"""The real client's first interactive start behind a closed network: what makes it call api.anthropic.com."""

import json
import signal
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.answering import Answering
from tests.support.client_runner import QUIET, require_client
from tests.support.selection import examples

_GAP = ".{1,8}"  # the terminal's codes between words
PASSES = f"Security{_GAP}notes|use{_GAP}this{_GAP}API"
FAILS = f"(Unable|Failed){_GAP}to{_GAP}connect"
CASES = {
    "token": ({"ANTHROPIC_AUTH_TOKEN": "gateway-token-1234"}, "", PASSES),
    "key": ({"ANTHROPIC_API_KEY": "sk-ant-api03-gateway"}, "", FAILS),
    "token and key": (
        {"ANTHROPIC_AUTH_TOKEN": "gateway-token-1234", "ANTHROPIC_API_KEY": "sk-ant-api03-gateway"},
        "",
        PASSES,
    ),
    "key helper": ({}, "echo sk-ant-api03-gateway", PASSES),
    "OAuth token": ({"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-gateway"}, "", FAILS),
    "headers alone": ({"ANTHROPIC_CUSTOM_HEADERS": "X-Key: gateway"}, "", FAILS),
}


@pytest.mark.client
@pytest.mark.parametrize("name", examples(CASES, "key"))
def test_first_start_of_the_client_behind_a_gateway(tmp_path: Path, name: str) -> None:
    variables, helper, expected = CASES[name]
    client = require_client()
    (tmp_path / "work").mkdir()
    if helper:
        (tmp_path / ".claude").mkdir()
        (tmp_path / ".claude" / "settings.json").write_text(json.dumps({"apiKeyHelper": helper}))
    with Answering() as gateway:
        environment = {
            **QUIET,
            "HOME": str(tmp_path),
            "PATH": f"{client.parent}:/usr/bin:/bin",
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "ANTHROPIC_BASE_URL": gateway.url,
            **variables,
        }
        child = pexpect.spawn(
            str(client), cwd=tmp_path / "work", env=environment, dimensions=(50, 160), encoding="utf-8", timeout=40
        )
        try:
            while (seen := child.expect([PASSES, FAILS, f"Syntax{_GAP}theme"])) == 2:
                child.send("\r")
            assert (PASSES, FAILS)[seen] == expected
        finally:
            child.kill(signal.SIGKILL)
            child.wait()
