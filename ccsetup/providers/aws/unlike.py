"""Where botocore, and so `aws`, reads the AWS files differently from Claude Code. No value of a file is returned."""

import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccsetup.providers.aws import sources
from ccsetup.providers.aws.client_files import AwsFiles, IniFile, Values

_KEYS = (
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region", "role_arn", "source_profile",
    "credential_source", "credential_process", "web_identity_token_file", "login_session", "sso_session",
    "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
)  # fmt: skip
_AFTER_ROLE: tuple[tuple[str, sources.Kind], ...] = (
    ("sso_account_id", "sso"),
    ("sso_role_name", "sso"),
    ("aws_access_key_id", "keys"),
    ("login_session", "login"),
    ("credential_process", "process"),
)
_LINE = re.compile(r"\s*(\w+)\s*([=:])")


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that the two read differently; `serious` if Claude Code loses a value there."""

    path: Path
    line: int
    what: str
    serious: bool = False


def differences(files: AwsFiles, profile: str) -> Iterator[Difference]:
    """Yield what prevents botocore from reading a file, and the profile's keys that only one of them reads alike."""
    for file, headings in ((files.config, (f"profile.{profile}", profile)), (files.credentials, (profile,))):
        if problem := _refusal(file):
            yield problem
        yield from _keys(file, headings)


def aws_kind(values: Values) -> sources.Kind:
    """Return the kind of credentials that botocore would use of a profile with these values."""
    if "role_arn" in values:
        return "web" if "web_identity_token_file" in values else "role"
    return next((kind for key, kind in _AFTER_ROLE if key in values), "none")


def _refusal(file: IniFile) -> Difference | None:
    """Return what makes botocore refuse the whole file; None if it reads it."""
    if file.text.startswith("\ufeff"):
        return Difference(file.path, 1, "a byte order mark")
    if "\ufffd" in file.text:
        return Difference(file.path, 1 + file.text[: file.text.index("\ufffd")].count("\n"), "bytes that are not UTF-8")
    line, what = 0, ""
    try:
        configparser.RawConfigParser().read_string(file.text)
    except configparser.MissingSectionHeaderError as error:
        line, what = error.lineno, "text before the first section"
    except configparser.DuplicateSectionError as error:
        line, what = error.lineno or 1, "a duplicate section"
    except configparser.DuplicateOptionError as error:
        line, what = error.lineno or 1, "a duplicate key"
    except configparser.ParsingError as error:
        line, what = error.errors[0][0], "a line without ="
    except configparser.Error:
        line, what = 1, "the file"
    return Difference(file.path, line, what) if what else None


def _keys(file: IniFile, headings: tuple[str, ...]) -> Iterator[Difference]:
    """Yield the lines of these sections whose key or value botocore reads differently."""
    own = False
    headers = {header.line: header.section for header in file.headers}
    for number, line in enumerate(file.text.split("\n"), 1):
        own = headers.get(number, "") in headings if number in headers else own
        match = _LINE.match(line)
        if not own or match is None or match[1].lower() not in _KEYS:
            continue
        if match[2] == ":":
            yield Difference(file.path, number, f"a colon after {match[1]}", serious=True)
        elif match[1] != match[1].lower():
            yield Difference(file.path, number, f"capital letters in {match[1]}", serious=True)
        elif re.search(r"\s[#;]", line[match.end() :]):
            yield Difference(file.path, number, f"a comment after {match[1]}")
