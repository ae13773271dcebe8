"""What the pinned client asks for where nothing is pinned, against what ccsetup reads in its text: nine surfaces, four
tiers."""

import json
import os
from pathlib import Path

import pytest

from tests.support.client_runner import require_client
from tests.support.program import SYSTEM_PATH, Program
from tests.support.selection import examples
from tests.support.targets import ONE_EACH, TARGETS, TIERS

pytestmark = pytest.mark.client
TRIED = examples(
    ((name, tier) for name in ONE_EACH for tier in TIERS),
    ("mantle", "sonnet"),
)


@pytest.mark.parametrize(("name", "tier"), TRIED)
def test_an_unpinned_tier_asks_for_the_id_that_was_read(
    program: Program, tmp_path_factory: pytest.TempPathFactory, name: str, tier: str
) -> None:
    cache = tmp_path_factory.getbasetemp() / "read-once"
    TARGETS[name].make(program, **{"models.default": tier})
    path = program.profiles / "wanted.toml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith(TIERS)]
    path.write_text("\n".join(kept) + "\n")
    environment = {"PATH": os.pathsep.join((str(require_client().parent), SYSTEM_PATH)), "XDG_CACHE_HOME": str(cache)}
    folder = program.home / "repo"
    done = program.run("trace", "wanted", "--json", "--seconds", "60", cwd=folder, environment=environment)
    assert done.code in (0, 1), done.err
    document = json.loads(done.out)
    aliases = document["aliases"]
    assert set(aliases) == set(TIERS)
    assert {alias["from"] for alias in aliases.values()} == {"client"}
    main = next(request for request in document["requests"] if request["role"] == "main")
    assert main["model"] == aliases[tier]["id"], document["differences"]


def test_nine_surfaces_are_tried() -> None:
    assert {TARGETS[name].surface for name in ONE_EACH} == {path.stem for path in _surfaces()}
    assert len(ONE_EACH) == 9


def _surfaces() -> list[Path]:
    folder = Path(__file__).parents[2] / "profiles"
    return [path for path in folder.glob("*.toml") if not path.name.startswith("_")]
