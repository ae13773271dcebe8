"""Who signs with AWS credentials: what ccsetup finds is what the real client signs with."""

import datetime
import os
from pathlib import Path

import pytest

from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.aws import session
from ccsetup.trace.recorder.server import Recorder
from tests.providers.aws_cases import CASES, AwsCase
from tests.support.client_runner import require_client, run_client
from tests.support.selection import examples

_QUICK = ("bom-credentials", "keys-before-sso", "process-tilde", "login", "half-environment",
          "sso-session-utc", "odd-mode-role")  # fmt: skip


def _furnish(case: AwsCase, home: Path) -> dict[str, str]:
    """Lay the case's files out and return its environment."""
    for name, content in {".aws/config": case.config, ".aws/credentials": case.credentials, **case.files}.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, bytes) else content.replace("@HOME/", f"{home}/").encode()
        file.write_bytes(text)
        if name.startswith("bin/"):
            file.chmod(0o700)
    return {
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **{name: value.replace("@HOME/", f"{home}/") for name, value in case.environment.items()},
    }


def _found(environment: dict[str, str], home: Path) -> str | None:
    access = Access(
        "p",
        Profile(1, "bedrock", set={"region": "us-east-1"}),
        {},
        {"PATH": os.environ["PATH"], **environment, "HOME": str(home)},
        home,
        datetime.datetime.now(datetime.UTC),
    )
    try:
        return str(session.read_keys(access, "us-east-1", "bedrock").access_key)
    except Failed:
        return None


@pytest.mark.parametrize("name", CASES)
def test_credentials_are_those_of_the_client(name: str, tmp_path: Path) -> None:
    environment = _furnish(CASES[name], tmp_path)
    before = _snapshot(tmp_path)
    with Recorder() as recorder:
        assert _found({**environment, **recorder.proxied}, tmp_path) == CASES[name].signer
    assert _snapshot(tmp_path) == before


@pytest.mark.parametrize("name", examples(CASES, *_QUICK))
def test_client_signs_as_recorded(name: str, tmp_path: Path) -> None:
    require_client()
    environment = _furnish(CASES[name], tmp_path)
    with Recorder() as recorder:
        given = {**environment, **recorder.proxied, "CLAUDE_CODE_USE_BEDROCK": "1", "NO_PROXY": ""}
        run_client("claude -p hello", home=tmp_path, cwd=tmp_path, environment=given)
        signers = {request.identity for request in recorder.inference}
    assert signers == ({CASES[name].signer} - {None})


def _snapshot(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
