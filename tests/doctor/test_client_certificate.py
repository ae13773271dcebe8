"""A client certificate is used as Claude Code uses it. What it ignores and what stops it was seen on 2.1.332."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.support.examined import a_profile, examined, slugs
from tests.support.tls_servers import TlsFault, serving

SLUG = "client-certificate-unusable"
KEY = "sk-ant-api03-" + "a" * 95
REASONS = {
    "another key": "the key is not that of the certificate",
    "encrypted, without a passphrase": "the key cannot be read",
    "encrypted, with another passphrase": "the key cannot be read with this passphrase",
}


def _written(path: Path, key: object, how: KeySerializationEncryption) -> Path:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
    return path


def _variables(leaf: Path, case: str) -> dict[str, str]:
    """`leaf` holds a certificate and its key."""
    folder = leaf.parent
    own, other = load_pem_private_key(leaf.read_bytes(), None), ec.generate_private_key(ec.SECP256R1())
    encrypted = BestAvailableEncryption(b"abcd")
    key, passphrase = {
        "its key": (leaf, ""),
        "encrypted": (_written(folder / "encrypted.pem", own, encrypted), "abcd"),
        "another key": (_written(folder / "other.pem", other, NoEncryption()), ""),
        "encrypted, without a passphrase": (_written(folder / "encrypted.pem", own, encrypted), ""),
        "encrypted, with another passphrase": (_written(folder / "encrypted.pem", own, encrypted), "efgh"),
    }[case]
    named = {"CERT": str(leaf), "KEY": str(key), "KEY_PASSPHRASE": passphrase}
    return {f"CLAUDE_CODE_CLIENT_{name}": value for name, value in named.items() if value}


@pytest.mark.parametrize("case", ["its key", "encrypted", *REASONS])
def test_pair_identifies_or_is_named(tmp_path: Path, case: str) -> None:
    with serving(TlsFault(wants_certificate=True), tmp_path) as (url, ca_file):
        profile = a_profile("gateway", set={"auth_token": "env:MY_KEY", "base_url": url})
        environment = {"MY_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(ca_file), **_variables(tmp_path / "leaf.pem", case)}
        report = examined(tmp_path, environment, {"p": profile})["p"]
    found = next((finding for finding in report.findings if finding.check == SLUG), None)
    if reason := REASONS.get(case):
        assert (report.verdict, report.root) == ("error", SLUG)
        assert found
        assert found.facts["reason"] == reason
    else:
        assert not [slug for slug in slugs(report) if slug.startswith(("tls", "client-", "endpoint"))]


@pytest.mark.parametrize("broken", ["CERT", "KEY"])
@pytest.mark.parametrize("content", ["junk", "-----BEGIN CERTIFICATE-----\nhalf", None])
def test_pair_with_a_file_that_holds_nothing_is_ignored(tmp_path: Path, broken: str, content: str | None) -> None:
    with serving(TlsFault(), tmp_path) as (url, ca_file):
        variables = _variables(tmp_path / "leaf.pem", "its key")
        file = tmp_path / "broken.pem"
        if content is not None:
            file.write_text(content)
        profile = a_profile("gateway", set={"auth_token": "env:MY_KEY", "base_url": url})
        variables[f"CLAUDE_CODE_CLIENT_{broken}"] = str(file)
        environment = {"MY_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(ca_file), **variables}
        report = examined(tmp_path, environment, {"p": profile})["p"]
    assert not [slug for slug in slugs(report) if slug.startswith(("tls", "client-", "endpoint"))]


_JUNK = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
_ALONE = {
    ("CERT", "its own"): None,
    ("CERT", "the other"): "the certificate cannot be read",
    ("CERT", "junk"): "the certificate cannot be read",
    ("KEY", "its own"): None,
    ("KEY", "encrypted"): "the key cannot be read",
    ("KEY", "the other"): "the key cannot be read",
    ("KEY", "junk"): "the key cannot be read",
}
"""What one of the two names, without the other: why Claude Code cannot connect (seen on 2.1.332)."""


@pytest.mark.parametrize(("part", "content"), _ALONE)
def test_one_without_the_other_is_loaded(tmp_path: Path, part: str, content: str) -> None:
    with serving(TlsFault(), tmp_path) as (url, ca_file):
        leaf = (tmp_path / "leaf.pem").read_bytes()
        key = load_pem_private_key(leaf, None)
        certificate, own = tmp_path / "certificate.pem", _written(tmp_path / "key.pem", key, NoEncryption())
        certificate.write_bytes(leaf[leaf.index(b"-----BEGIN CERTIFICATE") :].partition(b"-----BEGIN PRIVATE")[0])
        junk = tmp_path / "junk.pem"
        junk.write_text(_JUNK)
        right, wrong = (certificate, own) if part == "CERT" else (own, certificate)
        encrypted = _written(tmp_path / "encrypted.pem", key, BestAvailableEncryption(b"abcd"))
        file = {"its own": right, "the other": wrong, "junk": junk, "encrypted": encrypted}[content]
        profile = a_profile("gateway", set={"auth_token": "env:MY_KEY", "base_url": url})
        environment = {"MY_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(ca_file), f"CLAUDE_CODE_CLIENT_{part}": str(file)}
        report = examined(tmp_path, environment, {"p": profile})["p"]
    reasons = [finding.facts["reason"] for finding in report.findings if finding.check == SLUG]
    assert reasons == ([_ALONE[part, content]] if _ALONE[part, content] else [])
    assert (report.root == SLUG) is bool(reasons)


def test_unusable_pair_is_a_warning_where_nothing_is_encrypted(tmp_path: Path) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text(_JUNK)
    profile = a_profile("gateway", set={"auth_token": "env:MY_KEY", "base_url": "http://127.0.0.1:9"})
    environment = {"MY_KEY": KEY, "CLAUDE_CODE_CLIENT_CERT": str(junk)}
    report = examined(tmp_path, environment, {"p": profile})["p"]
    assert [finding.weight for finding in report.findings if finding.check == SLUG] == ["warning"]
    assert "SSLError" not in str(report)
