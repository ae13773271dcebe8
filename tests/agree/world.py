"""One random set-up: files, a shell's variables, perhaps a profile, and how that is used. `@HOME` and `@LAB` in texts
stand for the home folder and the lab's base URL."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Use = Literal["here", "env", "run", "apply"]
Value = TypeVar("Value")
LAYERS = {
    "user": ".claude/settings.json",
    "project": "work/.claude/settings.json",
    "local": "work/.claude/settings.local.json",
    "global": ".claude.json",
}
PROFILE = "p"


@dataclass(frozen=True, slots=True)
class World:
    """`files` are below the home folder; the working folder is `work`. `profile` is the text of the profile, "" with
    the use `here`. Texts with surrogates are bytes that are not UTF-8."""

    seed: int
    kind: str
    use: Use
    files: Mapping[str, str]
    environment: Mapping[str, str]
    profile: str = ""


@dataclass(slots=True)
class Draft:
    """A world being made."""

    chance: random.Random
    files: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    layers: dict[str, dict[str, object]] = field(default_factory=dict)

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def one(self, values: Sequence[Value]) -> Value:
        return self.chance.choice(values)

    def some(self, values: Sequence[Value], probability: float) -> list[Value]:
        return [value for value in values if self.happens(probability)]

    def put(self, name: str, value: str) -> None:
        """Set the variable in the shell or in a layer's `env`."""
        layer = self.one(("shell", "shell", *LAYERS))
        if layer == "shell":
            self.environment[name] = value
        else:
            self.env(layer)[name] = value

    def env(self, layer: str) -> dict[str, object]:
        content = self.layers.setdefault(layer, {})
        variables = content.setdefault("env", {})
        assert isinstance(variables, dict)
        return variables


Part = Callable[[Draft], str]
"""Adds to a draft, and returns the text of a profile for it."""
