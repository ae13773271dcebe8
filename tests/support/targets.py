"""What a profile declares, as a reader of the wire would check it: one target for each way of signing in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccsetup.trace.recorder.request import Auth, Request
from tests.support.program import Program

KEY = "sk-ant-api03-profile-key-0123456789"
TOKEN = "sk-ant-oat01-" + "profile-token-0123456789".ljust(95, "A")  # as long as a real one
BEARER = "bedrock-api-key-profile-0123456789"
TIERS = ("opus", "sonnet", "haiku", "fable")


@dataclass(frozen=True)
class Target:
    """A profile, and what each of its model calls must look like."""

    surface: str
    answers: Mapping[str, str]
    pins: Mapping[str, str]  # all four tiers, none of them what the client would take by itself
    host: str
    provider: str
    auths: tuple[Auth, ...]
    place: str | None = None
    project: str | None = None
    secret: str = ""
    asks: tuple[Auth, ...] = ()  # what a token exchange must present
    extra: Mapping[str, str] = field(default_factory=dict)

    def make(self, program: Program, **more: str) -> None:
        """Create the profile `wanted` in the program's home, with all that it refers to."""
        furnish(program.home)
        answers = {key: value.format(home=program.home) for key, value in self.answers.items()}
        if self.secret:
            file = program.home / "secret"
            file.touch(mode=0o600)
            file.write_text(self.secret)
        pins = {f"models.{tier}": model for tier, model in self.pins.items()}
        program.init("wanted", self.surface, **{**answers, **pins, "models.default": "opus", **more})

    def mismatches(self, call: Request, tier: str) -> list[str]:
        """What of a model call is not as the profile says."""
        wanted = {
            "host": self.host,
            "provider": self.provider,
            "place": self.place,
            "project": self.project,
            "auths": self.auths,
            "model": self.pins[tier],
        }
        return [f"{name}: {getattr(call, name)} is not {value}" for name, value in wanted.items()
                if getattr(call, name) != value]  # fmt: skip


_DIRECT = {
    "opus": "claude-opus-4-8",
    "sonnet": "claude-sonnet-5",
    "haiku": "claude-haiku-4-5",
    "fable": "claude-fable-5",
}
_BEDROCK = {tier: f"eu.anthropic.{model}" for tier, model in _DIRECT.items()}
_AWS = {"region": "eu-west-1", "prefix": "eu"}
_RUNTIME = "bedrock-runtime.eu-west-1.amazonaws.com"
_MANTLE = {tier: f"anthropic.{model}" for tier, model in _DIRECT.items()}
_MANTLE_HOST = "bedrock-mantle.eu-west-1.api.aws"
_PLATFORM_AWS = {"region": "eu-west-1", "workspace": "wrkspc_wanted"}
_PLATFORM_AWS_HOST = "aws-external-anthropic.eu-west-1.api.aws"
_DEPLOYED = {tier: f"our-{model}" for tier, model in _DIRECT.items()}

