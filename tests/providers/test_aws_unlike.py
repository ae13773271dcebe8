"""Where `aws` reads the AWS files differently from Claude Code, with file and line."""

from pathlib import Path

import pytest

from ccsetup.providers.aws import client_files, sources, unlike

KEYS = "aws_access_key_id = AKIAX\naws_secret_access_key = s\n"
SSO = "sso_session = s\nsso_account_id = 1\nsso_role_name = r\n"


def write(home: Path, config: str, credentials: str) -> client_files.AwsFiles:
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_bytes(config.encode("utf-8", "surrogateescape"))
    (home / ".aws" / "credentials").write_bytes(credentials.encode("utf-8", "surrogateescape"))
    return client_files.read_files({}, home)


@pytest.mark.parametrize(
    ("config", "credentials", "wanted"),
    [
        ("\ufeff[profile dev]\n", "", [("config", 1, "a byte order mark")]),
        ("[profile dev]\nx = \udcff\n", "", [("config", 2, "bytes that are not UTF-8")]),
        ("x = 1\n[profile dev]\n", "", [("config", 1, "text before the first section")]),
        ("", f"[dev]\n{KEYS}[dev]\n", [("credentials", 4, "a duplicate section")]),
        ("", "[dev]\nregion = a\nregion = b\n", [("credentials", 3, "a duplicate key")]),
        ("", "[dev]\nnonsense\n", [("credentials", 2, "a line without =")]),
        ("", "[dev]\naws_access_key_id: A\n", [("credentials", 2, "a colon after aws_access_key_id")]),
        ("", "[dev]\nRegion = a\n", [("credentials", 2, "capital letters in Region")]),
        ("[profile dev]\nsso_region = a ; hub\n", "", [("config", 2, "a comment after sso_region")]),
        ("[profile dev]\nregion = a\t# hub\n", "", [("config", 2, "a comment after region")]),
        ("[profile dev]\nregion = a\n", f"[dev]\n{KEYS}", []),
        ("[profile other]\nregion = a # x\n", "", []),
    ],
)
def test_differences_have_file_and_line(
    tmp_path: Path, config: str, credentials: str, wanted: list[tuple[str, int, str]]
) -> None:
    files = write(tmp_path, config, credentials)
    assert [(one.path.name, one.line, one.what) for one in unlike.differences(files, "dev")] == wanted


@pytest.mark.parametrize(
    ("values", "client", "aws"),
    [
        (SSO + KEYS, "keys", "sso"),
        ("credential_process = x\n" + SSO, "process", "sso"),
        ("credential_process = x\nlogin_session = y\n", "process", "login"),
        ("role_arn = x\n" + KEYS, "keys", "role"),
        (KEYS, "keys", "keys"),
    ],
)
def test_two_orders_of_sources(tmp_path: Path, values: str, client: str, aws: str) -> None:
    files = write(tmp_path, f"[profile dev]\n{values}", "")
    assert sources.chain(files.profiles, "dev")[0].kind == client
    assert unlike.aws_kind(files.profiles["dev"]) == aws
