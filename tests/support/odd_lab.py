"""A lab whose answers are odd: a value of the true answer in another form, or a body and headers of the test's own."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccsetup.lab.call import Call
from ccsetup.lab.lab import Lab
from ccsetup.lab.server import Delivery
from ccsetup.lab.wire import Answer
from tests.support.warm import Warm

DEEP = 100_000
ODD: tuple[Callable[[], Any], ...] = (
    lambda: None, lambda: True, lambda: -1, lambda: 10**400, lambda: 1e308, lambda: float("nan"), lambda: "",
    lambda: "text", lambda: "\ud800", lambda: "a\udfffb", lambda: "\0", lambda: "\x1b[2J\n::error::x",
    lambda: "x" * 70_000, lambda: [], lambda: [None], lambda: ["text", 7], lambda: [[[]]], lambda: {},
    lambda: {"": None}, lambda: {"a": {"b": "c"}},
    lambda: "9999-12-31T23:59:59-14:00", lambda: "0001-01-01T00:00:00+14:00", lambda: "-0044-03-15T00:00:00Z",
    lambda: "2026-02-30T00:00:00Z", lambda: 99999999999999999999, lambda: -62135596801000,
    lambda: "arn:aws:bedrock", lambda: "anthropic.claude-opus-99999999999999999999", lambda: "claude-opus-5-5-²",
)  # fmt: skip
"""What may stand where another form belongs."""

PROFILES: Mapping[str, Mapping[str, str]] = {
    "key": {"surface": "api-key", "key": "env:LAB_KEY", "base_url": "{lab}"},
    "plan": {"surface": "subscription", "oauth_token": "env:LAB_TOKEN"},
    "bedrock": {"surface": "bedrock", "aws_profile": "my-prod", "region": "us-east-1"},
    "mantle": {"surface": "mantle", "aws_profile": "my-prod", "region": "us-east-1", "base_url": "{lab}"},
    "vertex": {"surface": "vertex", "project": "acme-ml", "location": "global"},
    "gateway": {"surface": "gateway", "base_url": "{lab}", "auth_token": "env:LAB_KEY"},
    "claude-aws": {"surface": "claude-aws", "workspace": "wrkspc_1", "region": "us-east-1", "base_url": "{lab}"},
}


class OddLab(Lab):
    """`alter` is what becomes of each true answer."""

    alter: Callable[[Answer], Answer] = staticmethod(lambda answer: answer)

    def _answer(self, call: Call) -> tuple[Answer, Delivery]:
        answer, delivery = super()._answer(call)
        return self.alter(answer), delivery


def mutation(seed: int) -> Callable[[Answer], Answer]:
    """Answers in which one value (now and then two) is an odd one; the same for the same seed."""
    dice = random.Random(seed)

    def alter(answer: Answer) -> Answer:
        try:
            document = json.loads(answer.body)
        except ValueError:
            return answer
        for _ in range(dice.choice((1, 1, 2))):
            document = _changed(document, dice)
        return replace(answer, body=json.dumps(document).encode())

    return alter


def _changed(document: Any, dice: random.Random) -> Any:  # noqa: ANN401 - any JSON
    places = list(_places(document))
    if not places:
        return dice.choice(ODD)()
    holder, key = dice.choice(places)
    if isinstance(holder, dict) and dice.random() < 0.2:
        del holder[key]
    else:
        holder[key] = dice.choice(ODD)()
    return document


def _places(document: Any) -> Any:  # noqa: ANN401
    entries = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in entries:
        yield document, key
        yield from _places(value)


def furnished(lab: Lab, home: Path) -> Warm:
    """A program whose every tool points at the lab, with a `claude` on the PATH and a profile of each surface."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "claude").write_text("#!/bin/sh\necho '2.1.330 (Claude Code)'\n")
    (home / "bin" / "claude").chmod(0o755)
    environment = {**lab.environment(home), "LAB_KEY": "sk-ant-api03-lab-console-AAAA"}
    environment |= {"LAB_TOKEN": "sk-ant-oat01-lab-subscriber-AAAA", "HTTPS_PROXY": "http://127.0.0.1:9"}
    del environment["ANTHROPIC_BASE_URL"]
    program = Warm(home, environment)
    program = Warm(home, {**environment, "PATH": f"{home / 'bin'}:{program.environment['PATH']}"})
    program.profiles.mkdir(parents=True)
    for name, answers in PROFILES.items():
        lines = [f'{key} = "{value.format(lab=lab.url)}"' for key, value in answers.items() if key != "surface"]
        more = {"plan": ("ANTHROPIC_BASE_URL", lab.url), "claude-aws": ("AWS_PROFILE", "my-prod")}.get(name)
        env = f'[env]\n{more[0]} = "{more[1]}"\n' if more else ""
        family = "us.anthropic." if name == "bedrock" else "anthropic." if name == "mantle" else ""
        models = "".join(f'{tier} = "{family}claude-{tier}-5-5"\n' for tier in ("opus", "sonnet"))
        (program.profiles / f"{name}.toml").write_text(
            "\n".join(["schema = 1", f'surface = "{answers["surface"]}"', "[set]", *lines, "[models]", models + env])
        )
    return program


HELPLESS = ("Traceback", "internal error", "Error at ")


def helpless(out: str) -> str:
    """The line of an output that shows a mistake of the program's own; empty for none."""
    return next((line for line in out.splitlines() if any(word in line for word in HELPLESS)), "")
