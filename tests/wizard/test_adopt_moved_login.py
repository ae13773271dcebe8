"""Adoption of a subscription whose requests a base URL leads to another host, which then gets the login's token."""

import json

import pytest

from tests.support.program import Program


@pytest.mark.parametrize("signer", ["login", "CLAUDE_CODE_OAUTH_TOKEN"])
def test_base_url_of_a_subscription_leads_to_a_gateway(program: Program, signer: str) -> None:
    login = {"accessToken": "sk-ant-oat01-x", "subscriptionType": "pro", "expiresAt": 4_102_444_800_000}
    login["scopes"] = ["user:inference"]
    file = program.home / ".claude" / ".credentials.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"claudeAiOauth": login}))
    token = {} if signer == "login" else {signer: "sk-ant-oat01-x"}
    moved = {"ANTHROPIC_BASE_URL": "https://gw.example.com", **token}
    done = program.run("init", "mine", "--from-env", environment=moved)
    assert (done.code, program.profiles.exists()) == (2, False)
    words = " ".join(done.err.split())
    assert "sends that host the subscription's token" in words
    assert "--surface gateway --set base_url=… --set auth_token=env:VARIABLE" in words
