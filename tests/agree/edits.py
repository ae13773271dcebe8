"""Edits to a set-up that works: what people do to it, knowingly or not."""

import json
from collections.abc import Callable, Mapping, Sequence

from tests.agree import aws, direct
from tests.agree.world import Draft

Spelling = Callable[[object], str]
SPELLINGS: Mapping[str, Spelling] = {
    "indented": lambda content: json.dumps(content, indent="\t") + "\r\n",
    "mark": lambda content: "\ufeff" + json.dumps(content),
    "comma": lambda content: json.dumps(content)[:-1] + ",}",
    "comment": lambda content: "// mine\n" + json.dumps(content),
    "cut": lambda content: json.dumps(content)[:-1],
    "hooks": lambda content: json.dumps({**_mapping(content), "hooks": "none"}),
    "unknown": lambda content: json.dumps({**_mapping(content), "theme2": {"a": [1]}, "permissions": {}}),
    "twice": lambda content: '{"env": {"AWS_REGION": "ap-northeast-1"}, ' + json.dumps(content)[1:],
}
"""Other ways to write a settings file."""
ANY = (
    (
        "ANTHROPIC_MODEL",
        ("opusplan", "sonnet[1m]", "default", "Opus", "SONNET", "fable", "haiku ", "", "best", "opus[1m]"),
    ),
    (
        "ANTHROPIC_MODEL",
        ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5", "claude-opus-4-6", "CLAUDE-OPUS-5-5"),
    ),
    ("ANTHROPIC_DEFAULT_OPUS_MODEL", ("claude-opus-5-5", "claude-opus-4-8", "", "sonnet", "claude-opus-5-5[1m]")),
    ("ANTHROPIC_DEFAULT_SONNET_MODEL", ("claude-sonnet-5", "")),
    ("CLAUDE_CODE_SUBAGENT_MODEL", ("haiku",)),
    ("ANTHROPIC_CUSTOM_MODEL_OPTION", ("claude-opus-4-8",)),
    ("CLAUDE_CODE_USE_BEDROCK", ("0", "", "false", "no", "on", "1")),
    ("CLAUDE_CODE_USE_VERTEX", ("0", "", "false", "off", "1")),
    ("CLAUDE_CODE_USE_FOUNDRY", ("0", "", "1")),
    ("ANTHROPIC_API_KEY", (direct.TOKENS["api-key"], "", "   ")),
    ("ANTHROPIC_AUTH_TOKEN", (direct.TOKENS["auth-token"], "")),
    ("CLAUDE_CODE_OAUTH_TOKEN", (direct.TOKENS["oauth-token"], "")),
    ("ANTHROPIC_BASE_URL", ("@LAB", "@LAB/", "", "https://api.anthropic.com/", "@LAB/v1")),
    ("CLAUDE_CODE_SIMPLE", ("1", "0", "")),
    ("CLAUDE_CODE_REMOTE", ("1", "true", "0")),
    ("CLAUDE_CODE_ENTRYPOINT", ("sdk-py", "cli")),
    ("CLAUDE_CODE_EXTRA_BODY", ('{"metadata": {"user_id": "x"}}', "{}", "nonsense")),
    ("ANTHROPIC_CUSTOM_HEADERS", ("x-agree: 1", "X-Api-Key: nobody", "Authorization: Bearer nobody", "nonsense", "")),
    ("ANTHROPIC_BETAS", ("context-1m-2025-08-07", "")),
    ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", ("16000", "lots", "0")),
    ("DISABLE_PROMPT_CACHING", ("1",)),
    ("NODE_EXTRA_CA_CERTS", ("@HOME/gone.pem",)),
    ("NODE_TLS_REJECT_UNAUTHORIZED", ("0",)),
    ("https_proxy", ("http://127.0.0.1:9", "@LAB")),
    ("CLAUDE_CONFIG_DIR", ("@HOME/.claude", "@HOME/elsewhere", "")),
    ("ANTHROPIC_SMALL_FAST_MODEL", ("haiku", "claude-haiku-4-5", "")),
    ("ANTHROPIC_PROFILE", ("work",)),
    ("ANTHROPIC_FEDERATION_RULE_ID", ("fdrl_agree",)),
    ("CLAUDE_CODE_SKIP_BEDROCK_AUTH", ("1", "0")),
    ("CLAUDE_CODE_SKIP_VERTEX_AUTH", ("1", "0")),
    ("CLAUDE_CODE_SKIP_FOUNDRY_AUTH", ("1",)),
)
"""Variables, and what they may be set to."""
OF_AWS = (
    ("AWS_REGION", ("EU-WEST-1", "us-east-1 ", "us-east-9", "eu-central-1", "", "cn-north-1", "us-gov-west-1")),
    ("AWS_DEFAULT_REGION", ("eu-central-1", "")),
    (
        "AWS_CONFIG_FILE",
        ("@HOME/.aws/config", "~/.aws/config", "../.aws/config", "@HOME/gone", "@HOME/.aws/credentials", ""),
    ),
    (
        "AWS_SHARED_CREDENTIALS_FILE",
        ("@HOME/.aws/credentials", "~/.aws/credentials", "@HOME/gone", "@HOME/.aws/config", ""),
    ),
    ("AWS_SDK_LOAD_CONFIG", ("0", "1")),
    ("AWS_SESSION_TOKEN", ("leftover", "")),
    ("AWS_SECURITY_TOKEN", ("leftover",)),
    ("AWS_ACCESS_KEY_ID", (aws.KEYS["env"], "", " ")),
    ("AWS_SECRET_ACCESS_KEY", (aws.secret(aws.KEYS["env"]), "")),
    ("AWS_ROLE_ARN", (f"arn:aws:iam::{aws.ACCOUNT}:role/Agree",)),
    ("AWS_ROLE_SESSION_NAME", ("me", "not a name!")),
    ("AWS_PROFILE", ("", " dev ", "default", "gone", "DEV")),
    ("AWS_DEFAULT_PROFILE", ("dev", "base")),
    ("AWS_ENDPOINT_URL", ("@LAB", "")),
    ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", ("@LAB",)),
    ("AWS_ENDPOINT_URL_STS", ("@LAB",)),
    ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ("true",)),
    ("AWS_USE_FIPS_ENDPOINT", ("true", "false", "yes")),
    ("AWS_USE_DUALSTACK_ENDPOINT", ("true",)),
    ("AWS_STS_REGIONAL_ENDPOINTS", ("legacy",)),
    ("AWS_CA_BUNDLE", ("@HOME/gone.pem",)),
    ("AWS_BEARER_TOKEN_BEDROCK", (aws.BEARER, "", "  ", "nobody")),
    ("ANTHROPIC_BEDROCK_BASE_URL", ("@LAB", "", "https://bedrock-runtime.eu-west-1.amazonaws.com")),
    ("ANTHROPIC_BEDROCK_REGION_PREFIX", ("eu", "global", "xx", "", "US")),
    ("ANTHROPIC_BEDROCK_SERVICE_TIER", ("flex", "nonsense")),
    ("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", ("us-west-2",)),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", ("@LAB/nobody",)),
    ("AWS_EC2_METADATA_DISABLED", ("true",)),
    ("AWS_AUTH_SCHEME_PREFERENCE", ("httpBearerAuth",)),
)
OF_GOOGLE = (
    ("GOOGLE_APPLICATION_CREDENTIALS", ("", " @HOME/sa.json ", "~/sa.json", "../sa.json", "@HOME/gone.json", "@HOME")),
    ("GOOGLE_CLOUD_PROJECT", ("fresh-project", "")),
    ("GCLOUD_PROJECT", ("fresh-project",)),
    ("google_cloud_project", ("fresh-project",)),
    ("GOOGLE_CLOUD_QUOTA_PROJECT", ("acme-ml", "other-project", "")),
    ("ANTHROPIC_VERTEX_PROJECT_ID", ("", " acme-ml ", "482910573621", "acme-ml\r")),
    ("CLOUD_ML_REGION", ("", "US", "eu", "global ", "us-east5", "europe-west1", "us-central1", "nowhere")),
    ("VERTEX_REGION_CLAUDE_5_5_OPUS", ("us-east5", "", "global ")),
    ("VERTEX_REGION_CLAUDE_4_5_SONNET", ("europe-west1",)),
    ("ANTHROPIC_VERTEX_BASE_URL", ("@LAB/v1", "@LAB", "")),
    ("CLOUDSDK_CONFIG", ("@HOME/gcloud", "@HOME/.config/gcloud")),
    ("CLOUDSDK_CORE_PROJECT", ("fresh-project",)),
    ("GOOGLE_API_USE_CLIENT_CERTIFICATE", ("true",)),
    ("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", ("1",)),
)
OF_FOUNDRY = (
    ("ANTHROPIC_FOUNDRY_RESOURCE", ("", "UPPER", " lab ", "no-such")),
    ("ANTHROPIC_FOUNDRY_BASE_URL", ("@LAB/anthropic", "@LAB", "")),
    ("ANTHROPIC_FOUNDRY_API_KEY", ("", " ", "nobody")),
    ("ANTHROPIC_FOUNDRY_AUTH_TOKEN", ("nobody", "")),
)
_LINES_OF_AWS = (
    "region = eu-central-1", "region =", "REGION = eu-central-1", "endpoint_url = @LAB", "use_fips_endpoint = true",
    "output = json", "mfa_serial = arn:aws:iam::123456789012:mfa/me", "credential_source = Ec2InstanceMetadata",
    "source_profile = dev", "source_profile = default", "sso_region = eu-west-1", "role_arn =", "ca_bundle = /gone",
    "credential_process = false", "aws_session_token = leftover", "aws_access_key_id =", "services = local", "[",
    "sso_session = other", "login_session = nobody", "web_identity_token_file = @HOME/gone", "cli_pager =",
)  # fmt: skip
_LINES: Sequence[tuple[str, Sequence[object]]] = (
    ("model", ("opus", "haiku", "sonnet[1m]", "opusplan", "", "claude-sonnet-5-5", "default")),
    ("availableModels", (["sonnet"], ["opus", "haiku"], [])),
    ("forceLoginMethod", ("console", "claudeai")),
    ("apiKeyHelper", ("echo nobody", "", "false", f"echo ' {direct.TOKENS['key-helper']} '")),
    ("awsAuthRefresh", ("true", "false")),
    ("gcpAuthRefresh", ("true", "false")),
    ("awsCredentialExport", ("", "false", "echo '{}'")),
    ("ANTHROPIC_MODEL", ("haiku",)),
    ("modelOverrides", ({"claude-opus-5-5": "claude-opus-4-8"},)),
    ("agent", ("nobody",)),
)


