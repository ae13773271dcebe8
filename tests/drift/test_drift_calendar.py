"""A model's life seen by `drift`, day by day: what is found, the exit code, and what is kept."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.lab.aws.state import Model
from ccsetup.lab.fault import Error, Fault, Reset
from ccsetup.providers import access
from tests.support.bun_file import install
from tests.support.drift_world import NEXT, OPUS, SONNET, Finding, Watched, watched

DAY = datetime.date.fromisoformat
PINS = {
    "models.opus": OPUS,
    "models.sonnet": SONNET,
    "models.haiku": "us.anthropic.claude-haiku-5-5",
    "models.fable": "us.anthropic.claude-fable-5-2",
}
DENIED = Error(
    403,
    "AccessDeniedException",
    "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: bedrock:ListInferenceProfiles because no "
    "identity-based policy allows the bedrock:ListInferenceProfiles action",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def newer(**changes: object) -> Model:
    model = Model("anthropic.claude-opus-6", "Claude Opus 6", profiles=("us", "eu", "global"), starts=DAY("2027-01-10"))
    return msgspec.structs.replace(model, **changes)


def opus(check: str, date: str | None = None) -> set[Finding]:
    return {(check, "opus", OPUS, NEXT, date)}


@pytest.mark.thorough
def test_a_models_life_from_its_successor_to_its_disappearance(world: Watched) -> None:
    world.models(lambda one: one, newer())
    world.model("anthropic.claude-opus-5-5", ends=None)
    world.bedrock(**PINS)
    assert world.look() == (0, {"b": set()})

    world.on("2027-01-10")  # its successor is announced
    assert world.look() == (0, {"b": opus("model-newer")})
    assert world.look() == (0, {"b": opus("model-newer")})

    world.on("2027-02-01")  # legacy, without an end date
    world.model("anthropic.claude-opus-5-5", legacy=DAY("2027-02-01"))
    assert world.look() == (1, {"b": opus("model-legacy")})

    world.on("2027-02-15")  # it gets an end
    world.model("anthropic.claude-opus-5-5", ends=DAY("2027-06-01"))
    assert world.look() == (1, {"b": opus("model-legacy", "2027-06-01")})
    assert world.look("--within", "106") == (1, {"b": opus("model-retiring", "2027-06-01")})

    world.on("2027-04-01")
    assert world.look() == (1, {"b": opus("model-legacy", "2027-06-01")})
    world.on("2027-04-02")  # sixty days before
    assert world.look() == (1, {"b": opus("model-retiring", "2027-06-01")})
    world.on("2027-05-31")
    assert world.look() == (1, {"b": opus("model-retiring", "2027-06-01")})

    world.on("2027-06-01")  # over, and still listed
    assert world.look() == (1, {"b": opus("model-gone", "2027-06-01")})
    world.on("2027-07-01")
    world.model("anthropic.claude-opus-5-5", vanishes=DAY("2027-07-01"))
    assert world.look() == (1, {"b": opus("model-gone", "2027-06-01")})

    told = json.loads(world.here.ok("drift", "--history", "--json").out)["history"]
    life = [(one["what"], one["before"], one["after"]) for one in told if one["model"] == OPUS]
    assert life == [
        ("lifecycle", "active", "legacy"),
        ("ends", None, "2027-06-01"),
        ("lifecycle", "legacy", "ended"),
        ("vanished", "ended", None),
    ]
    assert ("listed", None, "active") in [
        (one["what"], one["before"], one["after"]) for one in told if one["model"] == NEXT
    ]


def test_a_model_that_is_active_but_has_an_end_soon_is_retiring(world: Watched) -> None:
    world.models(lambda one: one, newer(starts=None))
    world.bedrock(**PINS)
    world.look()
    world.on("2027-08-01")
    assert world.look()[1]["b"] >= opus("model-retiring", "2027-09-22")


def test_a_suffix_that_changes_is_a_new_name(world: Watched) -> None:
    world.bedrock(**PINS)
    world.look()
    world.model("anthropic.claude-sonnet-5-5", id="anthropic.claude-sonnet-5-5-v1:0")
    expected = {("model-renamed", "sonnet", SONNET, f"{SONNET}-v1:0", None)}
    assert world.look() == (1, {"b": expected})
    assert world.look() == (1, {"b": expected})


def test_a_prefix_that_changes_is_a_new_name_and_another_residency_only_for_who_agrees(world: Watched) -> None:
    world.bedrock(**PINS)
    world.look()
    world.model("anthropic.claude-sonnet-5-5", profiles=("eu", "apac"))
    geography = {**world.lab.world.aws.geography}
    geography["apac"] = msgspec.structs.replace(geography["us"], destinations=("us-east-1", "eu-west-1"))
    world.lab.world = msgspec.structs.replace(
        world.lab.world, aws=msgspec.structs.replace(world.lab.world.aws, geography=geography)
    )
    new = "apac.anthropic.claude-sonnet-5-5"
    expected = {("model-renamed", "sonnet", SONNET, new, None)}
    assert world.look() == (1, {"b": expected})
    assert world.look() == (1, {"b": expected})
    before = (world.here.profiles / "b.toml").read_bytes()
    done = world.here.run("drift", "--fix", "--yes")
    assert done.code == 1
    assert "in another geography" in done.err
    assert (world.here.profiles / "b.toml").read_bytes() == before


def test_a_region_that_stops_answering_changes_nothing_and_neither_does_its_return(world: Watched) -> None:
    world.bedrock(**PINS)
    world.bedrock("eu", region="eu-west-1", prefix="eu", **{"models.opus": "eu.anthropic.claude-opus-5-5"})
    missing = {("pin-missing", tier, None, f"eu.anthropic.claude-{tier}-5-5", None) for tier in ("sonnet", "haiku")}
    assert world.look() == (0, {"b": set(), "eu": missing})
    kept = (world.state / "state.json").read_bytes()
    world.lab.inject(Fault(Reset(), service="bedrock", place="us-east-1"))
    code, findings = world.look("b")
    assert (code, {one[0] for one in findings["b"]}) == (3, {"catalogue-unreachable"})
    assert (world.state / "state.json").read_bytes() == kept
    code, findings = world.look()
    assert (code, findings["eu"], {one[0] for one in findings["b"]}) == (3, missing, {"catalogue-unreachable"})
    now, then = json.loads((world.state / "state.json").read_bytes()), json.loads(kept)
    (place,) = [key for key in then["places"] if "us-east-1" in key]
    assert now["places"][place] == then["places"][place]
    assert now["history"] == then["history"]
    world.lab.clear_faults()
    assert world.look() == (0, {"b": set(), "eu": missing})


def test_drift_elsewhere_weighs_more_than_a_place_that_does_not_answer(world: Watched) -> None:
    world.bedrock("old", region="us-west-2", **{**PINS, "models.opus": "us.anthropic.claude-opus-4-1-20250805-v1:0"})
    world.bedrock("away", region="us-east-2", **PINS)
    world.lab.inject(Fault(Reset(), service="bedrock", place="us-east-2"))
    code, findings = world.look()
    assert code == 1
    assert {one[0] for one in findings["away"]} == {"catalogue-unreachable"}
    assert {one[0] for one in findings["old"]} == {"model-retiring"}


def test_a_day_on_which_listing_is_denied_is_no_drift(world: Watched) -> None:
    world.bedrock(**PINS)
    world.look()
    kept = (world.state / "state.json").read_bytes()
    world.lab.inject(Fault(DENIED, service="bedrock"))
    done = world.here.run("drift", "--json")
    (finding,) = json.loads(done.out)["profiles"][0]["findings"]
    assert (done.code, finding["check"], finding["cause"]) == (3, "catalogue-unreachable", "bedrock-iam-list-denied")
    assert json.loads(done.out)["profiles"][0]["verdict"] == "unknown"
    assert (world.state / "state.json").read_bytes() == kept
    assert world.here.run("drift", "--accept").code == 3
    assert (world.state / "state.json").read_bytes() == kept
    world.lab.clear_faults()
    assert world.look() == (0, {"b": set()})


def test_destinations_are_reported_until_they_are_accepted(world: Watched) -> None:
    world.bedrock(**PINS)
    assert world.look() == (0, {"b": set()})
    geography = {**world.lab.world.aws.geography}
    geography["us"] = msgspec.structs.replace(geography["us"], destinations=("us-east-1", "us-east-2", "us-west-1"))
    aws = msgspec.structs.replace(world.lab.world.aws, geography=geography)
    world.lab.world = msgspec.structs.replace(world.lab.world, aws=aws)
    changed = {("destinations-changed", tier.partition(".")[2], pin, None, None) for tier, pin in PINS.items()}
    assert world.look() == (1, {"b": changed})
    assert world.look() == (1, {"b": changed})
    text = world.here.run("drift").out
    assert "us-east-1 us-east-2 us-west-1; you had accepted us-east-1 us-east-2 us-west-2" in text
    assert world.here.run("drift", "--accept").code == 0
    assert world.look() == (0, {"b": set()})


def test_the_api_tells_its_dates_and_vertex_has_none(world: Watched) -> None:
    url = world.lab.base_urls["api-key"]
    api = {"models.opus": "claude-opus-5-5", "models.sonnet": "claude-sonnet-4-5-20250929"}
    world.here.init("a", "api-key", key="env:LAB_KEY", base_url=url, **api)
    vertex = {
        "models.opus": "claude-opus-5-5",
        "models.sonnet": "claude-sonnet-4-5@20250929",
        "models.haiku": "claude-haiku-4-5",
    }
    world.here.init("v", "vertex", project="acme-ml", location="global", **vertex)
    code, findings = world.look()
    assert code == 1
    old = "claude-sonnet-4-5-20250929"
    assert findings["a"] == {("model-retiring", "sonnet", old, "claude-sonnet-5-5", "2026-11-30")}
    assert ("model-newer", "sonnet", "claude-sonnet-4-5@20250929", "claude-sonnet-5-5", None) in findings["v"]
    assert ("model-newer", "haiku", "claude-haiku-4-5", "claude-haiku-5-5", None) in findings["v"]  # an alias of today
    world.on("2026-11-30")
    code, findings = world.look()
    assert findings["a"] == {("model-gone", "sonnet", old, "claude-sonnet-5-5", "2026-11-30")}
    assert ("model-gone", "sonnet", "claude-sonnet-4-5@20250929", "claude-sonnet-5-5", None) in findings["v"]


def test_an_alias_that_decides_is_reported_and_so_is_its_move_once(world: Watched) -> None:
    """The alias is Claude Code's: what the provider adds does not move it, an update does."""
    world.bedrock(prefix="us", **{"models.opus": "opus", "models.sonnet": SONNET})
    told = world.here.ok("drift")
    haiku, release = "us.anthropic.claude-haiku-4-5-20251001-v1:0", load_surfaces().shared.client
    assert f"b does not pin haiku, so Claude Code's alias decides: {haiku} in Claude Code {release}, by" in told.out
    world.here.init("free", "bedrock", aws_profile="my-prod", region="us-east-1", prefix="us")
    world.look()
    world.models(lambda one: one, newer())
    world.on("2027-01-10")
    assert "alias-moved" not in {one[0] for one in world.look()[1]["free"]}
    install(world.here.home, "2.9.1", opus=NEXT)
    code, findings = world.look()
    assert code == 0
    assert [one for one in findings["free"] if one[0] == "alias-moved" and one[1] == "opus"] == [
        ("alias-moved", "opus", None, NEXT, None)
    ]
    assert "alias-moved" not in {one[0] for one in world.look()[1]["free"]}
    assert f"{NEXT} in Claude Code 2.9.1" in world.here.run("drift").out


