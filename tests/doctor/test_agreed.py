"""The guard of `[expect]`: regions and operator, in doctor and in drift, agreed, left, and not to be known."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ccsetup.lab.lab import Lab
from tests.support.priced_world import HAIKU, OPUS, SONNET, bedrock, here, lab, refused, running, vertex
from tests.support.program import Program

__all__ = ["here", "lab", "running"]
US = "us-east-1,us-east-2,us-west-2"
PINS = {"models.sonnet": SONNET, "models.haiku": HAIKU}


def pinned(here: Program, opus: str = OPUS, **expect: str) -> None:
    guards = {f"expect.{name}": value for name, value in expect.items()}
    bedrock(here, opus, SONNET, HAIKU, **guards)


def judged(here: Program, command: str, *flags: str) -> tuple[int, Mapping[str, Any]]:
    done = here.run(command, "--json", *flags)
    assert "Traceback" not in done.err, done.err
    (found,) = json.loads(done.out)["profiles"]
    return done.code, found


def guards(found: Mapping[str, Any]) -> dict[str, str]:
    wanted = ("destination-unexpected", "operator-unexpected", "expect-unchecked")
    return {one["check"]: one["title"] for one in found["findings"] if one["check"] in wanted}


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_agreed_regions_and_operator_pass(here: Program, command: str) -> None:
    pinned(here, regions=US, operator="aws")
    code, found = judged(here, command)
    assert guards(found) == {}
    assert found["verdict"] != "error"
    assert code in (0, 3)


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_region_that_was_not_agreed_is_an_error(here: Program, command: str) -> None:
    pinned(here, regions="us-east-1 us-east-2")
    code, found = judged(here, command)
    assert (code, found["verdict"]) == (1, "error")
    assert "us-west-2" in guards(found)["destination-unexpected"]


def test_accepting_todays_catalogue_does_not_agree_to_other_regions(here: Program) -> None:
    pinned(here, regions="us-east-1")
    assert judged(here, "drift", "--accept")[0] == 1
    assert judged(here, "drift")[0] == 1


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_global_profile_is_outside_of_every_list_without_global(here: Program, command: str) -> None:
    pinned(here, "global.anthropic.claude-opus-5-5", regions=US)
    assert "global" in guards(judged(here, command)[1])["destination-unexpected"]


def test_unpinned_tier_counts_with_what_claude_code_asks_for(here: Program) -> None:
    """Nothing is installed here: what the profile's own data says of the alias is what counts."""
    path = here.profiles / "b.toml"
    pinned(here, regions="us-west-2")
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("opus")))
    assert judged(here, "doctor")[1]["verdict"] == "error"


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_denied_listing_leaves_the_guard_unchecked(here: Program, lab: Lab, command: str) -> None:
    pinned(here, regions=US)
    refused(lab, "ListInferenceProfiles")
    code, found = judged(here, command)
    assert "expect-unchecked" in guards(found)
    assert found["verdict"] in ("unknown", "error")
    assert code in (1, 3)


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_location_of_vertex_counts(here: Program, command: str) -> None:
    vertex(here, "claude-opus-5-5", location="us", **{"expect.regions": "eu", "expect.operator": "google"})
    _, found = judged(here, command)
    assert "may be served from us" in guards(found)["destination-unexpected"]
    assert "operator-unexpected" not in guards(found)


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_another_operator_is_an_error(here: Program, command: str) -> None:
    here.init("key", "api-key", key="env:LAB_KEY", **{"expect.operator": "aws"})
    code, found = judged(here, command)
    assert (code, found["verdict"]) == (1, "error")
    assert "operated by anthropic, not aws" in guards(found)["operator-unexpected"]


@pytest.mark.parametrize("command", ["doctor", "drift"])
def test_gateway_shows_neither_operator_nor_region(here: Program, lab: Lab, command: str) -> None:
    more = {"expect.operator": "aws", "expect.regions": "us-east-1", "models.opus": "claude-opus-5-5"}
    here.init("g", "gateway", base_url=lab.url, auth_token="env:LAB_KEY", **more)
    _, found = judged(here, command)
    assert "expect-unchecked" in guards(found)
    assert found["verdict"] in ("unknown", "error")


def test_operator_is_judged_where_no_listing_can_be_asked_for(here: Program) -> None:
    given = {"resource": "acme-foundry", "key": "env:LAB_KEY", "models.opus": "our-opus"}
    here.init("f", "foundry", **given, **{"expect.operator": "microsoft"})
    code, found = judged(here, "drift")
    assert (code, [*guards(found)]) == (1, ["operator-unexpected"])


def test_regions_are_a_list_in_the_file(here: Program) -> None:
    pinned(here, regions="us-east-1, us-west-2")
    path = here.profiles / "b.toml"
    assert 'regions = ["us-east-1", "us-west-2"]' in path.read_text()
    path.write_text(path.read_text().replace('["us-east-1", "us-west-2"]', '"us-east-1"'))
    assert here.ok("list").out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('regions = ["US EAST"]', "expect.regions"),
        ("regions = []", "expect.regions"),
        ("regions = [1]", "expect.regions"),
        ('operator = "amazon"', "expect.operator"),
    ],
)
def test_malformed_guard_is_refused_by_its_key(here: Program, line: str, said: str) -> None:
    pinned(here)
    path = here.profiles / "b.toml"
    path.write_text(f"{path.read_text()}\n[expect]\n{line}\n")
    done = here.run("doctor", "b")
    assert said in done.err + done.out
    assert "Traceback" not in done.err
