"""The lab for tests: one running lab a module, homes that point at it, and SDK clients without retries."""

import datetime
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ccsetup.lab.lab import Lab

AWS_FOLDER = Path(__file__).parents[1] / "awscli" / ".venv"
Client = Any
"""boto3 and google-auth bring no types."""
PROFILE = "us.anthropic.claude-opus-5-5"


def aws_client(lab: Lab, service: str, region: str = "us-east-1", name: str = "my-prod", **more: object) -> Client:
    """A boto3 client with the keys of the world's identity `name`, one attempt a call."""
    identity = next(one for one in lab.world.aws.identity if one.name == name)
    session = boto3.Session(
        aws_access_key_id=identity.key,
        aws_secret_access_key=identity.secret,
        aws_session_token=identity.token or None,
        region_name=region,
    )
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=5)
    made: Client = session.client
    return made(service, **{"endpoint_url": lab.url, "config": config, **more})


def find_aws() -> Path | None:
    """The real `aws` command: of tests/awscli/.venv, or what CCSETUP_TEST_AWS names."""
    places = (os.environ.get("CCSETUP_TEST_AWS", ""), str(AWS_FOLDER / "bin" / "aws"))
    return next((Path(found) for place in places if place and (found := shutil.which(place))), None)


def run_aws(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `aws` in `environment` alone. Without the command the test is skipped, or fails where `CI` is `true`."""
    aws = find_aws()
    if aws is None:
        message = f"awscli is not installed in {AWS_FOLDER}: python3 -m venv it, and pip install awscli there"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return subprocess.run(
        [aws, *arguments],
        env={"PATH": os.defpath, "AWS_MAX_ATTEMPTS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def now() -> datetime.datetime:
    """The lab's day, for what is asked in-process."""
    return datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
