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
PIPE = "@FIFO"
"""The text of a file that is a FIFO instead."""


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
    """A world being made. A `calm` one has little that breaks it, so that more is compared than a failure."""

    chance: random.Random
    files: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    layers: dict[str, dict[str, object]] = field(default_factory=dict)
    calm: bool = False

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def needs(self, probability: float) -> bool:
        """Whether to add what the provider cannot do without."""
        return self.happens(1 if self.calm else probability)

    def breaks(self, probability: float) -> bool:
        """Whether to add what breaks the world."""
        return not self.calm and self.happens(probability)

    def good(self, values: Sequence[Value]) -> Value:
        """Choose a value; in a calm world the first."""
        return values[0] if self.calm else self.one(values)

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

    def pins(self, ids: Sequence[str]) -> list[str]:
        """Return the lines of a profile that pin a tier or two, and perhaps the default."""
        lines = [f'{tier} = "{self.one(ids)}"' for tier in ("opus", *self.some(("sonnet", "haiku"), 0.5))]
        default = [f'default = "{self.one(("opus", "opus", "sonnet", ids[0]))}"'] if self.happens(0.5) else []
        return ["[models]", *default, *lines]

    def env(self, layer: str) -> dict[str, object]:
        content = self.layers.setdefault(layer, {})
        variables = content.setdefault("env", {})
        assert isinstance(variables, dict)
        return variables


Part = Callable[[Draft], str]
"""Adds to a draft, and returns the text of a profile for it."""
