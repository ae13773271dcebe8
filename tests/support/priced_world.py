"""ccsetup and a lab whose every price can be moved, refused or spoilt."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccsetup.lab.fault import Error, Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer
from tests.support.program import Program
from tests.support.warm import Warm

OPUS, SONNET, HAIKU = (f"us.anthropic.claude-{name}-5-5" for name in ("opus", "sonnet", "haiku"))
ORDER = ("input", "output", "write_5m", "write_1h", "read")
OLD = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
DENIED = Error(403, "AccessDeniedException", "User: ada is not authorized to perform: the action")


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    world = running.world
    running.forget()
    yield running
    running.clear_faults()
    running.world = world


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Program:
    """ccsetup in a home whose every tool, and every address beyond, leads to the lab."""
    home = tmp_path / "home"
    home.mkdir()
    key = next(login.secret for login in lab.world.anthropic.login)
    extra = {**lab.environment(home), "HTTPS_PROXY": lab.url, "LAB_KEY": key}
    return Warm(home, {**extra, "LAB_BEARER": "ABSKQmVkcm9ja0FQSUtleS1sYWIw"})


def bedrock(here: Program, *pins: str, name: str = "b", **more: str) -> None:
    tiers = {f"models.{tier}": pin for tier, pin in zip(("opus", "sonnet", "haiku"), pins, strict=False)}
    here.init(name, "bedrock", **{"aws_profile": "my-prod", "region": "us-east-1", **tiers, **more})


def vertex(here: Program, *pins: str, location: str = "us", **more: str) -> None:
    tiers = {f"models.{tier}": pin for tier, pin in zip(("opus", "haiku"), pins, strict=False)}
    here.init("v", "vertex", project="acme-ml", location=location, **tiers, **more)


def asked(here: Program, code: int, *words: str) -> dict[str, Any]:
    done = here.run("prices", *words, "--json")
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    found: dict[str, Any] = json.loads(done.out)
    assert found["schema"] == 1
    return found


def row(*prices: str) -> dict[str, str]:
    return dict(zip(ORDER, prices, strict=True))


def by_model(found: Mapping[str, Any]) -> dict[str, Any]:
    return {one["model"]: one for one in found["models"]}


def refused(lab: Lab, *operations: str) -> None:
    lab.inject(*(Fault(DENIED, operation=operation) for operation in operations))


def replied(lab: Lab, operation: str, answer: Answer) -> None:
    lab.inject(Fault(Reply(answer), operation=operation))


def allow(lab: Lab, identity: str, actions: tuple[str, ...]) -> None:
    """What one identity of the world may do from now on."""
    aws = lab.world.aws
    identities = tuple(
        msgspec.structs.replace(one, allow=actions, rules=()) if one.name == identity else one for one in aws.identity
    )
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(aws, identity=identities))
