"""Variables that stop the real client are named by doctor, and those that do not are not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccsetup.knowledge.stopping import stopping_variables
from tests.agree import direct
from tests.agree.judge import judge
from tests.agree.lab import AgreeLab
from tests.agree.observe import furnish, observe
from tests.agree.world import World
from tests.support.client_runner import require_client
from tests.support.selection import examples

KEY = {"ANTHROPIC_API_KEY": direct.TOKENS["api-key"]}
SCRUB = {} if shutil.which("bwrap", path=os.defpath) else {"CLAUDE_CODE_SUBPROCESS_ENV_SCRUB": "true"}
STOPPED = {
    **SCRUB,
    "CLAUDE_CODE_CONFIG_PROBE": "1",
    "CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE": "1",
    "CLAUDE_CODE_MAX_TURNS": "1.5",
    "API_TIMEOUT_MS": " 1 ",
}
NOT_STOPPED = {
    "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB": "0",
    "CLAUDE_CODE_CONFIG_PROBE": "false",
    "CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE": "100000",
    "CLAUDE_CODE_MAX_TURNS": " 5 ",
    "API_TIMEOUT_MS": "600000",
    "CLAUDE_CODE_GZIP_REQUEST_BODIES": "0",
}
UNSURE = {"API_TIMEOUT_MS": "2000", "CLAUDE_CODE_GZIP_REQUEST_BODIES": "1"}
ROOT = "variable-stops-claude"


@pytest.fixture(scope="module")
def lab() -> Iterator[AgreeLab]:
    require_client()
    with AgreeLab() as running:
        yield running


@pytest.mark.parametrize("name", examples(STOPPED, "CLAUDE_CODE_MAX_TURNS"))
def test_value_that_stops_the_client_is_an_error(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    assert _root_and_verdict({name: STOPPED[name]}, lab, tmp_path, works=False) == (ROOT, "error")


@pytest.mark.parametrize("name", examples(NOT_STOPPED, "API_TIMEOUT_MS"))
def test_value_that_does_not_stop_it_is_none(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    assert _root_and_verdict({name: NOT_STOPPED[name]}, lab, tmp_path, works=True) == (None, "ok")


@pytest.mark.parametrize("name", examples(UNSURE))
def test_value_that_the_server_decides_about_is_unknown(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    world = World(0, "direct", "here", {}, {**KEY, name: UNSURE[name]})
    judgement = judge(world, site := furnish(world, tmp_path / "home", lab), observe(world, site, lab))
    assert (judgement.root, judgement.verdict) == (None, "unknown")


def test_each_variable_is_tried() -> None:
    assert {one.name for one in stopping_variables()} == {*STOPPED, *UNSURE, "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB"}


def _root_and_verdict(
    variables: dict[str, str], lab: AgreeLab, folder: Path, *, works: bool
) -> tuple[str | None, str | None]:
    world = World(0, "direct", "here", {}, {**KEY, **variables})
    site = furnish(world, folder / "home", lab)
    observed = observe(world, site, lab)
    assert observed.worked is works
    judgement = judge(world, site, observed)
    assert judgement.differences == ()
    return judgement.root, judgement.verdict
