"""The real client on Bedrock and Vertex AI, against a provider that bills: to the token, to the cent, on whose bill."""

import json
import shlex
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.billing import Biller, billing
from tests.support.client_runner import QUIET, require_client
from tests.support.interactive import terminal
from tests.support.priced_world import HAIKU, OLD, OPUS, SONNET, bedrock, by_model, here, lab, running, vertex
from tests.support.program import EXECUTABLE, Done, Program
from tests.support.selection import examples
from tests.usage.test_real_bills import ID, OPTIONS, SCENARIOS, was_played

__all__ = ["here", "lab", "running"]  # fixtures

pytestmark = pytest.mark.client


@pytest.fixture
def biller(tmp_path: Path) -> Iterator[Biller]:
    (tmp_path / "authority").mkdir()
    with billing(tmp_path / "authority") as found:
        yield found


def billed_by(here: Program, biller: Biller) -> Program:
    """The same home, with the client on the PATH and every host of the provider being the biller."""
    kept = {name: value for name, value in here.extra.items() if name in ("HOME", "CLOUDSDK_CONFIG")}
    path = f"{require_client().parent}:{here.environment['PATH']}"
    (here.home / "repo").mkdir(exist_ok=True)
    return Program(here.home, {**QUIET, **kept, **biller.environment, "PATH": path})


def claude(here: Program, biller: Biller, profile: str, *lines: str) -> list[Done]:
    """Run the client with a profile, once a line."""
    there = billed_by(here, biller)
    words = ("run", profile, "--", "claude", "-p", *shlex.split(OPTIONS))
    return [there.run(*words, *shlex.split(line), cwd=here.home / "repo") for line in lines]


def has_billed(biller: Biller, calls: int) -> bool:
    return len(biller.billed) >= calls


def cost(here: Program) -> Any:  # noqa: ANN401
    [profile] = json.loads(here.ok("cost", "--since", "2d", "--json").out)["profiles"]
    return profile


def check(here: Program, biller: Biller, profile: str) -> None:
    """The profile's figures are the bill's: tokens by model, and each kind's price times them."""
    found, prices = cost(here), by_model(json.loads(here.run("prices", profile, "--offline", "--json").out))
    assert (found["profile"], found["surface_certainty"], found["cost"]["unpriced"]) == (profile, "certain", [])
    assert {one["model"]: tuple(one["tokens"].values())[:5] for one in found["models"]} == biller.bill
    worth = Decimal(0)
    for model, tokens in biller.bill.items():
        kinds = zip(("input", "write_5m", "write_1h", "read", "output"), tokens, strict=True)
        worth += sum((Decimal(prices[model]["prices"][kind]) * count for kind, count in kinds), Decimal(0))
    assert Decimal(found["cost"]["amount"]) == worth / 1_000_000


ON_CLOUDS = {**SCENARIOS, "context": (f'--session-id {ID} -- "say pong"', f'--resume {ID} -- "/context"')}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ON_CLOUDS)
def test_bedrock_bill_is_met(here: Program, biller: Biller, name: str) -> None:
    bedrock(here, OPUS, SONNET, HAIKU)
    here.run("prices", "b")
    for done in claude(here, biller, "b", *ON_CLOUDS[name]):
        assert done.code == 0, done
    assert was_played(biller, SCENARIOS.get(name, ())), biller.billed
    assert {model.split(".")[0] for model in biller.bill} == {"us"}
    check(here, biller, "b")


@pytest.mark.thorough
@pytest.mark.parametrize("name", ON_CLOUDS)
def test_vertex_bill_is_met(here: Program, biller: Biller, name: str) -> None:
    vertex(here, "claude-opus-5-5", "claude-haiku-4-5@20251001")
    here.run("prices", "v")
    for done in claude(here, biller, "v", *ON_CLOUDS[name]):
        assert done.code == 0, done
    assert was_played(biller, SCENARIOS.get(name, ())), biller.billed
    check(here, biller, "v")


@pytest.mark.thorough
@pytest.mark.parametrize("surface", ["bedrock", "vertex"])
def test_interactive_sessions_are_met(here: Program, biller: Biller, surface: str) -> None:
    """Two sessions in one process, the first compacted; the client asks for no count of tokens that is billed."""
    if surface == "bedrock":
        bedrock(here, OPUS, SONNET, HAIKU)
    else:
        vertex(here, "claude-opus-5-5", "claude-haiku-4-5@20251001")
    profile = surface[0]
    here.run("prices", profile)
    there = billed_by(here, biller)
    trusted = {str(here.home / "repo"): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}}
    begun = {"hasCompletedOnboarding": True, "theme": "dark", "projects": trusted}
    (here.home / ".claude.json").write_text(json.dumps(begun))
    words = (str(EXECUTABLE), "run", profile, "--", "claude")
    with terminal(words, there.environment, here.home / "repo") as screen:
        screen.wait(lambda: "❯".encode() in screen.shown)  # what is typed before the prompt is there gets lost
        for line in ("say pong", "/context", "/compact", "/clear", "say pong again"):
            is_billed = line not in ("/context", "/clear")
            screen.type(line, partial(has_billed, biller, len(biller.billed) + is_billed))
        assert screen.leave("/exit") == 0
    assert (cost(here)["sessions"], cost(here)["doubtful"]) == (2, [])
    check(here, biller, profile)


PINNED = [("bedrock", OPUS), ("bedrock", OLD), ("vertex", "claude-opus-5-5"), ("vertex", "claude-haiku-4-5@20251001")]


@pytest.mark.parametrize(("surface", "model"), examples(PINNED, PINNED[0]))
def test_clients_own_figure_is_that_of_the_bill(here: Program, biller: Biller, surface: str, model: str) -> None:
    """Whatever form the id of a model has: the client looks its price up by another."""
    (bedrock if surface == "bedrock" else vertex)(here, model)
    profile = surface[0]
    here.run("prices", profile)
    [done] = claude(here, biller, profile, f'--output-format json --model {model} -- "please delegate"')
    check(here, biller, profile)
    assert was_played(biller, ["please delegate"]), biller.billed
    assert {*biller.bill} == {model}
    assert json.loads(done.out)["total_cost_usd"] == pytest.approx(float(cost(here)["cost"]["amount"]), rel=1e-9)
