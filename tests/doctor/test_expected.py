"""Account, project and organization in `[expect]`: compared, or reported as not compared, on every surface."""

import json
from collections.abc import Mapping

import pytest

from ccsetup.lab.lab import Lab
from tests.support.priced_world import OPUS, here, lab, refused, running
from tests.support.program import Program

__all__ = ["here", "lab", "running"]
PLACES: Mapping[str, Mapping[str, str]] = {
    "api-key": {"key": "env:LAB_KEY"},
    "gateway": {"base_url": "@LAB", "auth_token": "env:LAB_KEY"},
    "bedrock": {"aws_profile": "my-prod", "region": "us-east-1", "models.opus": OPUS},
    "mantle": {"aws_profile": "my-prod", "region": "us-east-1"},
    "claude-aws": {"aws_profile": "my-prod", "region": "us-east-1", "workspace": "wrkspc_01LAB"},
    "claude-gcp": {"project": "acme-ml", "workspace": "wrkspc_01LAB"},
    "vertex": {"project": "acme-ml", "location": "global"},
    "foundry": {"resource": "acme-foundry", "key": "env:LAB_KEY"},
}
MEANT = {
    "account": ("bedrock", "mantle", "claude-aws"),
    "project": ("vertex", "claude-gcp"),
    "organization": ("api-key",),
}


def judged(here: Program, lab: Lab, surface: str, *flags: str, **more: str) -> tuple[str, list[str]]:
    given = {name: value.replace("@LAB", lab.url) for name, value in {**PLACES[surface], **more}.items()}
    here.init("p", surface, **given)
    done = here.run("doctor", "p", "--json", *flags)
    (found,) = json.loads(done.out)["profiles"]
    return found["verdict"], [one["check"] for one in found["findings"]]


@pytest.mark.parametrize("key", MEANT)
@pytest.mark.parametrize("surface", PLACES)
def test_guard_without_meaning_on_the_surface_is_unchecked(here: Program, lab: Lab, surface: str, key: str) -> None:
    verdict, found = judged(here, lab, surface, **{f"expect.{key}": "111111111111"})
    assert ("expect-unchecked" in found) is (surface not in MEANT[key]), found
    assert verdict not in ("ok", "warning")


def test_project_of_the_claude_platform_is_compared(here: Program, lab: Lab) -> None:
    assert "gcp-project-mismatch" in judged(here, lab, "claude-gcp", **{"expect.project": "acme-web"})[1]


def test_project_id_is_compared_with_its_number(here: Program, lab: Lab) -> None:
    number = next(one.number for one in lab.world.google.project if one.id == "acme-ml")
    assert "expect-unchecked" not in judged(here, lab, "vertex", **{"expect.project": number})[1]


def test_number_of_another_project_is_a_mismatch(here: Program, lab: Lab) -> None:
    assert "gcp-project-mismatch" in judged(here, lab, "vertex", **{"expect.project": "123456789012"})[1]


def test_number_that_google_does_not_tell_is_unchecked(here: Program, lab: Lab) -> None:
    refused(lab, "GetProject")
    verdict, found = judged(here, lab, "vertex", **{"expect.project": "123456789012"})
    assert (verdict, "expect-unchecked" in found) == ("unknown", True)


def test_bedrock_key_tells_no_account(here: Program, lab: Lab) -> None:
    more = {"bearer_token": "env:LAB_BEARER", "expect.account": "123456789012"}
    given = {name: value for name, value in PLACES["bedrock"].items() if name != "aws_profile"}
    here.init("p", "bedrock", **given, **more)
    (found,) = json.loads(here.run("doctor", "p", "--json").out)["profiles"]
    assert "expect-unchecked" in [one["check"] for one in found["findings"]]
    assert found["verdict"] == "unknown"
