"""What ccsetup says of recorded worlds agrees with what the client did there.

`pytest tests/agree --record-agree` runs the real client in these worlds and rewrites the file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agree import machines, pairs, record, reports, stories
from tests.agree.generate import make_world
from tests.agree.judge import judge
from tests.agree.lab import AgreeLab
from tests.agree.machines import make_machine
from tests.agree.neighbours import make_neighbours
from tests.agree.observe import Observed, furnish
from tests.agree.pairs import make_pair
from tests.agree.reports import make_report
from tests.agree.stories import make_story
from tests.agree.world import World
from tests.support.client_runner import require_client
from tests.support.selection import examples

DATA = Path(__file__).parents[1] / "data"
FILE, NEIGHBOURS = DATA / "agree.jsonl", DATA / "neighbours.jsonl"
RECORDED = tuple((world, observed) for world, observed in record.read(FILE) if observed is not None)
SAID = dict(zip((world.seed for world, _ in make_neighbours()), make_neighbours(), strict=True))
SEEN = tuple((world, observed) for world, observed in record.read(NEIGHBOURS) if observed is not None)


@pytest.fixture(scope="module")
def lab() -> Iterator[AgreeLab]:
    with AgreeLab() as running:
        yield running


@pytest.mark.parametrize(("world", "observed"), RECORDED, ids=[str(world.seed) for world, _ in RECORDED])
def test_recorded_world_agrees(world: World, observed: Observed, lab: AgreeLab, tmp_path: Path) -> None:
    site = furnish(world, tmp_path / "home", lab)
    assert judge(world, site, observed).differences == ()


def test_neighbours_are_those_that_were_recorded() -> None:
    assert [world for world, _ in SEEN] == [world for world, _ in SAID.values()]


@pytest.mark.parametrize(
    ("world", "observed"), examples(SEEN, SEEN[6], SEEN[25]), ids=[str(world.seed) for world, _ in SEEN]
)
def test_neighbour_of_a_report_agrees(world: World, observed: Observed, lab: AgreeLab, tmp_path: Path) -> None:
    site = furnish(world, tmp_path / "home", lab)
    judgement = judge(world, site, observed)
    assert judgement.differences == ()
    said = SAID[world.seed][1]
    assert (judgement.root or ("unknown" if judgement.verdict == "unknown" else "")) == said
    assert observed.worked or said


def test_client_does_as_recorded(lab: AgreeLab, request: pytest.FixtureRequest) -> None:
    require_client()
    if request.config.getoption("--record-agree"):
        text = "".join(record.line(world, record.run_world(world, lab)) for world, _ in RECORDED)
        FILE.write_text(text)
        NEIGHBOURS.write_text("".join(record.line(world, record.run_world(world, lab)) for world, _ in SAID.values()))
        return
    for world, observed in RECORDED[:2]:
        again = record.run_world(world, lab)
        assert again is not None
        assert (again.worked, again.identity, again.model) == (observed.worked, observed.identity, observed.model)


@pytest.mark.parametrize(
    ("make", "beginning"),
    [
        (make_world, 0),
        (make_story, stories.BEGINNING),
        (make_report, reports.BEGINNING),
        (make_pair, pairs.BEGINNING),
        (make_machine, machines.BEGINNING),
    ],
    ids=["worlds", "stories", "reports", "pairs", "machines"],
)
def test_same_seed_makes_the_same_world(make: Callable[[int], World], beginning: int) -> None:
    first = beginning + 7
    assert repr(make(first)) == repr(make(first))
    assert len({repr(make(seed)) for seed in range(first, first + 60)}) > 50
