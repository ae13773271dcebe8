"""Drift names an undated id that came to mean another model, and tiers without a pin wherever `init` pins them."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.drift_world import Watched, watched
from tests.support.selection import examples

OLD, NEW = "claude-haiku-4-5-20251001", "claude-haiku-4-5-20260901"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def rename(world: Watched, old: str, new: str) -> None:
    api = world.lab.world.anthropic
    models = tuple(msgspec.structs.replace(one, id=new) if one.id == old else one for one in api.model)
    world.lab.world = msgspec.structs.replace(world.lab.world, anthropic=msgspec.structs.replace(api, model=models))


def moved(world: Watched) -> set[tuple[str, str | None, str | None]]:
    findings = world.look()[1]
    return {(name, one[1], one[2]) for name in findings for one in findings[name] if one[0] == "alias-moved"}


def test_undated_id_that_means_another_model_is_named_once(world: Watched) -> None:
    for name, pin in (("undated", "claude-haiku-4-5"), ("long", "claude-haiku-4-5[1m]"), ("dated", OLD)):
        pins = {"models.opus": "claude-opus-5-5", "models.haiku": pin}
        world.here.init(name, "api-key", key="env:LAB_KEY", base_url=world.lab.base_urls["api-key"], **pins)
    assert moved(world) == set()
    rename(world, OLD, NEW)
    out = world.here.run("drift", "undated").out
    assert f"claude-haiku-4-5 is now {NEW} for undated; it was {OLD}" in out
    assert moved(world) <= {("long", "haiku", "claude-haiku-4-5[1m]")}  # one place: said in its first run
    assert moved(world) == set()


def test_move_of_an_undated_id_is_information(world: Watched) -> None:
    pins = {"models.haiku": "claude-haiku-4-5"}
    world.here.init("one", "api-key", key="env:LAB_KEY", base_url=world.lab.base_urls["api-key"], **pins)
    before = world.look()[0]
    rename(world, OLD, NEW)
    assert world.look("--accept")[0] in (0, before)


def test_version_that_no_listing_has_is_not_called_gone(world: Watched) -> None:
    place = {"project": "acme-ml", "location": "global"}
    pins = {"models.opus": "claude-opus-5-5@latest", "models.haiku": "claude-haiku-4-5%4020251001"}
    world.here.init("v", "vertex", **place, **pins)
    assert not {one[0] for one in world.look()[1]["v"]} & {"model-gone", "model-renamed"}
    assert "1 not checked (v)" in world.here.run("drift", "v").err


@pytest.mark.parametrize(
    ("surface", "answers"),
    examples(
        (
            ("claude-aws", {"key": "env:LAB_PLATFORM_KEY", "region": "us-east-1", "workspace": "wrkspc_lab"}),
            ("mantle", {"aws_profile": "my-prod", "region": "us-east-1"}),
        )
    ),
)
def test_tiers_without_a_pin_are_named_where_init_pins_them(
    tmp_path: Path, surface: str, answers: dict[str, str]
) -> None:
    with watched(tmp_path, tls=True) as world:
        world.here.init("p", surface, **answers, **{"models.opus": "claude-opus-5-5"})
        findings = world.look()[1]
        assert {one[1] for one in findings["p"] if one[0] == "pin-missing"} == {"sonnet", "haiku"}
        lines = [line for line in world.here.run("drift", "p").out.splitlines() if "pin-missing" in line]
        assert len(lines) == 1, "one line for the tiers of a profile"
        assert "does not pin haiku and sonnet, so" in lines[0] or "does not pin sonnet and haiku, so" in lines[0]
