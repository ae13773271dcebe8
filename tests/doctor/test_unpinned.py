"""Doctor names unpinned tiers on every surface where `init` pins them."""

import json
from pathlib import Path

import pytest

from tests.support.drift_world import watched
from tests.support.selection import examples

SURFACES = {
    "claude-aws": {"key": "env:LAB_PLATFORM_KEY", "region": "us-east-1", "workspace": "wrkspc_lab"},
    "mantle": {"aws_profile": "my-prod", "region": "us-east-1"},
    "vertex": {"project": "acme-ml", "location": "global"},
}


@pytest.mark.parametrize("surface", examples(SURFACES, "claude-aws"))
def test_unpinned_tiers_are_named(tmp_path: Path, surface: str) -> None:
    with watched(tmp_path, tls=True) as world:
        world.here.init("p", surface, **SURFACES[surface], **{"models.opus": "claude-opus-5-5"})
        [found] = json.loads(world.here.run("doctor", "p", "--json").out)["profiles"]
        tiers = {one["facts"]["tier"] for one in found["findings"] if one["check"] == "pin-missing"}
        assert tiers == {"sonnet", "haiku"}
