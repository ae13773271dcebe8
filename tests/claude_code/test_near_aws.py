"""Near misses in the AWS files, of their names, and of AWS variables are named."""

from pathlib import Path

import pytest

from ccsetup.claude_code import near_aws
from ccsetup.providers.aws import client_files

NEAR_SECTIONS = (
    "[profile-dev]", "[profile_dev]", "[profile:dev]", "[profile=dev]", "[Profile dev]", "[PROFILE DEV]",
    "[profiles dev]", "[proflie dev]", "[profil dev]", "[profile\tdev ]", "[[profile dev]]", "[profile dev",
    "[profile 'dev]", "[ profile dev ]", "[profiledev]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("config", "credentials", "wanted"),
    [
        ("[dev]\n", "", "write [profile dev]"),
        ("[profile Dev]\n", "", "write [profile dev]"),
        ("[profile  dev]\n", "", "write [profile dev]"),
        ("", "[profile dev]\n", "write [dev]"),
        ("", "[Dev]\n", "write [dev]"),
        ("", '["dev"]\n', "write [dev]"),
        ("[profile other]\n", "[another]\n", None),
        ("[profile dev]\nregion = us-east-1\n[Dev]\n", "", None),
        *((f"{header}\nregion = us-east-1\n", "", "write [profile dev]") for header in NEAR_SECTIONS),
        ("[dev]\nregion = us-east-1\n", "[dev]\naws_access_key_id = A\n", "write [profile dev]"),
        ("[profile dev]\nregion = us-east-1\n", "[profile dev]\naws_access_key_id = A\n", "write [dev]"),
        ("[profile dev]\nregion = us-east-1\n", "[Dev]\naws_access_key_id = A\n", None),
        ("[profile dev-2]\n[profile adev]\n[sso-session dev]\n[services dev]\n", "[developer]\n", None),
    ],
)
def test_near_misses_of_a_section_are_named(tmp_path: Path, config: str, credentials: str, wanted: str | None) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(config)
    (tmp_path / ".aws" / "credentials").write_text(credentials)
    files = client_files.read_files({}, tmp_path)
    assert [one.facts["wanted"] for one in near_aws.near_sections(files, "dev")] == ([wanted] if wanted else [])


def test_name_with_other_signs_is_near(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile my_prod]\nregion = us-east-1\n[profile MyProd]\n")
    found = near_aws.near_sections(client_files.read_files({}, tmp_path), "my-prod")
    assert [one.facts["name"] for one in found] == ["[profile my_prod]", "[profile MyProd]"]


def near(home: Path, files: dict[str, str], **environment: str) -> list[tuple[str, str]]:
    (home / ".aws").mkdir(exist_ok=True)
    for name, text in files.items():
        (home / ".aws" / name).write_text(text)
    found = near_aws.near_misses(client_files.read_files(environment, home), "dev", environment)
    return [(one.facts["name"], one.facts["wanted"]) for one in found]


@pytest.mark.parametrize(
    "name", ["credential", "credentials.txt", "Credentials", "credentials.ini", "crednetials", "credentials.bak"]
)
def test_near_name_of_the_credentials_file_is_named(tmp_path: Path, name: str) -> None:
    assert near(tmp_path, {name: "[dev]\n"}) == [("this file", "its name must be credentials")]
    assert near(tmp_path, {"credentials": "[dev]\n", "config.txt": ""}) == [("this file", "its name must be config")]


@pytest.mark.parametrize(
    "key",
    ["aws-access-key-id", "aws_acess_key_id", "access_key", "aws access key id", "Aws-Access-Key"],
)
def test_near_key_of_the_profile_is_named(tmp_path: Path, key: str) -> None:
    files = {
        "config": "[profile dev]\nregion = us-east-1\noutput = json\n",
        "credentials": f"[dev]\n{key} = A\n[x]\nsecret_key = s\n",
    }
    assert near(tmp_path, files) == [(key, "write aws_access_key_id")]


@pytest.mark.parametrize("name", ["AWS_PROFLE", "AWS_PROFILES", "AWS_PROFILE_NAME", "aws_profile", "AWS-PROFILE"])
def test_near_variable_of_aws_is_named(tmp_path: Path, name: str) -> None:
    files = {"config": "", "credentials": ""}
    assert near(tmp_path, files, **{name: "dev"}) == [(name, "the variable is AWS_PROFILE")]
    assert near(tmp_path, files, **{name: "dev", "AWS_PROFILE": "dev"}) == []
    assert (
        near(
            tmp_path, files, AWS_REGION="us-east-1", AWS_PAGER="less", AWS_MAX_ATTEMPTS="3", AWS_ROLE_SESSION_NAME="me"
        )
        == []
    )
