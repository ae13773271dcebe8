"""Host names: what is no region, location or resource never becomes part of one, wherever it comes from."""

import json
from pathlib import Path

import pytest

from ccsetup.providers import hosts
from ccsetup.trace.recorder.server import Recorder
from tests.support.program import Done, Program

ODD = (
    "x.evil.example/", "us-east-1.evil.example#", "us-east-1@evil.example", "us-east-1:443", "us-east-1?x",
    "us-east-1\nx", "us\u2010east-1", "us-east-\u0661", "us-east-1\u3002evil", "US-EAST-1", "a" * 70, "-us-east-1",
    "us-east-1-", "us--east-1",
    "us_east_1", '"us-east-1"', "us-east-1%2f", "us east 1", "\\evil", "..",
)  # fmt: skip
GOOD = ("us-east-1", "us-gov-west-1", "cn-northwest-1", "eusc-de-east-1", "us-isob-east-1", "mx-central-1")
LOCATIONS = ("global", "us", "eu", "us-east5", "northamerica-northeast1", "europe-west12")
SURFACES = {
    "bedrock": ("AWS_REGION", {"region": "us-east-1", "aws_profile": "prod"}),
    "mantle": ("AWS_REGION", {"region": "us-east-1", "bearer_token": "env:TOKEN"}),
    "claude-aws": ("AWS_REGION", {"region": "us-east-1", "workspace": "wrkspc_x", "key": "env:TOKEN"}),
    "vertex": ("CLOUD_ML_REGION", {"project": "my-project", "location": "global"}),
    "claude-gcp": ("ANTHROPIC_GOOGLE_CLOUD_LOCATION", {"project": "my-project", "workspace": "ws"}),
    "foundry": ("ANTHROPIC_FOUNDRY_RESOURCE", {"resource": "res", "key": "env:TOKEN"}),
}

CHECKS = {variable: hosts.page_for(variable) for variable, _ in SURFACES.values()}


@pytest.mark.parametrize(
    ("value", "used"),
    [
        *((value, True) for value in ("us", "US", "on", "true", "us-east99", "europe-west12", "US-EAST-1")),
        *((value, False) for value in ("", "0", "1", "10", "a", "a1", "1a", "us-", "-a", "us_east1", "us.east")),
    ],
)  # fmt: skip
def test_only_what_claude_code_takes_for_a_region_replaces_its_default(value: str, used: bool) -> None:
    assert hosts.is_region_of_client(value) is used


@pytest.mark.parametrize("place", ODD)
def test_value_that_is_no_label_composes_no_host(place: str) -> None:
    with pytest.raises(hosts.NotAPlace):
        hosts.aws("bedrock", place)
    with pytest.raises(hosts.NotAPlace):
        hosts.vertex(place)
    if not place.isascii() or not place.replace("-", "").isalnum() or place[0] == "-" or place[-1] == "-":
        with pytest.raises(hosts.NotAPlace):
            hosts.foundry(place)


@pytest.mark.parametrize("place", GOOD)
def test_every_partition_s_regions_compose_a_host(place: str) -> None:
    assert hosts.aws("bedrock-runtime", place) == f"bedrock-runtime.{place}.amazonaws.com"
    assert hosts.aws("bedrock-mantle", place) == f"bedrock-mantle.{place}.api.aws"


@pytest.mark.parametrize("place", LOCATIONS)
def test_locations_compose_a_host_of_google(place: str) -> None:
    assert hosts.vertex(place).endswith("aiplatform.googleapis.com") or f".{place}.rep." in hosts.vertex(place)


def test_no_other_module_composes_a_host() -> None:
    package = Path(hosts.__file__).parents[1]
    for path in package.rglob("*.py"):
        if not {"lab", "recorder", "_content"} & {*path.parts} and path.name != "hosts.py":
            text = path.read_text()
            for domain in (".amazonaws.com", ".api.aws", "-aiplatform", ".services.ai.azure.com"):
                assert f"}}{domain}" not in text, path


def saved(program: Program, surface: str, value: str, where: str) -> dict[str, str]:
    """A profile of the surface; the value is in its `[env]` or in a variable of a single model."""
    variable, answers = SURFACES[surface]
    name = "VERTEX_REGION_CLAUDE_HAIKU_4_5" if where == "model" else variable
    program.init("p", surface, **answers, **{f"env.{name}": value})
    return {"TOKEN": "tok-of-the-test-0123456789"}


def run(program: Program, recorder: Recorder, *words: str, **environment: str) -> Done:
    return program.run(*words, environment={**recorder.proxied, **environment})


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    "value",
    [
        "x.evil.example/",
        *(pytest.param(value, marks=pytest.mark.thorough) for value in ("us-east-1.evil.example#", "us-east-\u0661")),
    ],
)
def test_no_command_sends_a_request_to_a_host_made_of_the_value(program: Program, surface: str, value: str) -> None:
    (program.home / ".aws").mkdir()
    (program.home / ".aws" / "credentials").write_text("[prod]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n")
    environment = saved(program, surface, value, "env")
    with Recorder() as recorder:
        for words in (["models", "p"], ["doctor", "p", "--json"], ["drift", "p"], ["quota", "p"], ["policy", "p"]):
            done = run(program, recorder, *words, **environment)
            assert "internal error" not in done.err + done.out, words
            assert done.code != 0 or words[0] == "policy" or (surface, words[0]) == ("foundry", "drift")
            if words[0] == "doctor":
                found = json.loads(done.out)["profiles"][0]["findings"]
                assert CHECKS[SURFACES[surface][0]] in [one["check"] for one in found]
        assert [one.host for one in recorder.everything if "evil" in one.host or not one.host.isascii()] == []


def test_location_of_a_single_model_is_checked_too(program: Program) -> None:
    environment = saved(program, "vertex", "x.evil.example/", "model")
    with Recorder() as recorder:
        done = run(program, recorder, "doctor", "p", "--json", **environment)
        assert "vertex-location-invalid" in done.out
        assert not any("evil" in one.host for one in recorder.everything)
