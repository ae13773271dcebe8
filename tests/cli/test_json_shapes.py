"""The shape of each `--json` document, from real output on the lab: tests/golden/json, from which the documentation
makes its reference.
"""

import datetime
import json
from collections.abc import Mapping

import pytest

from ccsetup.commands.registry import COMMANDS
from ccsetup.lab.work import Team, write_fortnight
from tests.support.client_runner import require_client
from tests.support.golden import FOLDER, Golden
from tests.support.json_shape import shape
from tests.support.priced_world import HAIKU, OPUS, SONNET, bedrock, here, lab, running, vertex
from tests.support.program import SYSTEM_PATH, Program

__all__ = ["here", "lab", "running"]
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "list": ("list --json",),
    "show": ("show b --json", "show key --json"),
    "surfaces": ("surfaces --json",),
    "use": ("use --json",),
    "status": ("status --json",),
    "doctor": ("doctor b v stale --json",),
    "explain": ("explain ExpiredTokenException --json",),
    "models": ("models b --json", "models v --json"),
    "models --all-regions": ("models b --all-regions --json",),
    "quota": ("quota b --json", "quota v --json"),
    "prices": ("prices b --json", "prices v --json"),
    "cost": ("cost --json", "cost --parts --json"),
    "choose": ("choose --json --need residency=eu",),
    "scope": ("scope b --format json", "scope v --format json"),
    "drift": ("drift --json",),
    "drift --history": ("drift --history --json",),
    "report": ("report --json",),
    "schedule": ("schedule --status --json",),
}
CLIENT: Mapping[str, tuple[str, ...]] = {"trace": ("trace b --json --seconds 60",)}
NESTED = ("doctor.", "drift.", "quota[", "quota.", "prices[", "prices.", "scope[", "scope.", "cost.", "history[")
ERROR = {"error": ("show nope --json",)}


@pytest.fixture
def golden(request: pytest.FixtureRequest, here: Program) -> Golden:
    return Golden(here.home, request.config.getoption("--update-golden"))


@pytest.fixture
def furnished(here: Program) -> Program:
    """A home with profiles, one of them broken, and a fortnight of work."""
    today = datetime.datetime.now(datetime.UTC).date()
    write_fortnight(here.home / ".claude", today, (Team("bdrk_", OPUS, SONNET, HAIKU, (1, 1)),))
    bedrock(here, OPUS, SONNET)
    vertex(here, "claude-opus-5-5", "claude-haiku-4-5@20251001")
    here.init("stale", "bedrock", aws_profile="stale", region="us-east-1")
    here.init("key", "api-key", key="env:LAB_KEY")
    return here


def check(furnished: Program, golden: Golden, documents: Mapping[str, tuple[str, ...]], **environment: str) -> None:
    for name, commands in documents.items():
        done = [furnished.run(*words.split(), environment=environment) for words in commands]
        kept = shape(json.loads(one.out) for one in done)
        if name == "report":  # it holds documents that have files of their own
            kept = "".join(line for line in kept.splitlines(keepends=True) if not line.startswith(NESTED))
        golden.check(f"json/{name.replace(' --', '-')}.txt", kept)


def test_documents_have_the_shape_of_their_files(furnished: Program, golden: Golden) -> None:
    check(furnished, golden, {**DOCUMENTS, **ERROR})


@pytest.mark.client
def test_trace_has_the_shape_of_its_file(furnished: Program, golden: Golden) -> None:
    client = require_client()
    check(furnished, golden, CLIENT, PATH=f"{client.parent}:{SYSTEM_PATH}")


def test_every_command_that_prints_json_has_a_file() -> None:
    kept = {path.stem for path in (FOLDER / "json").glob("*.txt")}
    assert kept == {name.replace(" --", "-") for name in (*DOCUMENTS, *CLIENT, *ERROR)}
    helps = {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / "help").glob("*.txt")}
    printing = {command.name for command in COMMANDS if "Print JSON" in helps[command.name]}
    assert printing <= kept
