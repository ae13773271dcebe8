"""What is adopted, and then started by `run` in a shell without it, sends the request that Claude Code sent before."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.agree import aws, direct, google, platforms
from tests.agree.lab import AgreeLab
from tests.agree.observe import furnish, observe
from tests.agree.platforms import RESOURCE
from tests.agree.world import Draft, World
from tests.support.selection import examples

Variables = Mapping[str, str]


def login() -> dict[str, str]:
    draft = Draft(random.Random(1), calm=True)
    direct.login(draft)
    return draft.files


def google_file(kind: str) -> str:
    return google.calm_credentials(Draft(random.Random(1), calm=True), kind)


def section(name: str, kind: str) -> str:
    key = aws.KEYS[kind]
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {aws.secret(key)}\n"


TOKENS = direct.TOKENS
FILES: Mapping[str, str] = {
    ".aws/credentials": section("default", "good") + section("dev", "other"),
    "sa.json": google_file("sa.json"),
    google.ADC: google_file("user"),
}
HEADERS = {"ANTHROPIC_CUSTOM_HEADERS": "x-team: ada\nx-portkey-api-key: pk-1234567890abcdef"}
KEY = {"ANTHROPIC_API_KEY": TOKENS["api-key"]}
GATEWAY = {"ANTHROPIC_AUTH_TOKEN": TOKENS["auth-token"], "ANTHROPIC_BASE_URL": "@LAB"}
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"}
VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml", "CLOUD_ML_REGION": "global"}
SKIP_VERTEX = {
    "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
    "ANTHROPIC_AUTH_TOKEN": google.ADA.access_token,
    "ANTHROPIC_VERTEX_BASE_URL": "@LAB/v1",
}
ACCOUNT = {"GOOGLE_APPLICATION_CREDENTIALS": "@HOME/sa.json"}
FOUNDRY = {
    "CLAUDE_CODE_USE_FOUNDRY": "1",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": next(iter(RESOURCE.deployments)),
    "ANTHROPIC_FOUNDRY_API_KEY": RESOURCE.key,
}
NAMED = {"ANTHROPIC_FOUNDRY_RESOURCE": RESOURCE.name}
MANTLE = {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-east-1"}
PLATFORM = {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "AWS_REGION": "us-east-1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_lab"}
FIPS = {"ANTHROPIC_BEDROCK_BASE_URL": "https://bedrock-runtime-fips.us-east-1.amazonaws.com"}

CASES: Mapping[str, Variables] = {
    "login and headers": HEADERS,
    "login": {},
    "login and model": {"ANTHROPIC_MODEL": "haiku"},
    "OAuth token": {"CLAUDE_CODE_OAUTH_TOKEN": TOKENS["oauth-token"]},
    "key": KEY,
    "key and headers": {**KEY, **HEADERS},
    "key and pins": {
        **KEY,
        "ANTHROPIC_MODEL": "claude-sonnet-5-5[1m]",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5",
    },
    "key at a base URL": {**KEY, "ANTHROPIC_BASE_URL": "@LAB"},
    "gateway": GATEWAY,
    "gateway and headers": {**GATEWAY, **HEADERS},
    "Bedrock": BEDROCK,
    "Bedrock, a profile": {**BEDROCK, "AWS_PROFILE": "dev"},
    "Bedrock and headers": {**BEDROCK, **HEADERS},
    "Bedrock, pins": {**BEDROCK, "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5"},
    "Bedrock API key": {**BEDROCK, "AWS_BEARER_TOKEN_BEDROCK": aws.BEARER},
    "Bedrock, FIPS": {**BEDROCK, **FIPS},
    "Bedrock, other region variable": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_DEFAULT_REGION": "us-west-2"},
    "Bedrock, prefix": {**BEDROCK, "ANTHROPIC_BEDROCK_REGION_PREFIX": "global"},
    "Bedrock, tier": {**BEDROCK, "ANTHROPIC_BEDROCK_SERVICE_TIER": "priority"},
    "Vertex AI": VERTEX,
    "Vertex AI, service account": {**VERTEX, **ACCOUNT},
    "Vertex AI and headers": {**VERTEX, **ACCOUNT, **HEADERS},
    "Vertex AI, a model's region": {**VERTEX, **ACCOUNT, "VERTEX_REGION_CLAUDE_5_5_OPUS": "us-east5"},
    "Vertex AI, base URL": {**VERTEX, **ACCOUNT, "ANTHROPIC_VERTEX_BASE_URL": "https://aiplatform.googleapis.com/v1"},
    "Vertex AI, pass-through": {**VERTEX, **SKIP_VERTEX},
    "Vertex AI, other project": {**VERTEX, **ACCOUNT, "GOOGLE_CLOUD_PROJECT": "fresh-project"},
    "Vertex AI, quota project": {**VERTEX, "GOOGLE_CLOUD_QUOTA_PROJECT": "acme-ml"},
    "Foundry": {**FOUNDRY, **NAMED},
    "Foundry and headers": {**FOUNDRY, **NAMED, **HEADERS},
    "Foundry, base URL": {
        **FOUNDRY,
        "ANTHROPIC_FOUNDRY_BASE_URL": f"https://{RESOURCE.name}.services.ai.azure.com/anthropic",
    },
    "Mantle": MANTLE,
    "Mantle API key": {**MANTLE, "AWS_BEARER_TOKEN_BEDROCK": aws.BEARER},
    "Claude Platform on AWS": PLATFORM,
    "Claude Platform on AWS, key": {**PLATFORM, "ANTHROPIC_AWS_API_KEY": platforms.PLATFORM_KEY},
}
SENT = ("x-team", "x-portkey-api-key", "x-goog-user-project", "anthropic-workspace-id", "x-amzn-bedrock-service-tier")


@pytest.fixture(scope="module")
def agree_lab() -> Iterator[AgreeLab]:
    with AgreeLab() as running:
        yield running


def main_request(lab: AgreeLab) -> dict[str, object]:
    request = next(one for one in lab.seen if one.role == "main")
    headers = {name: value for name, value in request.headers.items() if name in SENT}
    where = (request.method, request.host, request.path, request.place, request.project)
    return {"where": where, "model": request.model, "as": {one.identity for one in request.auths}, "headers": headers}


@pytest.mark.client
@pytest.mark.parametrize("name", examples(CASES, "login and headers", "Vertex AI, pass-through"))
def test_adopted_set_up_sends_the_same_request(tmp_path: Path, agree_lab: AgreeLab, name: str) -> None:
    files = {**FILES, **(login() if name.startswith("login") else {})}
    world = World(1, name, "here", files, CASES[name])
    site = furnish(world, tmp_path / "home", agree_lab)
    observe(world, site, agree_lab)
    before = main_request(agree_lab)
    words = ("init", "p", "--from-env", "--yes", "--no-verify")
    done = site.program.run(*words, cwd=site.work, environment=dict(site.environment))
    assert done.code == 0, done.err
    bare = {name: value for name, value in site.environment.items() if name not in CASES[world.kind]}
    observe(World(1, name, "run", files, {}, "p"), replace(site, environment=bare), agree_lab)
    assert main_request(agree_lab) == before
