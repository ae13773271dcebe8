"""drift against the lab on one day after another: the world moves, its clock with it, and the program is a process."""

import datetime
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ccsetup.lab.aws.state import Model
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import World
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Done
from tests.support.warm import Warm

OPUS = "us.anthropic.claude-opus-5-5"
NEXT = "us.anthropic.claude-opus-6"
SONNET = "us.anthropic.claude-sonnet-5-5"
HAIKU_OLD = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
Finding = tuple[str, str | None, str | None, str | None, str | None]
"""check, tier, model, replacement, date"""


@dataclass(frozen=True)
class Watched:
    """A lab, and ccsetup in a home whose tools point at it."""

    lab: Lab
    here: Warm

    @property
    def state(self) -> Path:
        return self.here.home / ".local" / "state" / "ccsetup" / "drift"

    def on(self, day: str) -> None:
        self.lab.world = self.lab.world.on(datetime.date.fromisoformat(day))

    def model(self, id_: str, **changes: object) -> None:
        """Change what the lab knows of a Bedrock model."""
        self.models(lambda one: msgspec.structs.replace(one, **changes) if one.id == id_ else one)

    def models(self, change: Callable[[Model], Model], *more: Model) -> None:
        world: World = self.lab.world
        aws = msgspec.structs.replace(world.aws, model=(*(change(one) for one in world.aws.model), *more))
        self.lab.world = msgspec.structs.replace(world, aws=aws)

    def bedrock(self, name: str = "b", region: str = "us-east-1", **answers: str) -> None:
        self.here.init(name, "bedrock", **{"aws_profile": "my-prod", "region": region, **answers})

    def look(self, *flags: str) -> tuple[int, dict[str, set[Finding]]]:
        """Exit code and findings by profile."""
        done = self.here.run("drift", "--json", *flags)
        assert "Traceback" not in done.err, done.err
        return done.code, found(done)


def found(done: Done) -> dict[str, set[Finding]]:
    return {
        profile["profile"]: {
            (one["check"], one["tier"], one["model"], one["replacement"], one["date"]) for one in profile["findings"]
        }
        for profile in document(done)["profiles"]
    }


def document(done: Done) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.out)
    assert told["schema"] == 1
    return told


@contextmanager
def watched(folder: Path, *, tls: bool = False) -> Iterator[Watched]:
    """With `tls`, every host is reached through the lab's proxy."""
    with Lab(tls=tls) as lab:
        home = folder / "home"
        home.mkdir()
        key = next(login.secret for login in lab.world.anthropic.login)
        path = f"{home / 'bin'}:{EXECUTABLE.parent}:{SYSTEM_PATH}"
        extra = {**lab.environment(home), "PATH": path, "AWS_EC2_METADATA_DISABLED": "true", "LAB_KEY": key}
        if tls:
            platform = next(one.platform_key for one in lab.world.aws.identity if one.platform_key)
            extra |= {**lab.proxied, "LAB_PLATFORM_KEY": platform}
        yield Watched(lab, Warm(home, extra))
