"""Look-ups that a provider refuses for a reason of their own: how often it is asked, and what no longer exists."""

import pytest

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.program import Program

DELETED = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/2kbsta0lgone"


@pytest.mark.parametrize(
    ("surface", "answers", "fault"),
    [
        (
            "bedrock",
            {"aws_profile": "my-prod", "region": "us-east-1"},
            Fault(Error(429, "ThrottlingException", "Too many requests, please wait"), service="bedrock"),
        ),
        (
            "vertex",
            {"project": "acme-ml", "location": "global"},
            Fault(Error(429, "RESOURCE_EXHAUSTED", "Quota exceeded"), service="aiplatform"),
        ),
    ],
)
def test_throttled_listing_is_no_matter_of_a_model_quota(
    here: Program, lab: Lab, surface: str, answers: dict[str, str], fault: Fault
) -> None:
    lab.inject(fault)
    given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    done = here.run("init", "x", "--surface", surface, *given, "--yes")
    assert "ccsetup explain look-ups-throttled" in done.err, done.err


def test_deleted_application_profile_is_named_as_gone(here: Program) -> None:
    here.init("b", "bedrock", aws_profile="my-prod", region="us-east-1", **{"models.opus": DELETED})
    done = here.run("policy", "b")
    assert "ccsetup explain model-gone" in done.err, done.err
