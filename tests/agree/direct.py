"""Who signs on the Anthropic API: keys, tokens, helpers, a login, and a base URL of the user's."""

import json

from tests.agree.world import Draft

TOKENS = {
    "api-key": "sk-ant-api03-lab-console-AAAA",
    "auth-token": "agree-auth-token-0000001",
    "oauth-token": "sk-ant-oat01-agree-oauth-token-0002",
    "claude-login": "sk-ant-oat01-lab-subscriber-AAAA",
    "anthropic-profile": "sk-ant-oat01-agree-profile-0000004",
    "key-helper": "sk-ant-api03-agree-helper-0000003",
}
"""What each way of signing sends."""


def api(draft: Draft) -> str:
    """Add credentials of the Anthropic API, and return a profile of an API key, a plan or a gateway."""
    for kind, variable, probability in (
        ("api-key", "ANTHROPIC_API_KEY", 0.5),
        ("auth-token", "ANTHROPIC_AUTH_TOKEN", 0.25),
        ("oauth-token", "CLAUDE_CODE_OAUTH_TOKEN", 0.25),
    ):
        if draft.happens(probability):
            draft.put(variable, draft.one((TOKENS[kind], TOKENS[kind], f" {TOKENS[kind]} ", "")))
    if draft.happens(0.3):
        layer = draft.one(("user", "project", "local"))
        helper = draft.one((f"echo {TOKENS['key-helper']}", "false", "", "cat @HOME/helper"))
        draft.layers.setdefault(layer, {})["apiKeyHelper"] = helper
    draft.files["helper"] = TOKENS["key-helper"]
    if draft.happens(0.6):
        login(draft)
    if draft.happens(0.25):
        draft.put("ANTHROPIC_BASE_URL", draft.one(("@LAB", "@LAB/", "https://api.anthropic.com", "@LAB ")))
    draft.files |= {"key": TOKENS["api-key"], "token": TOKENS["auth-token"]}
    base = '\nbase_url = "@LAB"' if draft.happens(0.3) else ""
    return draft.one(
        (
            f'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:@HOME/key"{base}\n',
            'schema = 1\nsurface = "subscription"\n[set]\nplan = "max-20x"\n',
            'schema = 1\nsurface = "gateway"\n[set]\nbase_url = "@LAB"\nauth_token = "file:@HOME/token"\n',
        )
    )


def login(draft: Draft) -> None:
    oauth = {
        "accessToken": TOKENS["claude-login"],
        "refreshToken": "sk-ant-ort01-lab-subscriber-AAAA",
        "expiresAt": 4_070_908_800_000,
        "scopes": ["user:inference", "user:profile"],
        "subscriptionType": "max",
    }
    draft.files[".claude/.credentials.json"] = json.dumps({"claudeAiOauth": oauth})
