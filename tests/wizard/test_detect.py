"""What detection finds in a home, and that junk is a note."""

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.knowledge import surfaces
from ccsetup.system.system import System
from ccsetup.wizard.found import MachineSetup, find_setup

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def found(home: Path, **environment: str) -> MachineSetup:
    folders = (home / "config", home / "cache", home / "state")
    system = System({"HOME": str(home), **environment}, home, home, *folders, interactive=False, now=lambda: NOW)
    return find_setup(system, surfaces.load_surfaces())


def put(path: Path, content: str | Mapping[str, object] | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def session(home: Path, key: str, **token: str) -> None:
    put(home / ".aws" / "sso" / "cache" / f"{hashlib.sha1(key.encode()).hexdigest()}.json", dict(token))


CONFIG = """
[default]
region = us-east-1
[profile corp]
sso_session = acme
region = eu-central-1
[profile "with space"]
credential_process = /bin/true
[profile via]
role_arn = arn:aws:iam::1:role/x
source_profile = corp
[profile old]
sso_start_url = https://old.awsapps.com/start
[profile circle]
role_arn = arn:aws:iam::1:role/x
source_profile = circle
[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
[services local]
s3 =
  endpoint_url = http://localhost
[not-a-profile]
region = x
"""


KEYS = "".join(f"[{name}]\naws_access_key_id = AKIA\naws_secret_access_key = s\n" for name in ("default", "keys"))


def test_aws_profiles_of_both_files_and_no_other_section(tmp_path: Path) -> None:
    put(tmp_path / ".aws" / "config", CONFIG)
    put(tmp_path / ".aws" / "credentials", KEYS)
    kinds = {one.name: one.kind for one in found(tmp_path).aws}
    assert kinds == {"default": "keys", "corp": "sso", "via": "role", "old": "sso",
                     "circle": "role", "keys": "keys"}  # fmt: skip


@pytest.mark.parametrize(
    ("token", "expired", "state"),
    [
        ({}, True, "not signed in"),
        ({"expiresAt": "2026-11-22T11:00:00Z"}, True, "expired"),
        ({"expiresAt": "2026-11-22T13:30:00Z"}, False, "signed in until 2026-11-22 13:30 UTC"),
        ({"expiresAt": "2026-11-22T13:30:00UTC"}, True, "expired"),
        ({"expiresAt": "2026-11-22T11:00:00Z", "refreshToken": "r", "registrationExpiresAt": "2027-01-01T00:00:00Z"},
         False, "signed in"),
        ({"expiresAt": "2026-11-22T11:00:00Z", "refreshToken": "r", "registrationExpiresAt": "2026-01-01T00:00:00Z"},
         True, "expired"),
    ],
)  # fmt: skip
def test_sso_sessions_and_their_expiry(tmp_path: Path, token: dict[str, str], expired: bool, state: str) -> None:
    put(tmp_path / ".aws" / "config", CONFIG)
    if token:
        session(tmp_path, "acme", **token)
    seen = found(tmp_path)
    for name in ("corp", "via"):
        profile = seen.profile(name)
        assert profile is not None
        assert profile.sso_profile == "corp"
        assert profile.expired(NOW) is expired
        assert profile.state(NOW).endswith(state)


def test_a_legacy_sso_profile_is_cached_by_its_start_url(tmp_path: Path) -> None:
    put(tmp_path / ".aws" / "config", CONFIG)
    session(tmp_path, "https://old.awsapps.com/start", expiresAt="2026-11-22T13:00:00Z")
    profile = found(tmp_path).profile("old")
    assert profile is not None
    assert not profile.expired(NOW)


def test_moved_aws_files(tmp_path: Path) -> None:
    config = put(tmp_path / "elsewhere" / "c", "[profile moved]\nregion = us-west-2\n")
    put(tmp_path / "elsewhere" / "k", "[mine]\naws_access_key_id = A\n")
    put(tmp_path / ".aws" / "config", CONFIG)
    seen = found(tmp_path, AWS_CONFIG_FILE=str(config), AWS_SHARED_CREDENTIALS_FILE="~/elsewhere/k")
    assert [one.name for one in seen.aws] == ["moved", "mine"]


def test_gcloud_configurations_and_user_credentials(tmp_path: Path) -> None:
    gcloud = tmp_path / ".config" / "gcloud"
    put(gcloud / "configurations" / "config_default", "[core]\naccount = a@x\nproject = one-project\n")
    put(gcloud / "configurations" / "config_work", "[core]\naccount = b@x\nproject = two-project\n")
    put(gcloud / "active_config", "work\n")
    put(gcloud / "application_default_credentials.json", {"type": "authorized_user", "quota_project_id": "pays-it"})
    seen = found(tmp_path)
    assert [(one.name, one.active) for one in seen.configurations] == [("work", True), ("default", False)]
    assert (seen.adc.state, seen.adc.quota_project, seen.adc.named) == ("user", "pays-it", False)
    assert seen.projects == ("two-project", "one-project", "pays-it")


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ({"type": "service_account", "project_id": "p"}, "service-account"),
        ({"type": "external_account"}, "external"),
        ({"type": "impersonated_service_account"}, "impersonated"),
        ({"type": "what"}, "unreadable"),
        ({"type": "what", "client_email": "a@x", "private_key": "k"}, "service-account"),
        ({"type": ["what"], "client_email": "a@x", "private_key": "k"}, "service-account"),
        ({"client_email": "a@x", "private_key": "k"}, "service-account"),
        ({"client_email": "a@x"}, "unreadable"),
        ("junk", "unreadable"),
        (None, "missing"),
    ],
)
def test_named_credentials(tmp_path: Path, content: str | dict[str, object] | None, state: str) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        put(file, content)
    adc = found(tmp_path, GOOGLE_APPLICATION_CREDENTIALS=str(file)).adc
    assert (adc.state, adc.named) == (state, True)