def edit(draft: Draft, kind: str) -> Mapping[str, Spelling]:
    """Edit the draft, and return how its settings files are written where that is not as usual."""
    spellings: dict[str, Spelling] = {}
    for _ in range(draft.one((0, 1, 1, 1, 2, 2, 3))):
        draft.one((_variable, _variable, _variable, _own, _own, _own, _line, _file, _move))(draft, kind)
        if draft.layers and draft.happens(0.12):
            spellings[draft.one(tuple(draft.layers))] = SPELLINGS[draft.one(tuple(SPELLINGS))]
    return spellings


def _variable(draft: Draft, _: str) -> None:
    name, values = draft.one(ANY)
    draft.put(name, draft.one(values))


def _own(draft: Draft, kind: str) -> None:
    own = {"bedrock": OF_AWS, "vertex": OF_GOOGLE, "foundry": OF_FOUNDRY}.get(kind, ANY)
    name, values = draft.one(own)
    draft.put(name, draft.one(values))


def _line(draft: Draft, _: str) -> None:
    name, values = draft.one(_LINES)
    draft.layers.setdefault(draft.one(("user", "project", "local")), {})[name] = draft.one(values)


def _file(draft: Draft, kind: str) -> None:
    """Edit a line of a file: AWS's, or a value of a settings file's `env` that is no text."""
    files = [path for path in (".aws/config", ".aws/credentials") if path in draft.files]
    if kind == "bedrock" and files:
        path = draft.one(files)
        lines = draft.files[path].splitlines()
        lines.insert(draft.chance.randrange(1, len(lines) + 1), draft.one(_LINES_OF_AWS))
        draft.files[path] = "\n".join(lines) + "\n"
    elif draft.layers:
        layer = draft.one(tuple(draft.layers))
        draft.env(layer)[draft.one(("AWS_REGION", "CLOUD_ML_REGION", "ANTHROPIC_MODEL", "CLAUDE_CODE_USE_VERTEX"))] = (
            draft.one((1, True, None, 0, False, ["opus"], {}))
        )


def _move(draft: Draft, _: str) -> None:
    """Move a variable to another layer, or leave it out."""
    places: Sequence[dict[str, object] | dict[str, str]] = [
        draft.environment, *(draft.env(layer) for layer in tuple(draft.layers))
    ]  # fmt: skip
    full = [place for place in places if place]
    if not full:
        return
    place = draft.one(full)
    name = draft.one(sorted(place))
    value = place.pop(name)
    if draft.happens(0.6) and isinstance(value, str):
        draft.put(name, value)


def _mapping(content: object) -> dict[str, object]:
    return dict(content) if isinstance(content, dict) else {}
