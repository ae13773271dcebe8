"""A region in ~/.aws/config that Claude Code cannot use: it goes to us-east-1 instead, as seen on 2.1.332."""

import json

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program

CONFIG = """[profile dev]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
region = {region}
"""
DEV = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}


def set_region(here: Program, region: str) -> None:
    config = here.home / ".aws" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text(CONFIG.format(region=region))


@pytest.mark.parametrize("region", ["us east", "US_EAST", "a", "eu-west-1/"])
def test_region_that_the_client_does_not_use_is_a_warning(here: Program, lab: Lab, region: str) -> None:
    set_region(here, region)
    around = {**DEV, "AWS_CONFIG_FILE": str(here.home / ".aws" / "config")}
    assert json.loads(here.run("status", "--json", environment=around).out)["place"] == "us-east-1"
    [one] = json.loads(here.run("doctor", "--here", "--json", environment=around).out)["profiles"]
    found = [(finding["check"], finding["severity"]) for finding in one["findings"]]
    assert ("aws-region-invalid", "warning") in found, found
    assert ("aws-region-invalid", "error") not in found
    assert "internal error" not in json.dumps(one)


def test_region_that_a_variable_beats_is_not_named(here: Program, lab: Lab) -> None:
    set_region(here, "US_EAST")
    around = {**DEV, "AWS_REGION": "eu-west-1", "AWS_CONFIG_FILE": str(here.home / ".aws" / "config")}
    done = here.run("doctor", "--here", environment=around)
    assert "US_EAST" not in done.out + done.err
