"""A world that reaches for anything but what its lab plays is refused."""

from dataclasses import replace

import pytest

from tests.agree.generate import make_world
from tests.agree.reach import named_strangers, strange_hosts
from tests.agree.reports import BEGINNING, make_report


@pytest.mark.parametrize(
    "host", ["example.com", "api.anthropic.com.example", "evilamazonaws.com", "10.0.0.1", "metadata.google.internal.x"]
)
def test_other_hosts_are_strange(host: str) -> None:
    assert strange_hosts([host, host]) == (host,)
    world = replace(make_world(1), environment={"ANTHROPIC_BASE_URL": f"https://{host}/v1"})
    assert named_strangers(world) == (host,)


@pytest.mark.parametrize(
    "host",
    ["api.anthropic.com", "sts.us-east-1.amazonaws.com", "bedrock-mantle.us-east-1.api.aws", "127.0.0.1", "[::1]"],
)
def test_played_hosts_are_not_strange(host: str) -> None:
    assert strange_hosts([host]) == ()


def test_no_generated_world_names_a_strange_host() -> None:
    reports = map(make_report, range(BEGINNING, BEGINNING + 300))
    assert [world.seed for world in (*map(make_world, range(40)), *reports) if named_strangers(world)] == []
