"""What counts as a secret in a value, and what does not."""

import base64
import json
from collections.abc import Callable, Mapping

import pytest

from ccsetup.knowledge import secret_shapes
from ccsetup.knowledge.secret_shapes import kind

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"
ACCOUNT = json.dumps({"type": "service_account", "private_key": PEM, "client_email": "a@b.iam.gserviceaccount.com"})
USER = json.dumps({"type": "authorized_user", "client_id": "i", "client_secret": "shh", "refresh_token": "1//0abc"})
EXTERNAL = json.dumps({"type": "external_account", "audience": "//iam", "credential_source": {"file": "/x"}})
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE0KEY"[:40]
FILES = {"pem": PEM, "account": ACCOUNT, "user": USER, "external": EXTERNAL}
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "raw": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlsafe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "wrapped base64": lambda text: base64.encodebytes(text.encode()).decode(),
    "twice base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "escaped newlines": lambda text: text.replace("\n", "\\n"),
    "single quotes": lambda text: f"'{text}'",
    "double quotes": json.dumps,
    "leading blanks": lambda text: f" \r\n\t{text}",
    "mark": lambda text: f"\ufeff{text}",
    "indented": lambda text: text.replace("{", "{\n  ", 1),
    "cut": lambda text: text[: len(text) - 4],
}
PLACES = (
    "credentials_file",
    "config_dir",
    "aws_profile",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "MY_SETTING",
    "region",
    "opus",
)
SECRETS = {
    "anthropic": "sk-ant-api03-abcdefghijklmnop",
    "in a sentence": "prod sk-ant-oat01-abcdefghijklmnop now",
    "bedrock long": "ABSKQmVkcm9ja0FQSUtleS0xMjM0NTY3ODkw",
    "bedrock short": "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t",
    "aws secret": AWS_SECRET,
    "aws pair": f"AKIAIOSFODNN7EXAMPLE:{AWS_SECRET}",
    "aws pair of lines": f"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {AWS_SECRET}",
    "aws session": "IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQDexample",
    "google access": "ya29.a0AfH6SMBx_example-token",
    "google refresh": "1//0gExampleRefreshTokenValue",
    "google key": "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "github": "ghp_0123456789abcdefghij0123456789abcdef",
    "gitlab": "glpat-0123456789abcdefghij",
    "slack": "xoxb-123456789012-abcdefghij",
    "openai": "sk-proj-0123456789abcdefghij0123",
    "litellm": "sk-0123456789abcdefghijABCD",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "bearer": "Bearer 0123456789abcdef",
    "random": "Zm9vYmFyMTIzNDU2Nzg5MEFiQ2RFZkdoSWpLbE1uT3BRclN0VXZXeA",
    "login": "https://user:hunter2@gw.example.com",
    "user alone": "https://token@gw.example.com/v1",
    "proxy login": "http://me:pa@ss@proxy:8080",
    "proxy without scheme": "me:hunter2@proxy:8080",
    "query": "https://gw.example.com/hook?token=abc",
    "unknown query": "https://gw.example.com/hook?whatever=abc",
    "fragment": "https://gw.example.com/#access_token=abc",
    "slack webhook": "https://hooks.slack.com/services/T000/B000/XXXX",
    "discord webhook": "https://discord.com/api/webhooks/1/abc",
    "percent": "https%3A%2F%2Fuser%3Apw%40gw.example.com",
}  # fmt: skip
HARMLESS = {
    "credentials_file": [
        "/home/me/key.json", "~/keys/a b'c (1).json", "C:\\Users\\Me\\AppData\\Roaming\\gcloud\\key.json", "./key.json",
        "/Users/Someone/Library/Application Support/Keys/AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789Ab.json",
        "/srv/{project}/key.json", "key.json", "%APPDATA%\\gcloud\\key.json", "$HOME/key.json", "/données/clé.json",
    ],
    "config_dir": ["~/.claude-work", "/tmp/a=b;c&d", "D:/claude"],
    "aws_profile": [
        "my-prod", "AWSAdministratorAccess-123456789012", "prod (old) @ home",
        "AKIAIOSFODNN7EXAMPLE", "tok",
    ],
    "opus": [
        "us.anthropic.claude-opus-5-5", "claude-opus-4-5@20250929", "opus[1m]", "our-claude-opus-deployment-2026-11-26",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6",
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-very-long-endpoint-name-for-the-team-of-2026-11",
    ],
    "base_url": [
        "https://gw.example.com/v1", "http://127.0.0.1:8080",
        "https://gw.example.com:8443/a/b?api-version=2026-01-01&team=x",
        "https://vpce-0123456789abcdef0-abcdefgh.bedrock-runtime.us-east-1.vpce.amazonaws.com", "http://[::1]:9/x",
        "https://us-central1-aiplatform.googleapis.com/v1/projects/Team1/locations/us/x", "https://gw.example.com/#main",
    ],
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": ["16000"],
    "CLAUDE_CODE_EXTRA_BODY": ['{"anthropic_beta": ["context-1m-2025-08-07"]}', '{"model": "x", "max_tokens": 5}'],
    "CLAUDE_CODE_API_KEY_HELPER_TTL_MS": ["3600000"],
    "CLAUDE_CODE_CLIENT_KEY": ["/etc/ssl/client.key"],
    "CLAUDE_CODE_SKIP_BEDROCK_AUTH": ["1"],
    "NODE_EXTRA_CA_CERTS": ["/etc/ssl/company.pem"],
    "NO_PROXY": ["127.0.0.1,localhost,.example.com,10.0.0.0/8"],
    "HTTPS_PROXY": ["http://proxy.example.com:8080"],
    "organization": ["0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"],
    "MY_HASH": ["da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    "headers": [
        "anthropic-beta: a,b", "X-Team: a\r\nUser-Agent: mine/1.0 (x; y)",
        "  anthropic-version : 2023-06-01  ", "X-Title: it's: so",
        "X-Amzn-Bedrock-GuardrailIdentifier: gr-abc\nX-Amzn-Bedrock-GuardrailVersion: 1",
    ],
}  # fmt: skip
HEADERS = (
    "Authorization: Bearer abc", "x-api-key: k", "x-portkey-api-key: pk", "Cookie: a=b", "X-Team: a\nX-Gateway-Auth: b",
    "proxy-authorization: x", "CF-Access-Client-Secret: x", "no colon at all", "X-Team: sk-ant-api03-abcdefghijklmn",
    "x-unknown: 1", "X-Team: a\rX-Key: b", "anthropic-beta\u200b: x", "X-Team: Bearer abcdefghijklmnop",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("file", FILES)
def test_content_of_a_key_file_is_recognised_in_every_spelling(file: str, spelling: str) -> None:
    assert [place for place in PLACES if not kind(place, SPELLINGS[spelling](FILES[file]))] == []


@pytest.mark.parametrize("secret", SECRETS)
def test_credential_in_a_name_is_recognised(secret: str) -> None:
    for place in PLACES:
        found = kind(place, SECRETS[secret])
        assert found, place
        assert SECRETS[secret] not in found


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, some in HARMLESS.items() for value in some])
def test_harmless_value_passes(name: str, value: str) -> None:
    assert kind(name, value) == ""
    assert secret_shapes.printable(name, value) == value


@pytest.mark.parametrize("lines", HEADERS)
def test_header_whose_name_is_not_known_as_harmless_is_a_secret(lines: str) -> None:
    assert kind("headers", lines)
    assert kind("ANTHROPIC_CUSTOM_HEADERS", lines)


@pytest.mark.parametrize(
    "name", ["GITHUB_TOKEN", "MY_API_KEY", "DB_PASSWORD", "X_SECRET", "OPENAI_API_KEY", "MY_SECRETS"]
)
def test_name_of_a_variable_tells_a_credential(name: str) -> None:
    assert kind(name, "hunter-two")
    assert kind(name, "/run/secrets/key") == kind(name, "1") == kind(name, "") == ""


@pytest.mark.parametrize("value", ["https://user:hunter2@gw.example.com/x", "https://gw.example.com/x?token=hunter2"])
def test_url_is_shown_without_its_secret(value: str) -> None:
    assert secret_shapes.printable("base_url", value) == "https://gw.example.com/…"


def test_large_value_is_judged_quickly() -> None:
    assert kind("aws_profile", "a" * 10_000_000)
    for part in ("{", '"a":', "://", "@", "ab/", "%7B", "eyJ.", "sk-", "----"):
        kind("aws_profile", part * (60_000 // len(part)))