TARGETS: Mapping[str, Target] = {
    "api-key": Target(
        "api-key", {"key": "file:{home}/secret"}, _DIRECT, "api.anthropic.com", "anthropic",
        (Auth("x-api-key", KEY),), secret=KEY,
    ),
    "subscription": Target(
        "subscription", {"plan": "max-5x", "oauth_token": "file:{home}/secret"}, _DIRECT, "api.anthropic.com",
        "anthropic", (Auth("bearer", TOKEN),), secret=TOKEN,
    ),
    "login": Target(
        "subscription", {"plan": "pro", "config_dir": "{home}/.claude-work"}, _DIRECT, "api.anthropic.com",
        "anthropic", (Auth("bearer", "sk-ant-oat01-saved-login"),),
    ),
    "bedrock": Target(
        "bedrock", {"aws_profile": "my-prod", **_AWS}, _BEDROCK, _RUNTIME, "bedrock",
        (Auth("sigv4", "AKIAPRODPRODPRODPROD"),), "eu-west-1",
    ),
    "bedrock-key": Target(
        "bedrock", {"bearer_token": "file:{home}/secret", **_AWS}, _BEDROCK, _RUNTIME, "bedrock",
        (Auth("bearer", BEARER),), "eu-west-1", secret=BEARER,
    ),
    "vertex": Target(
        "vertex",
        {"project": "wanted-project", "location": "europe-west1", "credentials_file": "{home}/wanted-adc.json"},
        {**_DIRECT, "haiku": "claude-haiku-4-5@20251001"}, "europe-west1-aiplatform.googleapis.com", "vertex",
        (Auth("bearer", "ya29.recorder"),), "europe-west1", "wanted-project",
        asks=(Auth("refresh-token", "1//wanted"),),
    ),
    "mantle": Target(
        "mantle", {"aws_profile": "my-prod", "region": "eu-west-1"}, _MANTLE, _MANTLE_HOST, "mantle",
        (Auth("sigv4", "AKIAPRODPRODPRODPROD"),), "eu-west-1",
    ),
    "mantle-key": Target(
        "mantle", {"bearer_token": "file:{home}/secret", "region": "eu-west-1"}, _MANTLE, _MANTLE_HOST, "mantle",
        (Auth("bearer", BEARER),), "eu-west-1", secret=BEARER,
    ),
    "bedrock-with-mantle": Target(
        "bedrock", {"aws_profile": "my-prod", **_AWS, "env.CLAUDE_CODE_USE_MANTLE": "1"}, _MANTLE, _MANTLE_HOST,
        "mantle", (Auth("sigv4", "AKIAPRODPRODPRODPROD"),), "eu-west-1",
    ),
    "claude-aws": Target(
        "claude-aws", {"aws_profile": "my-prod", **_PLATFORM_AWS}, _DIRECT, _PLATFORM_AWS_HOST, "anthropic-aws",
        (Auth("sigv4", "AKIAPRODPRODPRODPROD"),), "eu-west-1",
    ),
    "claude-aws-key": Target(
        "claude-aws", {"key": "file:{home}/secret", **_PLATFORM_AWS}, _DIRECT, _PLATFORM_AWS_HOST, "anthropic-aws",
        (Auth("x-api-key", KEY),), "eu-west-1", secret=KEY,
    ),
    "claude-gcp": Target(
        "claude-gcp",
        {"project": "wanted-project", "workspace": "wrkspc_wanted", "credentials_file": "{home}/wanted-adc.json"},
        _DIRECT, "claude.googleapis.com", "anthropic-google", (Auth("bearer", "ya29.recorder"),), "global",
        "wanted-project", asks=(Auth("refresh-token", "1//wanted"),),
    ),
    "foundry": Target(
        "foundry", {"resource": "my-resource", "key": "file:{home}/secret"}, _DEPLOYED,
        "my-resource.services.ai.azure.com", "foundry", (Auth("x-api-key", KEY),), secret=KEY,
    ),
    "foundry-token": Target(
        "foundry", {"base_url": "https://foundry.example.test/anthropic", "auth_token": "file:{home}/secret"},
        _DEPLOYED, "foundry.example.test", "anthropic", (Auth("bearer", BEARER),), secret=BEARER,
    ),
    "gateway": Target(
        "gateway", {"base_url": "https://gateway.example.test", "auth_token": "file:{home}/secret"}, _DIRECT,
        "gateway.example.test", "anthropic", (Auth("bearer", BEARER),), secret=BEARER,
    ),
    "gateway-key": Target(
        "gateway", {"base_url": "https://gateway.example.test", "key": "file:{home}/secret"}, _DIRECT,
        "gateway.example.test", "anthropic", (Auth("x-api-key", KEY),), secret=KEY,
    ),
}  # fmt: skip

FIRST = ("api-key", "subscription", "login", "bedrock", "bedrock-key", "vertex")
"""What every combination is tried with; the others share their mechanics, and are tried with a few of each."""

ONE_EACH = ("api-key", "subscription", "bedrock", "vertex", "mantle", "claude-aws", "claude-gcp", "foundry", "gateway")
"""One target of each surface."""


def furnish(home: Path) -> None:
    """The files of the user's other tools: AWS profiles, two Google sign-ins, a Claude login."""
    (home / "repo").mkdir(exist_ok=True)
    (home / ".aws").mkdir(exist_ok=True)
    keys = {"default": "AKIADEFAULTDEFAULT00", "my-prod": "AKIAPRODPRODPRODPROD", "other": "AKIAOTHEROTHEROTHER0"}
    sections = [
        f"[{name if name == 'default' else f'profile {name}'}]\nregion = us-west-2\n"
        f"aws_access_key_id = {key}\naws_secret_access_key = secret\n"
        for name, key in keys.items()
    ]
    (home / ".aws" / "config").write_text("\n".join(sections))
    _adc(home / "wanted-adc.json", "1//wanted")
    _adc(home / "other-adc.json", "1//other")
    login = home / ".claude-work"
    login.mkdir(exist_ok=True)
    oauth = {
        "accessToken": "sk-ant-oat01-saved-login",
        "refreshToken": "sk-ant-ort01-saved-login",
        "expiresAt": 4_102_444_800_000,
        "scopes": ["user:inference", "user:profile"],
        "subscriptionType": "pro",
    }
    (login / ".credentials.json").write_text(json.dumps({"claudeAiOauth": oauth}))
    (login / ".credentials.json").chmod(0o600)


def _adc(path: Path, token: str) -> None:
    content = {"type": "authorized_user", "client_id": "id", "client_secret": "secret", "refresh_token": token}
    path.write_text(json.dumps(content))