@pytest.mark.parametrize("behind", [True, False])
def test_a_clock_of_ours_that_jumps_finds_nothing_and_clears_nothing(world: Watched, behind: bool) -> None:
    """The provider's clock moves against the machine's: by months, to and fro. What counts is the provider's."""
    world.bedrock(**PINS)
    world.bedrock("old", **{**PINS, "models.opus": "us.anthropic.claude-opus-4-1-20250805-v1:0"})
    first = world.look()
    assert {one[0] for one in first[1]["old"]} == {"model-retiring"}
    path = world.state / "state.json"
    state = json.loads(path.read_bytes())
    for place in state["places"].values():  # as a machine wrote it whose clock was elsewhere
        place["at"] = "2020-01-01T00:00:00Z" if behind else "2031-01-01T00:00:00Z"
    path.write_text(json.dumps(state))
    assert world.look() == first
    assert world.look() == first


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Tue, 24 Nov 2026 22:00:00 GMT", datetime.datetime(2026, 11, 24, 22, tzinfo=datetime.UTC)),
        ("Tue, 24 Nov 2026 22:00:00 +0100", datetime.datetime(2026, 11, 24, 21, tzinfo=datetime.UTC)),
        ("Tue, 24 Nov 2026 22:00:00 -0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_providers_clock_is_its_date_header(header: str, told: datetime.datetime | None) -> None:
    assert access.provider_time({"Date": header}) == told
    assert access.provider_time({}) is None
