"""More set-ups that are adopted, from the shell and from a settings file, and used by `run`, `env` and `apply`: the
client sends the same request as before."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from tests.agree import aws
from tests.agree.lab import AgreeLab
from tests.agree.observe import Site, furnish, observe
from tests.agree.platforms import RESOURCE
from tests.agree.world import World
from tests.support.program import Done
from tests.support.selection import examples
from tests.wizard.test_adopt_same_request import (
    ACCOUNT,
    BEDROCK,
    FILES,
    FOUNDRY,
    GATEWAY,
    HEADERS,
    KEY,
    MANTLE,
    NAMED,
    PLATFORM,
    SKIP_VERTEX,
    TOKENS,
    VERTEX,
    agree_lab,
    login,
    main_request,
)

__all__ = ["agree_lab"]
TOKEN = {"ANTHROPIC_AUTH_TOKEN": TOKENS["auth-token"]}
SIGNED = {"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer gw-1234567890abcdef\nx-team: ada"}
BEARER = {"AWS_BEARER_TOKEN_BEDROCK": aws.BEARER}
GOOGLE = {
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1",
    "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "acme-ml",
    "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "wrkspc_lab",
}
UNKEYED = {name: value for name, value in FOUNDRY.items() if name != "ANTHROPIC_FOUNDRY_API_KEY"}
AT = {
    "bedrock": {**BEDROCK, "ANTHROPIC_BEDROCK_BASE_URL": "@LAB"},
    "vertex": {**VERTEX, "ANTHROPIC_VERTEX_BASE_URL": "@LAB/v1"},
    "mantle": {**MANTLE, "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "@LAB/anthropic"},
    "claude-aws": {**PLATFORM, "ANTHROPIC_AWS_BASE_URL": "@LAB"},
    "claude-gcp": {**GOOGLE, "ANTHROPIC_GOOGLE_CLOUD_BASE_URL": "@LAB/invoke"},
    "foundry": {**UNKEYED, "ANTHROPIC_FOUNDRY_BASE_URL": "@LAB/anthropic"},
}
SKIP = {
    "bedrock": "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
    "vertex": "CLAUDE_CODE_SKIP_VERTEX_AUTH",
    "mantle": "CLAUDE_CODE_SKIP_MANTLE_AUTH",
    "claude-aws": "CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH",
    "claude-gcp": "CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH",
    "foundry": "CLAUDE_CODE_SKIP_FOUNDRY_AUTH",
}
CASES: Mapping[str, Mapping[str, str]] = {
    **{f"{name}, a gateway with a token": {**AT[name], flag: "1", **TOKEN} for name, flag in SKIP.items()},
    **{f"{name}, a gateway with headers": {**AT[name], flag: "true", **SIGNED} for name, flag in SKIP.items()},
    **{f"{name}, a base URL": {**values, **ACCOUNT} for name, values in AT.items() if name != "foundry"},
    "Bedrock, a gateway with token and headers": {**AT["bedrock"], SKIP["bedrock"]: "1", **TOKEN, **HEADERS},
    "Bedrock, a key despite the flag": {**AT["bedrock"], SKIP["bedrock"]: "1", **BEARER},
    "Bedrock, a key at a base URL": {**AT["bedrock"], **BEARER},
    "Bedrock, a gateway that signs alone": {**AT["bedrock"], SKIP["bedrock"]: "1"},
    "Bedrock, a path below": {**BEDROCK, "ANTHROPIC_BEDROCK_BASE_URL": "@LAB/bedrock/"},
    "Bedrock, blanks": {**BEDROCK, "AWS_REGION": " us-west-2 ", "ANTHROPIC_MODEL": " us.anthropic.claude-opus-5-5\r"},
    "Bedrock, no region": {"CLAUDE_CODE_USE_BEDROCK": "true"},
    "Bedrock, an ARN": {
        **BEDROCK,
        "ANTHROPIC_MODEL": f"arn:aws:bedrock:us-east-1:{aws.ACCOUNT}:inference-profile/us.anthropic.claude-opus-5-5",
    },
    "Bedrock, an alias of a pin": {
        **BEDROCK,
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_MODEL": "sonnet",
    },
    "Bedrock, extra body": {**BEDROCK, "CLAUDE_CODE_EXTRA_BODY": '{"metadata": {"user_id": "x"}}'},
    "Bedrock beside Mantle": {**BEDROCK, **MANTLE},
    "Mantle, a profile": {**MANTLE, "AWS_PROFILE": "dev"},
    "Mantle and headers": {**MANTLE, **HEADERS},
    "Claude Platform on AWS, a profile": {**PLATFORM, "AWS_PROFILE": "dev"},
    "Claude Platform on AWS and headers": {**PLATFORM, **HEADERS},
    "Claude Platform on Google Cloud": {**GOOGLE, **ACCOUNT, "ANTHROPIC_GOOGLE_CLOUD_LOCATION": "global"},
    "Claude Platform on Google Cloud, a person": GOOGLE,
    "Claude Platform on Google Cloud and headers": {**GOOGLE, **ACCOUNT, **HEADERS},
    "Claude Platform on Google Cloud, a number": {**GOOGLE, "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "482910573621"},
    "Vertex AI, a project number": {**VERTEX, **ACCOUNT, "ANTHROPIC_VERTEX_PROJECT_ID": "482910573621"},
    "Vertex AI, blanks": {**VERTEX, **ACCOUNT, "CLOUD_ML_REGION": " us-east5 "},
    "Vertex AI, the file's project": {"CLAUDE_CODE_USE_VERTEX": "1", **ACCOUNT},
    "Vertex AI, regions of models": {
        **VERTEX,
        **ACCOUNT,
        "VERTEX_REGION_CLAUDE_5_5_OPUS": " eu ",
        "VERTEX_REGION_CLAUDE_HAIKU_5_5": "us-east5",
    },
    "Vertex AI, region of a newer model": {**VERTEX, **ACCOUNT, "VERTEX_REGION_CLAUDE_9_9_OPUS": "eu"},
    "Vertex AI, a version": {**VERTEX, **ACCOUNT, "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-5-5@default"},
    "Vertex AI, no /v1": {**VERTEX, **SKIP_VERTEX, "ANTHROPIC_VERTEX_BASE_URL": "@LAB"},
    "Foundry, a token": {**UNKEYED, **NAMED, "ANTHROPIC_FOUNDRY_AUTH_TOKEN": RESOURCE.token},
    "Foundry, blanks": {**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": f" {RESOURCE.name}\r"},
    "gateway, CR": {"ANTHROPIC_BASE_URL": "@LAB\r", "ANTHROPIC_AUTH_TOKEN": TOKENS["auth-token"] + "\r"},
    "gateway, token and key": {**GATEWAY, **KEY},
    "gateway, a header alone": {"ANTHROPIC_BASE_URL": "@LAB", **SIGNED},
    "login replaced by a header": {"ANTHROPIC_BASE_URL": "@LAB", **SIGNED},
    "token without a base URL": TOKEN,
    "key, opusplan": {**KEY, "ANTHROPIC_MODEL": "opusplan"},
    "key, sonnet with a million": {**KEY, "ANTHROPIC_MODEL": "sonnet[1m]"},
}
WAYS = (("--from-env", "run"), ("--from-settings", "run"), ("--from-env", "env"), ("--from-settings", "apply"))
WAY = dict(zip(CASES, cycle(WAYS), strict=False))
"""Where each set-up is read, and how its profile is used."""
SETTINGS = ".claude/settings.json"


@pytest.mark.client
@pytest.mark.parametrize("name", examples(CASES, "claude-aws, a gateway with a token", "gateway, token and key"))
def test_adopted_set_up_sends_the_same_request(tmp_path: Path, agree_lab: AgreeLab, name: str) -> None:
    source, use = WAY[name]
    values = CASES[name]
    from_file = source == "--from-settings"
    files = {**FILES, **(login() if name.startswith("login") else {})}
    if from_file:
        files[SETTINGS] = json.dumps({"env": values})
    world = World(1, name, "here", files, {} if from_file else values)
    site = furnish(world, tmp_path / "home", agree_lab)
    observe(world, site, agree_lab)
    before = main_request(agree_lab)
    done = ccsetup(site, "init", "p", source, "--yes", "--no-verify")
    assert done.code == 0, done.err
    bare = {name: value for name, value in site.environment.items() if name not in world.environment}
    used = used_by(replace(site, environment=bare), use)
    observe(World(1, name, "run" if use == "run" else "here", {}, {}, "p"), used, agree_lab)
    assert main_request(agree_lab) == before


def used_by(site: Site, use: str) -> Site:
    """The site once the profile is in use, in a shell without the variables that were adopted."""
    if use == "apply":
        done = ccsetup(site, "apply", "p", "--scope", "user", "--with-secret", "--yes")
        assert done.code == 0, done.err
    if use == "env":
        change = json.loads(ccsetup(site, "env", "p", "--shell", "json").out)["env"]
        kept = {name: value for name, value in site.environment.items() if name not in change}
        site = replace(site, environment=kept | {name: value for name, value in change.items() if value is not None})
    return site


def ccsetup(site: Site, *words: str) -> Done:
    return site.program.run(*words, cwd=site.work, environment=dict(site.environment))
