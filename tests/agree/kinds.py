"""Set-ups next to worlds in which ccsetup and the client disagreed, one kind a table."""

import json
from collections.abc import Mapping

from tests.agree import aws, direct, google, platforms
from tests.agree.world import Use

Files = Mapping[str, object]
Case = tuple[Files, Mapping[str, str]]

KEY, TOKEN = direct.TOKENS["api-key"], direct.TOKENS["auth-token"]
RESOURCE = platforms.RESOURCE
USER = ".claude/settings.json"
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"
AUTHORIZATION, X_KEY = (
    {HEADERS: "Authorization: Bearer nobody"},
    {HEADERS: "X-Api-Key: wrong-key-0000000000000000000000"},
)
LOGIN: Files = {
    ".claude/.credentials.json": {
        "claudeAiOauth": {
            "accessToken": direct.TOKENS["claude-login"],
            "refreshToken": "sk-ant-ort01-lab-subscriber-AAAA",
            "expiresAt": 4070908800000,
            "scopes": ["user:inference", "user:profile"],
            "subscriptionType": "max",
        }
    }
}
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"}
TOKYO = {**BEDROCK, "AWS_REGION": "ap-northeast-1"}
MANTLE = {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-east-1"}
FOUNDRY = {
    "CLAUDE_CODE_USE_FOUNDRY": "1",
    "ANTHROPIC_FOUNDRY_RESOURCE": RESOURCE.name,
    "ANTHROPIC_DEFAULT_SONNET_MODEL": next(iter(RESOURCE.deployments)),
}
BY_KEY = {**FOUNDRY, "ANTHROPIC_FOUNDRY_API_KEY": RESOURCE.key}
BY_TOKEN = {**FOUNDRY, "ANTHROPIC_FOUNDRY_AUTH_TOKEN": RESOURCE.token}
SKIP = {f"CLAUDE_CODE_SKIP_{name}_AUTH": "1" for name in ("BEDROCK", "MANTLE", "FOUNDRY", "ANTHROPIC_AWS")}
BEARER = {"AWS_BEARER_TOKEN_BEDROCK": aws.BEARER}
KEYS = {"AWS_ACCESS_KEY_ID": aws.KEYS["env"], "AWS_SECRET_ACCESS_KEY": aws.secret(aws.KEYS["env"])}
PLATFORM = {
    "CLAUDE_CODE_USE_ANTHROPIC_AWS": "1",
    "AWS_REGION": "us-east-1",
    "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_lab",
    "ANTHROPIC_AWS_API_KEY": platforms.PLATFORM_KEY,
}
WORKLOAD: Files = {
    "keys": "#!/bin/sh\necho '"
    + json.dumps(
        {
            "version": 1,
            "success": True,
            "token_type": "urn:ietf:params:oauth:token-type:jwt",
            "id_token": google.ROBOT.access_token,
        }
    )
    + "'\n",
    "wif.json": {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/482910573621/locations/global/workloadIdentityPools/lab/providers/l",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"executable": {"command": "@HOME/keys", "timeout_millis": 5000}},
    },
}
ALLOWED = {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1"}
VERTEX = {
    "CLAUDE_CODE_USE_VERTEX": "1",
    "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
    "CLOUD_ML_REGION": "global",
    "GOOGLE_APPLICATION_CREDENTIALS": "@HOME/wif.json",
}

CASES: Mapping[str, Case] = {
    # a custom header that carries a credential
    "auth-token, Authorization": ({}, {"ANTHROPIC_AUTH_TOKEN": TOKEN, **AUTHORIZATION}),
    "auth-token, X-Api-Key": ({}, {"ANTHROPIC_AUTH_TOKEN": TOKEN, **X_KEY}),
    "key, Authorization": ({}, {"ANTHROPIC_API_KEY": KEY, **AUTHORIZATION}),
    "wrong key, Authorization": (
        {},
        {"ANTHROPIC_API_KEY": "wrong-key-0000000000000000000000", HEADERS: f"Authorization: Bearer {TOKEN}"},
    ),
    "key, X-Api-Key": ({}, {"ANTHROPIC_API_KEY": KEY, **X_KEY}),
    "helper, Authorization": ({USER: {"apiKeyHelper": f"echo {direct.TOKENS['key-helper']}"}}, AUTHORIZATION),
    "login, Authorization": (LOGIN, AUTHORIZATION),
    "login, X-Api-Key": (LOGIN, X_KEY),
    "oauth-token, Authorization": ({}, {"CLAUDE_CODE_OAUTH_TOKEN": direct.TOKENS["oauth-token"], **AUTHORIZATION}),
    "Foundry key, Authorization": ({}, {**BY_KEY, **AUTHORIZATION}),
    "Foundry key, X-Api-Key": ({}, {**BY_KEY, **X_KEY}),
    "Foundry token, Authorization": ({}, {**BY_TOKEN, **AUTHORIZATION}),
    "Foundry token, X-Api-Key": ({}, {**BY_TOKEN, **X_KEY}),
    # a skip flag beside a credential
    "skip, Foundry key": ({}, {**BY_KEY, **SKIP}),
    "skip, Foundry token": ({}, {**BY_TOKEN, **SKIP}),
    "skip, Bedrock bearer": ({}, {**BEDROCK, **BEARER, **SKIP}),
    "skip, Mantle bearer": ({}, {**MANTLE, **BEARER, **SKIP}),
    "skip, platform key": ({}, {**PLATFORM, **SKIP}),
    "skip, Bedrock keys": ({}, {**BEDROCK, **KEYS, **SKIP}),
    # what botocore reads and the client does not
    "older token": ({}, {**BEDROCK, **KEYS, "AWS_SECURITY_TOKEN": "left"}),
    # an unpinned tier where the region lists another prefix, and the same id when it is asked for by name
    "alias in Tokyo": ({}, {**TOKYO, **KEYS}),
    "alias in Tokyo, by a tier": ({}, {**TOKYO, **KEYS, "ANTHROPIC_MODEL": "opus"}),
    "id in Tokyo": ({}, {**TOKYO, **KEYS, "ANTHROPIC_MODEL": "apac.anthropic.claude-opus-5-5"}),
    "line in Tokyo": ({USER: {"model": "apac.anthropic.claude-opus-5-5"}}, {**TOKYO, **KEYS}),
    "pin in Tokyo": ({}, {**TOKYO, **KEYS, "ANTHROPIC_DEFAULT_OPUS_MODEL": "apac.anthropic.claude-opus-5-5"}),
    # a region between blanks, and Mantle that refuses beside Bedrock
    "region between blanks": ({}, {**BEDROCK, **KEYS, "AWS_REGION": " eu-west-1 "}),
    "location between blanks": ({**WORKLOAD, USER: {"env": ALLOWED}}, {**VERTEX, "CLOUD_ML_REGION": " eu "}),
    "Mantle unsigned beside Bedrock": ({}, {**BEDROCK, **MANTLE, **KEYS, "CLAUDE_CODE_SKIP_MANTLE_AUTH": "1"}),
    # a program that a settings file allows
    "program allowed by the user": ({**WORKLOAD, USER: {"env": ALLOWED}}, VERTEX),
    "program allowed by the shell": (WORKLOAD, {**VERTEX, **ALLOWED}),
    "program not allowed": ({**WORKLOAD, USER: {"env": {**ALLOWED, next(iter(ALLOWED)): "0"}}}, {**VERTEX, **ALLOWED}),
}
HELPER: Files = {USER: {"apiKeyHelper": f"echo {direct.TOKENS['key-helper']}"}}
FAILING: Files = {USER: {"apiKeyHelper": "false"}}
WRONG = {"ANTHROPIC_API_KEY": "wrong-key-0000000000000000000000"}
NOBODY = {"ANTHROPIC_AUTH_TOKEN": "nobody"}
FOUNDRY_KEY, FOUNDRY_TOKEN = "ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_AUTH_TOKEN"
ON_CLOUD = {"AWS_BEARER_TOKEN_BEDROCK": "nobody", "ANTHROPIC_AUTH_TOKEN": aws.BEARER}
ON_GOOGLE = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml", "CLOUD_ML_REGION": "global"}

CREDENTIALS: Mapping[str, Case] = {
    # two credentials of one cloud: the client sends one
    "Foundry token before its key": ({USER: {"env": {FOUNDRY_TOKEN: "nobody"}}}, BY_KEY),
    "Foundry token before a wrong key": ({}, {**BY_TOKEN, FOUNDRY_KEY: "wrong-key-0000000000000000000000"}),
    "Foundry token of blanks": ({}, {**BY_KEY, FOUNDRY_TOKEN: "  "}),
    "Foundry token before its key, skip": ({}, {**BY_KEY, FOUNDRY_TOKEN: "nobody", **SKIP}),
    "bearer of blanks": ({}, {**BEDROCK, **KEYS, "AWS_BEARER_TOKEN_BEDROCK": "  "}),
    "bearer of blanks on Mantle": ({}, {**MANTLE, **KEYS, "AWS_BEARER_TOKEN_BEDROCK": "  "}),
    "platform key of blanks": ({}, {**PLATFORM, **KEYS, "ANTHROPIC_AWS_API_KEY": "  "}),
    "platform key before AWS keys": ({}, {**PLATFORM, **KEYS, "ANTHROPIC_AWS_API_KEY": WRONG["ANTHROPIC_API_KEY"]}),
    # a token and a flag that stops the client from signing, at the cloud's own host
    "skip, token on Bedrock": ({}, {**BEDROCK, **SKIP, "ANTHROPIC_AUTH_TOKEN": aws.BEARER}),
    "skip, bearer before the token": ({}, {**BEDROCK, **SKIP, **ON_CLOUD}),
    "skip, token on Mantle": ({}, {**MANTLE, **SKIP, "ANTHROPIC_AUTH_TOKEN": aws.BEARER}),
    "skip, token on Foundry": ({}, {**FOUNDRY, **SKIP, "ANTHROPIC_AUTH_TOKEN": RESOURCE.token}),
    "skip, another token on Foundry": ({}, {**FOUNDRY, **SKIP, **NOBODY}),
    "skip, token on Vertex AI": (
        {},
        {**ON_GOOGLE, "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1", "ANTHROPIC_AUTH_TOKEN": google.ADA.access_token},
    ),
    "skip, another token on Vertex AI": ({}, {**ON_GOOGLE, "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1", **NOBODY}),
    # a header of one's own where nothing else signs
    "skip, header on Bedrock": ({}, {**BEDROCK, **SKIP, **AUTHORIZATION}),
    "skip, header on Foundry": ({}, {**FOUNDRY, **SKIP, **AUTHORIZATION}),
    "no credential, X-Api-Key": ({}, X_KEY),
    # two credentials on the Anthropic API: a bearer and `x-api-key`, both sent
    "token beside a wrong key": ({}, {"ANTHROPIC_AUTH_TOKEN": TOKEN, **WRONG}),
    "another token beside a key": ({}, {**NOBODY, "ANTHROPIC_API_KEY": KEY}),
    "token beside a wrong key, at a gateway": (
        {},
        {"ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": TOKEN, **WRONG},
    ),
    "token alone, by the gateway's flag": (
        {},
        {"CLAUDE_CODE_USE_GATEWAY": "1", "ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": TOKEN, **WRONG},
    ),
    "another token beside a helper": (HELPER, NOBODY),
    "token beside a wrong helper": ({USER: {"apiKeyHelper": "echo nobody"}}, {"ANTHROPIC_AUTH_TOKEN": TOKEN}),
    "token beside a project's helper": (
        {"work/.claude/settings.json": {"apiKeyHelper": "echo nobody"}},
        {"ANTHROPIC_AUTH_TOKEN": TOKEN},
    ),
    "helper beside a wrong key": (HELPER, WRONG),
    "helper that fails beside a key": (FAILING, {"ANTHROPIC_API_KEY": KEY}),
    "helper that fails beside a token": (FAILING, {"ANTHROPIC_AUTH_TOKEN": TOKEN}),
    "helper beside a token and a wrong key": (HELPER, {**NOBODY, **WRONG}),
}
PROFILE = 'schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n'
BY_ROLE = f'{PROFILE}aws_profile = "dev"\n'
ROLE: Files = {
    ".aws/config": f"[profile dev]\nrole_arn = arn:aws:iam::{aws.ACCOUNT}:role/Agree\ncredential_source = Environment\n"
}
BLANK: Files = {**ROLE, "work/.claude/settings.json": {"env": {"AWS_ACCESS_KEY_ID": ""}}}
PINNED = '[models]\nopus = "us.anthropic.claude-opus-5-5"\n'
USES: tuple[Use, ...] = ("env", "run", "apply")

KEYED = 'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:@HOME/key"\n'
HIDDEN: Files = {"key": KEY, USER: {"model": "claude-opus-5.5"}}
PROJECT = "work/.claude/settings.json"

PROFILES: Mapping[str, tuple[Case, str]] = {
    # a user's model line that a project's hides, which `run` leaves out
    "model line hidden by a project's": (({**HIDDEN, PROJECT: {"model": "claude-opus-5-5"}}, {}), KEYED),
    "model line before a project's wrong one": (
        ({"key": KEY, USER: {"model": "sonnet"}, PROJECT: {"model": "claude-opus-5.5"}}, {}),
        KEYED,
    ),
    "model line of the user": ((HIDDEN, {}), KEYED),
    # another model in place of what an unpinned tier asks for
    "override of an unpinned tier": (
        ({"key": KEY, USER: {"modelOverrides": {"claude-opus-5-5": "us.anthropic.claude-opus-5"}}}, {}),
        KEYED,
    ),
    # a project's file that empties the AWS keys: a session that is tried first keeps those of the shell
    "role, keys emptied": ((BLANK, KEYS), BY_ROLE),
    "role, keys emptied, a pin": ((BLANK, KEYS), BY_ROLE + PINNED),
}
