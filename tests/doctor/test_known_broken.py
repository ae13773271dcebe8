"""Versions of Claude Code that cannot work with a set-up are named, and no other."""

import json
from pathlib import Path

import pytest

from tests.support.selection import examples
from tests.support.warm import Warm

SSO = "[profile dev]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = {}\n"
OLD_SSO = "[profile dev]\nsso_start_url = https://x\nsso_region = {}\nsso_account_id = 1\nsso_role_name = r\n"
ROLE = "[profile dev]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = hub\n" + SSO.replace("dev", "hub")
KEYS = "[profile dev]\naws_access_key_id = AKIA\naws_secret_access_key = s\nsso_region = {}\n"
CASES = (
    ("2.1.207", SSO, "eu-west-1", True),
    ("2.1.207", OLD_SSO, "eu-west-1", True),
    ("2.1.207", ROLE, "eu-west-1", True),
    ("2.1.207", SSO, "us-east-1", False),
    ("2.1.207", KEYS, "eu-west-1", False),
    ("2.1.206", SSO, "eu-west-1", False),
    ("2.1.208", SSO, "eu-west-1", False),
    ("2.1.36", KEYS, "us-east-1", True),
    ("2.1.38", KEYS, "us-east-1", True),
    ("2.1.39", KEYS, "us-east-1", False),
    ("2.1.94", KEYS, "us-east-1", False),
)


@pytest.mark.parametrize(("version", "config", "region", "broken"), examples(CASES, CASES[0], CASES[6]))
def test_version_is_named_where_its_fault_applies(
    tmp_path: Path, version: str, config: str, region: str, broken: bool
) -> None:
    found = _doctor(tmp_path, version, config.format(region), "")
    assert ("claude-known-broken" in [one["check"] for one in found]) == broken


@pytest.mark.parametrize(
    ("version", "broken"),
    [("2.1.77", False), ("2.1.78", True), ("2.1.80", False), ("2.1.93", False), ("2.1.95", True), ("2.1.96", False)],
)
def test_bedrock_api_key_breaks_its_versions(tmp_path: Path, version: str, broken: bool) -> None:
    (tmp_path / "key").write_text("ABSKYWdyZWU=")
    (tmp_path / "key").chmod(0o600)
    found = _doctor(tmp_path, version, "", f'bearer_token = "file:{tmp_path}/key"')
    assert ("claude-known-broken" in [one["check"] for one in found]) == broken


def _doctor(home: Path, version: str, config: str, line: str) -> list[dict[str, str]]:
    (home / "bin").mkdir()
    client = home / "bin" / "claude"
    client.write_text(f"#!/bin/sh\necho '{version} (Claude Code)'\n")
    client.chmod(0o700)
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(config)
    profile = home / ".config" / "ccsetup" / "profiles" / "p.toml"
    profile.parent.mkdir(parents=True)
    signer = line or 'aws_profile = "dev"'
    profile.write_text(f'schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n{signer}\n')
    profile.chmod(0o600)
    run = Warm(home, {"PATH": f"{home}/bin:/usr/bin:/bin"}).run("doctor", "p", "--offline", "--json")
    found: list[dict[str, str]] = json.loads(run.out)["profiles"][0]["findings"]
    return found
