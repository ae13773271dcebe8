"""Findings name where the AWS credentials come from, and no command names an AWS profile that is not in play."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.warm import Warm

BAD = {"AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000", "AWS_SECRET_ACCESS_KEY": "wrong"}
EXPIRED = {
    "AWS_ACCESS_KEY_ID": "ASIALABSTALE00000000",
    "AWS_SECRET_ACCESS_KEY": "lab-secret-stale",
    "AWS_SESSION_TOKEN": "lab-session-stale",
}
WEAK = {"AWS_ACCESS_KEY_ID": "AKIALABEVE0000000000", "AWS_SECRET_ACCESS_KEY": "lab-secret-eve"}
HALF = {"AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000"}
SET_UPS: Mapping[str, tuple[Mapping[str, str], str, str]] = {
    "keys in the environment": (BAD, "aws-key-invalid", "the environment"),
    "expired keys in the environment": (EXPIRED, "aws-token-expired", "the environment"),
    "half a key in the environment": (HALF, "aws-credentials-partial", ""),
    "nothing at all": ({}, "aws-credentials-missing", "this machine"),
    "a container's role without credentials": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/none"},
        "aws-credential-process-failed",
        "the container's role",
    ),
}


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    around = lab.environment(home)
    for name in ("config", "credentials"):
        (home / ".aws" / name).unlink()
    return Warm(home, around)


@pytest.mark.parametrize("name", SET_UPS)
def test_no_aws_profile_is_named_where_none_is_in_play(here: Program, name: str) -> None:
    variables, check, signer = SET_UPS[name]
    here.init("p", "bedrock", region="us-east-1")
    done = here.run("doctor", "p", "--json", environment={**here.environment, **variables})
    (report,) = json.loads(done.out)["profiles"]
    finding = next(one for one in report["findings"] if one["check"] == check)
    assert signer in finding["title"]
    commands = [command for one in report["findings"] for command in one["remedy"]["commands"]]
    assert commands
    assert not [command for command in commands if "--profile" in command or "sso login" in command]


def test_default_profile_with_a_region_alone_does_not_sign(here: Program) -> None:
    (here.home / ".aws" / "config").write_text("[default]\nregion = us-east-1\n")
    here.init("p", "bedrock", region="us-east-1")
    container = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/none"}
    done = here.run("doctor", "p", "--json", environment={**here.environment, **container})
    (report,) = json.loads(done.out)["profiles"]
    titles = [one["title"] for one in report["findings"] if one["check"] == "aws-credential-process-failed"]
    assert "the container's role" in titles[0]


@pytest.mark.parametrize(("aws_profile", "variables"), [("default", {}), ("dev", BAD), ("dev.two", {})])
def test_the_aws_profile_that_signs_is_named(here: Program, aws_profile: str, variables: Mapping[str, str]) -> None:
    keys = f"[{aws_profile}]\naws_access_key_id = AKIANOBODY0000000000\naws_secret_access_key = wrong\n"
    (here.home / ".aws" / "credentials").write_text(keys)
    here.init("p", "bedrock", region="us-east-1", **({} if aws_profile == "default" else {"aws_profile": aws_profile}))
    done = here.run("doctor", "p", "--json", environment={**here.environment, **variables})
    (report,) = json.loads(done.out)["profiles"]
    finding = next(one for one in report["findings"] if one["check"] == report["root"])
    assert (finding["check"], f"AWS profile {aws_profile}" in finding["title"]) == ("aws-key-invalid", True)

    assert all(f"--profile {aws_profile}" in command for command in finding["remedy"]["commands"])
