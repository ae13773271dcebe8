"""Neighbours of worlds in which ccsetup and the client disagreed (`kinds.py`), run with the real client."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.agree.apply_kinds import ALLOWING
from tests.agree.aws_requests import AWS_REQUESTS
from tests.agree.folder_kinds import CONSOLE, FOLDERS, MOVED, SAVED_ELSEWHERE
from tests.agree.header_kinds import AT_GATEWAY, BESIDE, BY_PROFILE, LAYERED, OF_PROFILE, SPELLED
from tests.agree.judge import judge
from tests.agree.kinds import CASES, CREDENTIALS, PROFILES, USES, Case
from tests.agree.kinds_files import BY_TOKEN, GOOGLE, HEADED, HELPERS, STOPPING, STORED
from tests.agree.lab import AgreeLab
from tests.agree.model_kinds import MODELS
from tests.agree.observe import furnish, observe
from tests.agree.skip_kinds import BESIDE_TOKEN, SKIPPING
from tests.agree.world import Use, World
from tests.support.client_runner import require_client
from tests.support.selection import examples


@pytest.fixture(scope="module")
def lab() -> Iterator[AgreeLab]:
    require_client()
    with AgreeLab() as running:
        yield running


SAVED = {**PROFILES, **BY_TOKEN, **BY_PROFILE, **ALLOWING, **SKIPPING, **SAVED_ELSEWHERE}
HEADERS = {**BESIDE, **SPELLED, **LAYERED, **AT_GATEWAY}
ALL = {
    **FOLDERS,
    **MOVED,
    **CONSOLE,
    **HEADERS,
    **CASES,
    **CREDENTIALS,
    **MODELS,
    **STOPPING,
    **GOOGLE,
    **HELPERS,
    **HEADED,
    **STORED,
    **AWS_REQUESTS,
}


@pytest.mark.parametrize(
    "name",
    examples(
        ALL,
        "older token",
        "Foundry token before its key",
        "turns of a project over the user's",
        "wrong key, X-Api-Key",
        "wrong OAuth token, Authorization",
        "login, X-Api-Key",
        "variables of both",
    ),
)
def test_ccsetup_agrees_with_the_client(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    _agree(_world(name, ALL[name]), lab, tmp_path)


@pytest.mark.parametrize("name", examples(GOOGLE, "key, foreign token_uri"))
def test_doctor_calls_no_other_host_with_a_credential(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    site = furnish(_world(name, GOOGLE[name]), tmp_path / "home", lab)
    lab.seen.clear()
    assert site.program.run("doctor", "--here", "--json", cwd=site.work, environment=dict(site.environment)).out
    assert lab.seen
    assert [one.host for one in lab.seen if not one.host.endswith(".googleapis.com")] == []


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", examples(SAVED))
def test_ccsetup_agrees_on_a_profile(name: str, use: Use, lab: AgreeLab, tmp_path: Path) -> None:
    case, profile = SAVED[name]
    _agree(replace(_world(name, case), use=use, profile=profile), lab, tmp_path)


@pytest.mark.parametrize("use", USES[:2])
@pytest.mark.parametrize("name", examples({**OF_PROFILE, **BESIDE_TOKEN}))
def test_ccsetup_agrees_on_a_secret_that_apply_does_not_write(
    name: str, use: Use, lab: AgreeLab, tmp_path: Path
) -> None:
    case, profile = {**OF_PROFILE, **BESIDE_TOKEN}[name]
    _agree(replace(_world(name, case), use=use, profile=profile), lab, tmp_path)


def _world(name: str, case: Case) -> World:
    files, variables = case
    texts = {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}
    return World(0, name, "here", texts, variables)


def _agree(world: World, lab: AgreeLab, folder: Path) -> None:
    site = furnish(world, folder / "home", lab)
    assert judge(world, site, observe(world, site, lab)).differences == ()
