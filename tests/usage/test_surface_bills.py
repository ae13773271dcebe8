"""The real client on the surfaces that have no price list of their own: a subagent and a page, to the token."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.billing import Biller, billing
from tests.support.client_runner import QUIET, require_client
from tests.support.priced_world import here, lab, running
from tests.support.program import Program
from tests.usage.test_real_bills import OPTIONS, was_played

__all__ = ["here", "lab", "running"]  # fixtures

pytestmark = [pytest.mark.client, pytest.mark.thorough]
SURFACES = {
    "subscription": {"plan": "max-5x"},
    "mantle": {"aws_profile": "my-prod", "region": "us-east-1", "models.opus": "anthropic.claude-opus-5-5"},
    "claude-aws": {"aws_profile": "my-prod", "region": "us-east-1", "workspace": "wrkspc_1"},
    "claude-gcp": {"project": "acme-prod-1", "workspace": "wrkspc_1"},
    "foundry": {"resource": "acme", "key": "env:LAB_KEY"},
    "gateway": {"base_url": "https://gateway.example", "key": "env:LAB_KEY"},
}
LOGIN = {
    "accessToken": "sk-ant-oat01-x",
    "refreshToken": "sk-ant-ort01-x",
    "expiresAt": 4_102_444_800_000,
    "scopes": ["user:inference", "user:profile"],
    "subscriptionType": "max",
}
PROBED = {"mantle": 1}  # calls at start-up, which no file of the client shows


@pytest.fixture
def biller(tmp_path: Path) -> Iterator[Biller]:
    (tmp_path / "authority").mkdir()
    with billing(tmp_path / "authority") as found:
        yield found


@pytest.mark.parametrize("marker", ["please delegate", "please fetch"])
@pytest.mark.parametrize("surface", SURFACES)
def test_bill_is_met_on_every_surface(here: Program, biller: Biller, surface: str, marker: str) -> None:
    here.init("p", surface, **SURFACES[surface])
    if surface == "subscription":
        (here.home / ".claude").mkdir(exist_ok=True)
        (here.home / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": LOGIN}))
    (here.home / "repo").mkdir()
    given = {"HTTPS_PROXY": biller.url, "NODE_EXTRA_CA_CERTS": str(biller.ca_file), "LAB_KEY": here.extra["LAB_KEY"]}
    path = f"{require_client().parent}:{here.environment['PATH']}"
    there = Program(here.home, {**QUIET, **given, "PATH": path})
    words = ("run", "p", "--", "claude", "-p", *shlex.split(OPTIONS), "--", marker)
    done = there.run(*words, cwd=here.home / "repo")
    assert done.code == 0, done
    del biller.billed[: PROBED.get(surface, 0)]
    assert was_played(biller, [marker]), biller.billed
    document = json.loads(here.ok("cost", "--since", "2d", "--json").out)
    [profile] = document["profiles"]
    assert (profile["profile"], profile["surface"], profile["surface_certainty"]) == ("p", surface, "certain")
    assert {one["model"]: tuple(one["tokens"].values())[:5] for one in profile["models"]} == biller.bill
    assert (document["lower_bound"], profile["doubtful"]) == (False, [])
