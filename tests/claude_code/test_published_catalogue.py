"""The catalogue of models that Claude Code keeps: it moves an alias where its signature verifies, and nowhere else."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ccsetup.claude_code.alias_targets import AliasTarget, ClientModels
from ccsetup.claude_code.installation import Client
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import surfaces
from tests.support.bun_file import install

KNOWN = surfaces.load_surfaces()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1"}
URL = "file:///etc/claude-code/catalog.json"
HOSTED = "https://downloads.claude.ai/model-catalog/v1/catalog.json"
DOCUMENT: Mapping[str, object] = {
    "version": 57,
    "expires_at": "2026-01-01T00:00:00Z",
    "surfaces": {
        "cc": {
            "model_selector_config": [
                {
                    "id": "cc",
                    "models": [
                        {"id": "claude-opus-10", "provider_ids": {"bedrock": "us.anthropic.claude-opus-10"}},
                        {"id": "claude-haiku-10", "disabled": True, "provider_ids": {"bedrock": "us.anthropic.h"}},
                    ],
                    "provider_alias_targets": {
                        "opus": {"per_provider": {"bedrock": "claude-opus-10", "foundry": "claude-opus-10"}},
                        "haiku": {"per_provider": {"bedrock": "claude-haiku-10"}},
                        "sonnet": {"per_provider": {"bedrock": "claude-unlisted"}},
                    },
                }
            ]
        }
    },
}


def der(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def keep(home: Path, url: str, key: rsa.RSAPrivateKey = KEY, changes: Mapping[str, object] | None = None) -> None:
    """Write the catalogue as Claude Code keeps it."""
    text = json.dumps(DOCUMENT).encode()
    signature = key.sign(b"claude-code-model-catalog-v1\0" + text, padding.PKCS1v15(), SHA512())
    sidecar = {
        "schema": 1,
        "algorithm": "RSASSA-PKCS1-v1_5-SHA512",
        "signature": base64.b64encode(signature).decode(),
        "publicKeySha256": hashlib.sha256(der(key)).hexdigest(),
    }
    path = home / ".claude" / "cache" / "model-catalog"
    path.mkdir(parents=True, exist_ok=True)
    cached = {"version": 2, "documentBytes": base64.b64encode(text).decode(), "sidecar": sidecar, **(changes or {})}
    (path / f"published-{hashlib.sha256(url.encode()).hexdigest()[:32]}.json").write_text(json.dumps(cached))


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """One with KEY built in, that asks Bedrock for these."""
    built_in = f'var k={{id:"claude-code-release-signing-key",spkiBase64:"{base64.b64encode(der(KEY)).decode()}"}}'
    ids = {tier: f"us.anthropic.claude-{tier}-9" for tier in ("opus", "sonnet", "haiku")}
    return Client(install(tmp_path, "2.9.1", more=f"var n=CLAUDE_X;{built_in}", **ids), "2.9.1")


def found(
    client: Client, home: Path, layers: tuple[Layer, ...] = (), values: Mapping[str, str] | None = None
) -> Mapping[str, AliasTarget]:
    given = {**BEDROCK, **(values or {})}
    return ClientModels(given, "eu-west-1", client, KNOWN, home / "cache").alias_targets(home=home, layers=layers)


def managed(**lines: object) -> tuple[Layer, ...]:
    return (Layer("managed", Path("/etc/claude-code/managed-settings.json"), {}, lines),)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_verified_catalogue_moves_the_alias_of_a_listed_model_alone(client: Client, tmp_path: Path) -> None:
    keep(tmp_path, HOSTED)
    targets = found(client, tmp_path)
    assert (targets["opus"].id, targets["opus"].origin) == ("eu.anthropic.claude-opus-10", "published")
    assert "version 57" in targets["opus"].words
    assert targets["haiku"] == AliasTarget("eu.anthropic.claude-haiku-9", "client", "Claude Code 2.9.1")
    assert targets["sonnet"].id == "eu.anthropic.claude-sonnet-9"


@pytest.mark.parametrize(
    "changes",
    [
        {"documentBytes": base64.b64encode(json.dumps(DOCUMENT).encode() + b" ").decode()},
        {"documentBytes": "%"},
        {"sidecar": None},
        {"sidecar": {"signature": "", "publicKeySha256": hashlib.sha256(der(KEY)).hexdigest()}},
    ],
)
def test_a_catalogue_that_does_not_verify_is_mentioned_and_not_believed(
    client: Client, tmp_path: Path, changes: Mapping[str, object]
) -> None:
    keep(tmp_path, HOSTED, changes=changes)
    opus = found(client, tmp_path)["opus"]
    assert (opus.id, opus.origin) == ("eu.anthropic.claude-opus-9", "client")
    assert "does not count" in opus.words


def test_a_key_of_ones_own_counts_only_with_a_managed_url(client: Client, tmp_path: Path) -> None:
    keep(tmp_path, URL, key=OTHER)
    with_both = managed(modelCatalogUrl=URL, modelCatalogPublicKey=pem(OTHER))
    assert found(client, tmp_path, layers=with_both)["opus"].origin == "published"
    by_variable = {"CLAUDE_CODE_MODEL_CATALOG_URL": URL}
    own = managed(modelCatalogPublicKey=pem(OTHER))
    assert found(client, tmp_path, layers=own, values=by_variable)["opus"].origin == "client"
    user = tuple(replace(layer, name="user") for layer in with_both)
    assert found(client, tmp_path, layers=user, values=by_variable)["opus"].origin == "client"


def test_a_malformed_managed_key_is_no_traceback(client: Client, tmp_path: Path) -> None:
    keep(tmp_path, URL, key=OTHER)
    for text in ("-----BEGIN PUBLIC KEY-----\n%%\n-----END PUBLIC KEY-----", "QUJD", "x"):
        layers = managed(modelCatalogUrl=URL, modelCatalogPublicKey=text)
        assert found(client, tmp_path, layers=layers)["opus"].origin == "client"


@pytest.mark.parametrize(
    ("url", "values", "origin"),
    [
        (HOSTED, {"CLAUDE_CODE_MODEL_CATALOG": "off"}, "client"),
        (HOSTED, {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}, "client"),
        (URL, {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MODEL_CATALOG_URL": URL}, "published"),
        (URL, {}, "client"),
        (HOSTED, {"CLAUDE_CODE_USE_BEDROCK": "0", "CLAUDE_CODE_USE_FOUNDRY": "1"}, "unknown"),
    ],
)
def test_a_catalogue_that_claude_code_does_not_follow_moves_nothing(
    client: Client, tmp_path: Path, url: str, values: dict[str, str], origin: str
) -> None:
    keep(tmp_path, url)
    assert found(client, tmp_path, values=values)["opus"].origin == origin
