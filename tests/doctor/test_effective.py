"""Doctor's requests use the environment that Claude Code ends up with: settings layers over the shell."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.lab import Lab
from tests.support.examined import a_profile, examined, slugs

KEYS = {"AWS_ACCESS_KEY_ID": "AKIALABSANDBOX000000", "AWS_SECRET_ACCESS_KEY": "lab-secret"}


@dataclass(frozen=True)
class Case:
    """Settings files, the shell, and the account and verdict that follow; None if the account is not known."""

    account: str | None
    files: Mapping[str, object] = field(default_factory=dict)
    shell: Mapping[str, str] = field(default_factory=dict)


def env(**variables: str) -> dict[str, Any]:
    return {"env": variables}


USER, PROJECT, LOCAL, STATE = (
    ".claude/settings.json", "work/.claude/settings.json", "work/.claude/settings.local.json", ".claude.json",
)  # fmt: skip
CASES = {
    "shell": Case("prod", shell={"AWS_PROFILE": "my-prod"}),
    "user": Case("sandbox", {USER: env(AWS_PROFILE="sandbox")}, {"AWS_PROFILE": "my-prod"}),
    "state": Case("sandbox", {STATE: env(AWS_PROFILE="sandbox")}, {"AWS_PROFILE": "my-prod"}),
    "user-beats-state": Case("sandbox", {STATE: env(AWS_PROFILE="my-prod"), USER: env(AWS_PROFILE="sandbox")}),
    "project-beats-user": Case("sandbox", {PROJECT: env(AWS_PROFILE="sandbox"), USER: env(AWS_PROFILE="my-prod")}),
    "local-beats-project": Case("sandbox", {LOCAL: env(AWS_PROFILE="sandbox"), PROJECT: env(AWS_PROFILE="my-prod")}),
    "keys": Case("sandbox", {USER: env(**KEYS)}),
    "credentials-file": Case(
        "sandbox", {USER: env(AWS_SHARED_CREDENTIALS_FILE="@HOME/other", AWS_PROFILE="x")}, {"AWS_PROFILE": "my-prod"}
    ),
    "export": Case("prod", {USER: {"awsCredentialExport": "cat @HOME/export"}}, {"AWS_PROFILE": "sandbox"}),
    "export-fails": Case("sandbox", {USER: {"awsCredentialExport": "false"}}, {"AWS_PROFILE": "sandbox"}),
    "export-of-project": Case(None, {PROJECT: {"awsCredentialExport": "touch @HOME/ran; cat @HOME/export"}}),
    "export-of-local": Case(None, {LOCAL: {"awsCredentialExport": "touch @HOME/ran"}}, {"AWS_PROFILE": "my-prod"}),
    "proxy-of-project": Case("prod", {PROJECT: env(HTTP_PROXY="http://127.0.0.1:9")}, {"AWS_PROFILE": "my-prod"}),
    "host-of-local": Case("prod", {LOCAL: env(AWS_ENDPOINT_URL="http://127.0.0.1:9")}, {"AWS_PROFILE": "my-prod"}),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


@pytest.mark.parametrize("name", CASES)
def test_identity_is_that_of_the_layers(name: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    work = tmp_path / "work"
    work.mkdir()
    environment = {**lab.environment(tmp_path), **case.shell}
    keys = {one.name: one for one in lab.world.aws.identity}
    sandbox = keys["sandbox"]
    role = keys["eu-sso"]
    export = {"AccessKeyId": role.key, "SecretAccessKey": role.secret, "SessionToken": role.token}
    (tmp_path / "export").write_text(json.dumps({"Credentials": export}))
    (tmp_path / "other").write_text(
        f"[x]\naws_access_key_id = {sandbox.key}\naws_secret_access_key = {sandbox.secret}\n"
    )
    for path, content in case.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content).replace("@HOME", str(tmp_path)).replace(KEYS["AWS_ACCESS_KEY_ID"], sandbox.key)
        file.write_text(text.replace("lab-secret", sandbox.secret))
    monkeypatch.setenv("AWS_ENDPOINT_URL", lab.url)  # boto3 reads it itself
    profile = a_profile("bedrock", set={"region": "us-east-1"}, expect={"account": keys["my-prod"].account})
    report = examined(tmp_path, environment, {"p": profile}, cwd=work)["p"]
    wanted = {"prod": "ok", "sandbox": "error", None: "unknown"}[case.account]
    assert ("aws-account-unexpected" in slugs(report, "error")) == (case.account == "sandbox"), report
    assert (report.verdict == "unknown") == (wanted == "unknown"), report
    assert not (tmp_path / "ran").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["cat", "read answer; echo {}", "sleep 30"])
def test_program_that_waits_is_unknown(command: str, lab: Lab, tmp_path: Path) -> None:
    environment = {**lab.environment(tmp_path), "AWS_PROFILE": "slow"}
    with (tmp_path / ".aws" / "config").open("a") as file:
        file.write(f"[profile slow]\ncredential_process = {command}\n")
    report = examined(tmp_path, environment, {"p": a_profile("bedrock", set={"region": "us-east-1"})})["p"]
    assert slugs(report, "error", "warning")[0] == "aws-credential-process-slow"
    assert report.verdict == "unknown"
