"""What botocore itself says of broken AWS files, and the lab of broken rights, is known by the right page."""

import os
from pathlib import Path

import pytest

from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from ccsetup.providers.access import Failed
from ccsetup.providers.listing import list_models
from tests.providers.test_clouds import access

CONFIGS = {
    "missing profile": ("[profile other]\nregion = us-east-1\n", "aws-profile-missing"),
    "no source": ("[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = gone\n", "aws-config-invalid"),
    "empty source": (
        "[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = q\n[profile q]\nregion = us-east-1\n",
        "aws-config-invalid",
    ),
    "circle": (
        "[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = q\n"
        "[profile q]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = p\n",
        "aws-config-invalid",
    ),
    "no sso-session": (
        "[profile p]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = r\n",
        "aws-config-invalid",
    ),
    "no configuration at all": ("[profile p\nregion", "aws-profile-missing"),
    "nothing to sign in with": ("[profile p]\nregion = us-east-1\n", "aws-credentials-missing"),
    "half an sso": ("[profile p]\nsso_start_url = https://x\nsso_region = us-east-1\n", "aws-config-invalid"),
    "half a key": ("[profile p]\naws_access_key_id = AKIAX\n", "aws-credentials-partial"),
    "not signed in": (
        "[profile p]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"
        "[sso-session corp]\nsso_start_url = https://x\nsso_region = us-east-1\n",
        "aws-sso-expired",
    ),
    "legacy sso, not signed in": (
        "[profile p]\nsso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r\n",
        "aws-sso-expired",
    ),
    "program gone": ("[profile p]\ncredential_process = /gone/login\n", "aws-credential-process-failed"),
    "program fails": ("[profile p]\ncredential_process = false\n", "aws-credential-process-failed"),
    "program prints no JSON": ("[profile p]\ncredential_process = echo hi\n", "aws-credential-process-failed"),
    "token file gone": (
        "[profile p]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /gone/token\n",
        "aws-credential-process-failed",
    ),
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def refused(home: Path, region: str = "us-east-1", **env: str) -> Failed:
    answers = {"region": region, "aws_profile": "p"}
    with pytest.raises(Failed) as caught:
        list_models(access(home, "bedrock", answers, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", **env}))
    return caught.value


@pytest.mark.parametrize("name", list(CONFIGS))
def test_a_broken_aws_profile_is_known(tmp_path: Path, name: str) -> None:
    text, slug = CONFIGS[name]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(text)
    assert refused(tmp_path).finding.check == slug


@pytest.mark.parametrize(
    ("region", "env", "slug"),
    [
        ("us_east_1!", {}, "aws-region-invalid"),
        ("us-east-1", {"AWS_ENDPOINT_URL": "localhost:4566"}, "endpoint-unreachable"),
    ],
)
def test_a_broken_setting_is_known(tmp_path: Path, region: str, env: dict[str, str], slug: str) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile p]\naws_access_key_id = A\naws_secret_access_key = B\n")
    assert refused(tmp_path, region, **env).finding.check == slug


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK"])
def test_an_endpoint_that_nobody_serves_is_named_and_not_awss_host(tmp_path: Path, variable: str) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile p]\naws_access_key_id = A\naws_secret_access_key = B\n")
    found = refused(tmp_path, **{variable: "http://127.0.0.1:9/path"}).finding
    assert (found.check, found.facts["host"]) == ("endpoint-unreachable", "127.0.0.1:9")


def test_a_denial_comes_through_the_sdk_with_its_parts(tmp_path: Path) -> None:
    said = (
        "User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: bedrock:InvokeModel on "
        "resource: arn:aws:bedrock:eu-north-1::foundation-model/anthropic.claude-opus-5-5 with an explicit deny in a "
        "service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1"
    )
    with Lab(tls=True) as lab:
        lab.environment(tmp_path)
        lab.inject(Fault.from_specimen("bedrock", 403, "AccessDeniedException", said))
        answers = {"region": "us-east-1", "aws_profile": "my-prod"}
        with pytest.raises(Failed) as caught:
            list_models(access(tmp_path, "bedrock", answers, {"ANTHROPIC_BEDROCK_BASE_URL": lab.url}))
    found = caught.value.finding
    assert found.check == "bedrock-scp-denied"
    assert (found.facts["denied_region"], found.facts["identity_name"]) == ("eu-north-1", "dev")
    assert found.facts["policy_arn"].endswith("/p-1")
