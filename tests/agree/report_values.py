"""What public reports had in their variables: addresses, models, flags, and whole sets of another provider."""

from collections.abc import Mapping, Sequence

from tests.agree import aws, direct
from tests.agree.platforms import RESOURCE

FLAG_VALUES = ("0", "false", "no", "off", "2", " 1 ", "on", "True", "YES", "", " ", "1\r", "enabled", "null", '"1"')
_RUNTIME = "https://bedrock-runtime"
DEPLOYMENT = next(iter(RESOURCE.deployments))
URLS: Mapping[str, tuple[str, Sequence[str]]] = {
    "bedrock": (
        "ANTHROPIC_BEDROCK_BASE_URL",
        (
            f"{_RUNTIME}.us-east-1.amazonaws.com",
            f"{_RUNTIME}.us-east-1.amazonaws.com/",
            f"{_RUNTIME}.us-east-1.amazonaws.com:443",
            f"{_RUNTIME}-fips.us-east-1.amazonaws.com",
            f"{_RUNTIME}.eu-west-1.amazonaws.com",
            f"{_RUNTIME}.us-east-1.amazonaws.com/model",
            "https://BEDROCK-Runtime.us-east-1.amazonaws.com",
            "https://vpce-0a1b2c3d-agree.bedrock-runtime.us-east-1.vpce.amazonaws.com",
            "https://bedrock.us-east-1.amazonaws.com",
            "bedrock-runtime.us-east-1.amazonaws.com",
            "@LAB//",
            "@LAB/v1",
            "@LAB?team=a",
            "@LAB#top",
            "http://[::1]:1",
            '"@LAB"',
        ),
    ),
    "vertex": (
        "ANTHROPIC_VERTEX_BASE_URL",
        (
            "https://aiplatform.googleapis.com/v1",
            "https://aiplatform.googleapis.com/v1/",
            "https://aiplatform.googleapis.com",
            "https://AIPLATFORM.googleapis.com:443/v1",
            "https://us-east5-aiplatform.googleapis.com/v1",
            "https://aiplatform.us.rep.googleapis.com/v1",
            "aiplatform.googleapis.com/v1",
            "@LAB/v1//",
            "@LAB/v1?team=a",
            "@LAB/v1beta1",
            "@LAB/",
            "'@LAB/v1'",
        ),
    ),
    "foundry": (
        "ANTHROPIC_FOUNDRY_BASE_URL",
        (
            f"https://{RESOURCE.name}.services.ai.azure.com/anthropic",
            f"https://{RESOURCE.name}.services.ai.azure.com/anthropic/",
            f"https://{RESOURCE.name}.services.ai.azure.com",
            f"https://{RESOURCE.name}.services.ai.azure.com/anthropic/v1",
            f"https://{RESOURCE.name.upper()}.services.ai.azure.com/anthropic",
            f"https://{RESOURCE.name}.services.ai.azure.com:443/anthropic",
            "@LAB/anthropic",
            "@LAB",
        ),
    ),
    "direct": (
        "ANTHROPIC_BASE_URL",
        (
            "https://api.anthropic.com/",
            "https://api.anthropic.com/v1",
            "https://API.anthropic.com",
            "https://api.anthropic.com:443",
            "api.anthropic.com",
            "@LAB/v1",
            "@LAB/v1/messages",
            "@LAB//",
            "@LAB?beta=1",
            '"@LAB"',
            "http://[::1]:1/",
        ),
    ),
}
_ARN = "arn:aws:bedrock"
PINS: Mapping[str, Sequence[str]] = {
    "bedrock": (
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:inference-profile/us.anthropic.claude-opus-5-5",
        f"{_ARN}:us-west-2:{aws.ACCOUNT}:inference-profile/us.anthropic.claude-opus-5-5",
        f"{_ARN}:us-east-1:999999999999:inference-profile/us.anthropic.claude-opus-5-5",
        f"arn:aws-us-gov:bedrock:us-gov-west-1:{aws.ACCOUNT}:inference-profile/us-gov.anthropic.claude-opus-5-5",
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:inference-profile%2Fus.anthropic.claude-opus-5-5",
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:inference-profile/us.anthropic.claude-opus-5-5[1m]",
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:application-inference-profile/abc123def456",
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:prompt/ABCDEFGHIJ",
        f"{_ARN}:us-east-1::foundation-model/anthropic.claude-opus-5-5",
        f"ARN:AWS:bedrock:us-east-1:{aws.ACCOUNT}:inference-profile/us.anthropic.claude-opus-5-5",
        f"{_ARN}:us-east-1:{aws.ACCOUNT}:inference-profile/",
        "bedrock/us.anthropic.claude-opus-5-5",
        "US.anthropic.claude-opus-5-5",
        "us.anthropic.claude-opus-5-5 ",
        "us.anthropic.claude-opus-5-5-v1:0",
        "us.claude-opus-5-5",
        "global.anthropic.claude-haiku-5-5",
        "abc123def456",
        "opusplan",
        "default",
        "opus[1m]",
        "Opus",
        "claude-opus-4-20250514",
    ),
    "vertex": (
        "claude-opus-5-5[1m]",
        "claude-opus-5-5@20260101",
        "publishers/anthropic/models/claude-opus-5-5",
        "vertex_ai/claude-opus-5-5",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-5@20250929",
        "us.anthropic.claude-sonnet-5-5",
        "CLAUDE-OPUS-5-5",
        "opusplan",
        "sonnet[1m]",
    ),
    "foundry": (
        DEPLOYMENT,
        f"{DEPLOYMENT}[1m]",
        "gone",
        "claude-opus-4-1-20250805",
        "opus",
    ),
    "direct": (
        "claude-opus-5-5",
        "claude-opus-5-5[1m]",
        "anthropic/claude-opus-5-5",
        "us.anthropic.claude-opus-5-5",
        "claude-opus-5.5",
        "claude-3-5-haiku-latest",
        "Claude-Opus-5-5",
        "opusplan",
        "haiku[1m]",
        "default",
    ),
}
ELSEWHERE: Sequence[Mapping[str, str]] = (
    {"CLAUDE_CODE_USE_VERTEX": "1", "CLOUD_ML_REGION": "us-east5", "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml"},
    {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_BEARER_TOKEN_BEDROCK": aws.BEARER},
    {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": RESOURCE.name,
     "ANTHROPIC_FOUNDRY_API_KEY": RESOURCE.key},
    {"ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": direct.TOKENS["auth-token"], "ANTHROPIC_MODEL": "sonnet"},
    {"ANTHROPIC_API_KEY": direct.TOKENS["api-key"], "CLAUDE_CODE_OAUTH_TOKEN": direct.TOKENS["oauth-token"]},
    {"AWS_PROFILE": "gone", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_SESSION_TOKEN": "stale"},
    {"GOOGLE_APPLICATION_CREDENTIALS": "@HOME/gone.json", "GOOGLE_CLOUD_PROJECT": "other-project"},
    {"CLAUDE_CODE_USE_MANTLE": "1", "CLAUDE_CODE_SKIP_MANTLE_AUTH": "1"},
)  # fmt: skip
"""What people leave behind of another provider, each as a whole."""
