"""Neighbours of what public reports had: base URLs of other regions, services and paths, and pins of every form, on
Bedrock and Vertex AI. What the client did in each is in `tests/data/neighbours.jsonl`."""

import random
from collections.abc import Iterator, Mapping

from tests.agree import aws, google
from tests.agree.world import Draft, World

BEGINNING = 3_000_000  # the first seed
_KEY = aws.KEYS["good"]
_AWS = {
    ".aws/credentials": f"[default]\naws_access_key_id = {_KEY}\naws_secret_access_key = {aws.secret(_KEY)}\n",
}
_BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"}
_TOKEN = {"AWS_BEARER_TOKEN_BEDROCK": aws.BEARER}
_BASE, _OPUS = "ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_DEFAULT_OPUS_MODEL"
_RUNTIME, _VPCE = "https://bedrock-runtime", "https://vpce-0a1b2c3d-agree"
_ARN = f"arn:aws:bedrock:us-east-1:{aws.ACCOUNT}"
_ELSEWHERE, _INVALID = "aws-endpoint-elsewhere", "bedrock-model-id-invalid"

# A base URL: what doctor says, "" for OK (warnings included).
BEDROCK_URLS: Mapping[str, str] = {
    f"{_RUNTIME}.us-east-1.amazonaws.com": "",
    f"{_RUNTIME}.us-east-1.amazonaws.com/": "",
    f"{_RUNTIME}-fips.us-east-1.amazonaws.com": "",
    f"{_RUNTIME}.us-east-1.api.aws": "",
    f"{_VPCE}.bedrock-runtime.us-east-1.vpce.amazonaws.com": "",
    f"{_VPCE}-us-east-1a.bedrock-runtime.us-east-1.vpce.amazonaws.com": "",
    f"{_RUNTIME}.eu-west-1.amazonaws.com": _ELSEWHERE,
    f"{_RUNTIME}-fips.eu-west-1.amazonaws.com": _ELSEWHERE,
    f"{_RUNTIME}.eu-west-1.api.aws": _ELSEWHERE,
    f"{_RUNTIME}.us-gov-west-1.amazonaws.com": _ELSEWHERE,
    f"{_RUNTIME}.us-esat-1.amazonaws.com": _ELSEWHERE,
    f"{_RUNTIME}.US-WEST-2.amazonaws.com": _ELSEWHERE,
    f"{_VPCE}.bedrock-runtime.eu-west-1.vpce.amazonaws.com": _ELSEWHERE,
    f"{_VPCE}.bedrock.us-east-1.vpce.amazonaws.com": _ELSEWHERE,
    "https://bedrock.us-east-1.amazonaws.com": _ELSEWHERE,
    "https://bedrock-agent-runtime.us-east-1.amazonaws.com": _ELSEWHERE,
    "https://s3.us-east-1.amazonaws.com": _ELSEWHERE,
    f"{_RUNTIME}.us-east-1.amazonaws.com/openai/v1": "endpoint-not-api",
    f"{_RUNTIME}.us-east-1.amazonaws.com/model": _INVALID,
}
BEDROCK_PINS: Mapping[str, str] = {
    "us.anthropic.claude-opus-5-5": "",
    "global.anthropic.claude-opus-5-5": "",
    "claude-opus-5-5": "",
    "claude-opus-5-5[1M]": "",
    f"{_ARN}:inference-profile/us.anthropic.claude-opus-5-5": "",
    f" {_ARN}:inference-profile/us.anthropic.claude-opus-5-5\r": "",
    f"{_ARN}:prompt/ABCDEFGHIJ": "unknown",
    f"{_ARN}:default-prompt-router/anthropic.claude:1": "unknown",
    f"{_ARN}:provisioned-model/0a1b2c3d4e5f": "unknown",
    f"{_ARN}:custom-model-deployment/0a1b2c3d4e5f": "unknown",
    f"arn:aws:sagemaker:us-east-1:{aws.ACCOUNT}:endpoint/claude": "unknown",
    f"arn:aws:bedrock:eu-west-1:{aws.ACCOUNT}:application-inference-profile/abc123def456": "bedrock-arn-elsewhere",
    "arn:aws:bedrock:us-east-1:999999999999:inference-profile/us.anthropic.claude-opus-5-5": "bedrock-arn-elsewhere",
    f"arn:aws-us-gov:bedrock:us-gov-west-1:{aws.ACCOUNT}:inference-profile/us-gov.anthropic.claude-opus-5-5": (
        "bedrock-arn-elsewhere"
    ),
    "arn:aws:bedrock:us-east-1::inference-profile/us.anthropic.claude-opus-5-5": _INVALID,
    f"{_ARN}:inference-profile%2Fus.anthropic.claude-opus-5-5": _INVALID,
    f"ARN{_ARN[3:]}:inference-profile/us.anthropic.claude-opus-5-5": _INVALID,
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5-5": "bedrock-on-demand-unsupported",
    "bedrock/us.anthropic.claude-opus-5-5": _INVALID,
    "converse/us.anthropic.claude-opus-5-5": _INVALID,
    "us/anthropic.claude-opus-5-5": "bedrock-on-demand-unsupported",
    "us.anthropic.claude-opus-5.5": _INVALID,
    "US.anthropic.claude-opus-5-5": "bedrock-prefix-mismatch",
    "eu.anthropic.claude-opus-5-5": "bedrock-prefix-mismatch",
    "opus-5-5": _INVALID,
    "claude-haiku-4-5@20251001": _INVALID,
    "abc123def456": _INVALID,
    "opus": _INVALID,
    "sonnet": _INVALID,
    "best": _INVALID,
}
VERTEX_URLS: Mapping[str, str] = {
    "https://aiplatform.googleapis.com/v1": "",
    "https://us-east5-aiplatform.googleapis.com/v1": "",
    "https://aiplatform.googleapis.com/v1beta1": "",
    "https://aiplatform-acme.p.googleapis.com/v1": "",
    "https://aiplatform.googleapis.com": "endpoint-not-api",
    "https://aiplatform.googleapis.com/v2": "endpoint-not-api",
    "https://aiplatform.googleapis.com/v1/projects/acme-ml/locations/global": "endpoint-not-api",
}
_NOT_FOUND = "vertex-model-not-found"
VERTEX_PINS: Mapping[str, str] = {
    "claude-opus-5-5": "",
    "claude-opus-5-5[1m]": "",
    "claude-opus-5-5@default": "",
    "claude-haiku-4-5-20251001": "",
    "claude-haiku-4-5": "",
    "publishers/anthropic/models/claude-opus-5-5": _NOT_FOUND,
    "projects/acme-ml/locations/global/publishers/anthropic/models/claude-opus-5-5": _NOT_FOUND,
    "anthropic/claude-opus-5-5": _NOT_FOUND,
    "us.anthropic.claude-opus-5-5": _NOT_FOUND,
    "gemini-2.5-pro": _NOT_FOUND,
    "opus": _NOT_FOUND,
    "sonnet": _NOT_FOUND,
    "claude-opus-5-5@latest": "unknown",
    "claude-haiku-4-5@default": "unknown",
    "claude-opus-5-5@20990101": _NOT_FOUND,
}


