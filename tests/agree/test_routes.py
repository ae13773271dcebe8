"""doctor takes the way of the recorded routes that Claude Code took, and does not call one OK that failed.

`python -m tests.agree.travel N SEED --record` adds routes; `pytest tests/agree/test_routes.py --record-agree` runs the
real client in them again.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agree import travel
from tests.agree.routes import BEGINNING, Route, make_route
from tests.agree.travel import FILE, Arrived, Stations, ask_client, differences, furnish, line, stations
from tests.support.client_runner import require_client
from tests.support.selection import examples

RECORDED = tuple(travel.read()) if FILE.is_file() else ()


@pytest.fixture(scope="module")
def at() -> Iterator[Stations]:
    with stations() as running:
        yield running


@pytest.mark.parametrize(
    ("route", "arrived"), examples(RECORDED, *RECORDED[1:8]), ids=[str(route.seed) for route, _ in RECORDED]
)
def test_doctor_goes_the_way_of_the_client(route: Route, arrived: Arrived, at: Stations, tmp_path: Path) -> None:
    environment = furnish(route, tmp_path / "home", at)
    assert list(differences(route, tmp_path / "home", environment, at, arrived)) == []


def test_client_goes_as_recorded(at: Stations, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    require_client()
    again = request.config.getoption("--record-agree")
    lines = []
    for route, arrived in RECORDED if again else RECORDED[:2]:
        home = tmp_path / str(route.seed)
        seen = ask_client(home, furnish(route, home, at), at)
        lines.append(line(route, seen))
        assert again or (tuple(seen.by), seen.worked) == (tuple(arrived.by), arrived.worked)
    if again:
        FILE.write_text("".join(lines))


def test_same_seed_makes_the_same_route() -> None:
    seeds = range(BEGINNING + 7, BEGINNING + 67)
    assert [make_route(seed) for seed in seeds] == [make_route(seed) for seed in seeds]
    assert len({repr(make_route(seed)) for seed in seeds}) > 50
