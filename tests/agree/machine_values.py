"""What is found on machines with a history: AWS profiles, exported variables, settings lines and models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.agree import aws, direct

Variables = Mapping[str, str]
_ROLE = f"role_arn = arn:aws:iam::{aws.ACCOUNT}:role/Agree\n"
_PROGRAM = {
    "Version": 1,
    "AccessKeyId": aws.KEYS["process"],
    "SecretAccessKey": aws.secret(aws.KEYS["process"]),
    "SessionToken": "session",
}
_WRONG = "wrong-key-0000000000000000000000"


@dataclass(frozen=True, slots=True)
class Section:
    """Parts of the AWS files that came together, the profiles in them, and files that they name."""

    config: str = ""
    credentials: str = ""
    names: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def _keys(kind: str) -> str:
    key = aws.KEYS[kind]
    return f"aws_access_key_id = {key}\naws_secret_access_key = {aws.secret(key)}\n"


def _program(command: str, text: str = json.dumps(_PROGRAM)) -> Section:
    return Section(f"[profile prod]\ncredential_process = {command}\n", names=("prod",), files={"keys.json": text})


SECTIONS: Sequence[Section] = (
    Section(credentials=f"[saml]\n{_keys('good')}x_principal_arn = arn:aws:sts::1:assumed-role/x/y\n", names=("saml",)),
    Section(credentials=f"[saml]\n{_keys('good')}x_security_token_expires = {aws.PAST}\n", names=("saml",)),
    Section(credentials=f"[old]\n{_keys('bad')}# rotated 2024-01\n", names=("old",)),
    Section("[profile lists]\nregion = us-west-2\n", f"[lists]\n{_keys('lists')}", ("lists",)),
    Section(
        f"[profile both]\nregion = us-east-1\n{_ROLE}source_profile = both\n", f"[both]\n{_keys('good')}", ("both",)
    ),
    Section(f"[profile a]\n{_ROLE}source_profile = b\n[profile b]\n{_ROLE}source_profile = a\n", names=("a", "b")),
    Section(
        f"[profile far]\n{_ROLE}source_profile = mid\n[profile mid]\n{_ROLE}source_profile = hub\n",
        f"[hub]\n{_keys('good')}",
        ("far", "mid", "hub"),
    ),
    Section(f"[profile mfa]\n{_ROLE}source_profile = hub\nmfa_serial = arn:aws:iam::1:mfa/me\n", names=("mfa",)),
    Section(f"[profile gone]\n{_ROLE}source_profile = nowhere\n", names=("gone",)),
    Section(f"[profile ecs]\n{_ROLE}credential_source = EcsContainer\n", names=("ecs",)),
    Section(f"[profile odd]\n{_ROLE}credential_source = environment\n", names=("odd",)),
    _program("cat @HOME/keys.json"),
    _program("cat ~/keys.json | cat"),
    _program("cat @HOME/keys.json; exit 3"),
    _program("cat @HOME/keys.json", json.dumps({**_PROGRAM, "Version": 2})),
    _program("cat @HOME/keys.json", json.dumps({**_PROGRAM, "Expiration": aws.PAST})),
    _program("cat @HOME/keys.json", "\ufeff" + json.dumps(_PROGRAM, indent=2)),
    _program("false"),
    Section("[default]\nregion = eu-central-1\noutput = json\ncli_pager =\n"),
    Section("[default]\nregion = us-east-1 # home\n"),
    Section("[services local]\ndynamodb =\n  endpoint_url = http://127.0.0.1:4566\n"),
    Section("[default]\nendpoint_url = @LAB/localstack\n"),
    Section("[plugins]\nendpoint = awscli_plugin_endpoint\n; comment\n"),
    Section("<<<<<<< HEAD\nregion = us-west-2\n=======\nregion = eu-west-1\n>>>>>>> main\n"),
    Section("[profile half\nregion = us-east-1\n"),
    Section("export AWS_PROFILE=dev\n"),
)
SHELL: Sequence[Variables] = (
    {"AWS_ACCESS_KEY_ID": aws.KEYS["env"], "AWS_SECRET_ACCESS_KEY": aws.secret(aws.KEYS["env"]), "AWS_VAULT": "prod"},
    {"AWS_ACCESS_KEY_ID": aws.KEYS["bad"], "AWS_SECRET_ACCESS_KEY": aws.secret(aws.KEYS["env"])},
    {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    {"AWS_SESSION_TOKEN": "old"},
    {"AWS_REGION": "us-east-1\r"},
    {"AWS_REGION": '"us-west-2"'},
    {"AWS_REGION": " ", "AWS_DEFAULT_REGION": "eu-west-1"},
    {"AWS_DEFAULT_PROFILE": "prod"},
    {"AWS_PROFILE": ""},
    {"AWS_CA_BUNDLE": "@HOME/none.pem"},
    {"AWS_ENDPOINT_URL": "@LAB/localstack"},
    {"AWS_ENDPOINT_URL_STS": "@LAB"},
    {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "@LAB/localstack"},
    {"AWS_CONFIG_FILE": "@HOME/none"},
    {"AWS_SHARED_CREDENTIALS_FILE": "@HOME/none"},
    {"https_proxy": "@LAB/", "HTTPS_PROXY": "@LAB"},
    {"HTTPS_PROXY": "http://127.0.0.1:9"},
    {"NO_PROXY": "127.0.0.1,.amazonaws.com"},
    {"NODE_EXTRA_CA_CERTS": "~/gone.pem"},
    {"SSL_CERT_FILE": "@HOME/gone.pem"},
    {"GCLOUD_PROJECT": "other-project"},
    {"GOOGLE_CLOUD_QUOTA_PROJECT": "acme-ml"},
    {"CLOUDSDK_CONFIG": "@HOME/.config/gcloud-work"},
    {"GOOGLE_APPLICATION_CREDENTIALS": ""},
)
"""What start-up files, `.env` files and other tools export."""
CLIENT: Sequence[Variables] = (
    {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"},
    {"CLAUDE_CODE_USE_BEDROCK": "0"},
    {"CLAUDE_CODE_USE_VERTEX": "1", "CLOUD_ML_REGION": "us-east5", "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml"},
    {"CLAUDE_CODE_USE_VERTEX": ""},
    {"CLAUDE_CODE_USE_FOUNDRY": "0"},
    {"CLAUDE_CODE_USE_MANTLE": "1"},
    {"CLOUD_ML_REGION": "europe-west4"},
    {"VERTEX_REGION_CLAUDE_HAIKU_4_5": "europe-west4"},
    {"ANTHROPIC_API_KEY": direct.TOKENS["api-key"]},
    {"ANTHROPIC_API_KEY": _WRONG},
    {"ANTHROPIC_API_KEY": ""},
    {"ANTHROPIC_AUTH_TOKEN": direct.TOKENS["auth-token"]},
    {"CLAUDE_CODE_OAUTH_TOKEN": direct.TOKENS["oauth-token"]},
    {"ANTHROPIC_BASE_URL": "@LAB"},
    {"ANTHROPIC_BASE_URL": ""},
    {"ANTHROPIC_BEDROCK_BASE_URL": "@LAB/nowhere"},
    {"ANTHROPIC_CUSTOM_HEADERS": "x-team: data\nx-trace: 1"},
    {"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "0"},
    {"CLAUDE_CODE_EXTRA_BODY": '{"metadata": {}}'},
    {"CLAUDE_CODE_DISABLE_1M_CONTEXT": "1"},
    {"CLAUDE_CODE_SIMPLE": "1"},
    {"DISABLE_PROMPT_CACHING": "1", "MAX_THINKING_TOKENS": "1024"},
    {"CLAUDE_CODE_MAX_OUTPUT_TOKENS": "4096"},
    {"CLAUDE_CODE_EFFORT_LEVEL": "low"},
)
"""What tutorials, teams and experiments leave."""
_ANY, _OWN = ("user", "project", "local"), ("user", "user", "local")
LINES: Sequence[tuple[str, Sequence[object], Sequence[str]]] = (
    ("model", ("opus", "sonnet", "haiku", "opusplan", "sonnet[1m]", "default", "claude-opus-5-5", "fable", ""), _ANY),
    ("apiKeyHelper", (f"echo {direct.TOKENS['key-helper']}", "cat ~/helper", "false", "echo nobody"), _OWN),
    ("availableModels", (["opus"], ["sonnet", "haiku"], [], ["claude-opus-5-5"]), _ANY),
    ("modelOverrides", ({"claude-opus-5-5": "claude-opus-4-8"}, {"opus": "x"}), ("user",)),
    ("permissions", ({"allow": ["Bash(ls:*)"]},), ("project",)),
    ("fallbackModel", ("opus", ["sonnet"]), ("user",)),
    ("CLAUDE_CODE_USE_BEDROCK", ("1",), ("user", "project")),
    ("Env", ({"AWS_REGION": "us-east-1"},), ("user", "project")),
)
"""Lines of settings files, their values, and the layers that have them."""
_CLAUDE = (
    "claude-opus-5-5",
    "opus",
    "sonnet",
    "haiku",
    "opusplan",
    "best",
    "claude-opus-5-5[1m]",
    "claude-opus-4-1",
    "",
)
PINS: Mapping[str, Sequence[str]] = {
    "bedrock": (*aws.PINS, *_CLAUDE, "us.anthropic.claude-3-5-haiku-20241022-v1:0"),
    "vertex": (*_CLAUDE, "claude-sonnet-4-5@20250929", "claude-haiku-4-5@20251001", "us.anthropic.claude-opus-5-5"),
    "foundry": ("our-opus", "our-haiku", "opus", "missing-deployment"),
    "direct": (*_CLAUDE, "claude-haiku-4-5", "claude-3-opus-20240229", "us.anthropic.claude-opus-5-5", "gpt-5.6-sol"),
}