def make_neighbours() -> Iterator[tuple[World, str]]:
    """Yield each world with what doctor finds first there: "" for nothing, "unknown" where it cannot tell."""
    account = {"sa.json": google.calm_credentials(Draft(random.Random(1), calm=True), "sa.json")}
    vertex = {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
        "CLOUD_ML_REGION": "global",
        "GOOGLE_APPLICATION_CREDENTIALS": "@HOME/sa.json",
    }
    chosen = {"ANTHROPIC_MODEL": "opus"}
    sonnet, haiku = "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"
    on_bedrock = {sonnet: "us.anthropic.claude-sonnet-5-5", haiku: "us.anthropic.claude-haiku-4-5-20251001-v1:0"}
    on_vertex = {sonnet: "claude-sonnet-5-5", haiku: "claude-haiku-4-5@20251001"}
    made: list[tuple[str, Mapping[str, str], Mapping[str, str], str]] = [
        *(("bedrock", _AWS, {**_BEDROCK, _BASE: url}, said) for url, said in BEDROCK_URLS.items()),
        *(
            ("bedrock", _AWS, {**_BEDROCK, **on_bedrock, **chosen, _OPUS: pin}, said)
            for pin, said in BEDROCK_PINS.items()
        ),
        ("bedrock", _AWS, {**_BEDROCK, _OPUS: "sonnet"}, _INVALID),  # a session begins, and `/model opus` fails
        ("bedrock", {}, {**_BEDROCK, **_TOKEN, _BASE: f"{_RUNTIME}.us-east-1.amazonaws.com"}, ""),
        ("bedrock", _AWS, {**_BEDROCK, "AWS_REGION": "us-gov-west-1"}, "unknown"),
        (
            "bedrock",
            _AWS,
            {**_BEDROCK, "AWS_REGION": "us-gov-west-1", _BASE: f"{_RUNTIME}-fips.us-gov-west-1.amazonaws.com"},
            "unknown",
        ),
        *(
            ("vertex", account, {**vertex, **on_vertex, "ANTHROPIC_VERTEX_BASE_URL": url}, said)
            for url, said in VERTEX_URLS.items()
        ),
        *(
            ("vertex", account, {**vertex, **on_vertex, **chosen, _OPUS: pin}, said)
            for pin, said in VERTEX_PINS.items()
        ),
    ]
    for number, (kind, files, variables, said) in enumerate(made):
        yield World(BEGINNING + number, kind, "here", files, variables), said