def test_address_distinguishes_a_gateway_from_anthropic(tmp_path: Path) -> None:
    key = {"ANTHROPIC_AUTH_TOKEN": "token"}
    assert "gateway" not in found(tmp_path, **key).keys
    seen = found(tmp_path, ANTHROPIC_BASE_URL="https://gateway.example.test", **key)
    assert seen.keys == {"gateway": "env:ANTHROPIC_AUTH_TOKEN"}
    assert [(chosen.surface, chosen.answers) for chosen in seen.selections] == [
        ("gateway", {"base_url": "https://gateway.example.test"})
    ]


def test_keys_are_references_and_no_value_is_kept(tmp_path: Path) -> None:
    login = {"accessToken": "sk-ant-oat01-x", "refreshToken": "sk-ant-ort01-x", "expiresAt": 1_795_000_000_000,
             "scopes": ["user:inference"],
             "subscriptionType": "max", "rateLimitTier": "default_claude_max_20x"}  # fmt: skip
    put(tmp_path / "claude" / ".credentials.json", {"claudeAiOauth": login})
    keys = {"ANTHROPIC_API_KEY": "sk-ant-api03-x", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx", "AWS_ACCESS_KEY_ID": "AKIAx"}
    seen = found(tmp_path, CLAUDE_CONFIG_DIR=str(tmp_path / "claude"), **keys)
    bearer = "env:AWS_BEARER_TOKEN_BEDROCK"
    assert seen.keys == {"api-key": "env:ANTHROPIC_API_KEY", "bedrock": bearer, "mantle": bearer}
    assert seen.login is not None
    assert (seen.login.plan, seen.login.renews) == ("max-20x", True)
    assert seen.aws_environment == {"AWS_ACCESS_KEY_ID": "set"}
    for secret in ("sk-ant", "ABSKx", "AKIAx"):
        assert secret not in repr(seen)


def test_what_the_settings_select(tmp_path: Path) -> None:
    env = {"CLAUDE_CODE_USE_BEDROCK": 1, "AWS_REGION": "eu-west-1", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx"}
    put(tmp_path / ".claude" / "settings.json", {"env": env})
    seen = found(tmp_path, CLAUDE_CODE_USE_VERTEX="1", CLOUD_ML_REGION="us")
    assert [one.surface for one in seen.selections] == ["bedrock", "vertex"]
    assert seen.answer("bedrock", "region") == "eu-west-1"
    assert seen.answer("vertex", "location") == "us"
    assert "ABSKx" not in repr(seen)


@pytest.mark.parametrize(("flag", "selected"), [("on", ["bedrock"]), ("0", []), ("2", []), ("", [])])
def test_a_flag_is_on_where_the_client_takes_it_for_on(tmp_path: Path, flag: str, selected: list[str]) -> None:
    seen = found(tmp_path, CLAUDE_CODE_USE_BEDROCK=flag, AWS_REGION="eu-west-1")
    assert [one.surface for one in seen.selections] == selected


def test_junk_everywhere_is_notes(tmp_path: Path) -> None:
    junk = (b"\xff\xfe\x00", b"[unclosed\nno = section", b"[" * 100_000, b"", b"[]", b'{"claudeAiOauth": []}')
    names = (".aws/config", ".aws/credentials", ".config/gcloud/active_config", ".claude/settings.json",
             ".config/gcloud/configurations/config_default", ".claude/.credentials.json",
             ".config/gcloud/application_default_credentials.json")  # fmt: skip
    for content in junk:
        for name in names:
            put(tmp_path / name, content)
        assert found(tmp_path).aws == ()
    for name in names:
        (tmp_path / name).unlink()
        os.mkfifo(tmp_path / name)
    (tmp_path / ".claude" / "settings.json").unlink()  # the settings' own reader is another matter
    assert found(tmp_path).notes
