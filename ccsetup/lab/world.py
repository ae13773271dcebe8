"""The state of the providers on one day, as frozen data."""

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from ccsetup.lab.anthropic.state import Anthropic
from ccsetup.lab.aws.state import Aws
from ccsetup.lab.azure.state import Azure
from ccsetup.lab.google.state import Google
from ccsetup.lab.prices import Price


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the lab knows. `today` alone determines what is active, legacy, ended or removed.

    Change it with `msgspec.structs.replace`, and assign the new one to `Lab.world`.
    """

    today: datetime.date
    aws: Aws
    google: Google
    anthropic: Anthropic
    azure: Azure = Azure()
    price: Mapping[str, Price] = {}  # by the model's name

    def on(self, today: datetime.date) -> "World":
        """The same world on another day."""
        return msgspec.structs.replace(self, today=today)


def read(path: Path) -> World:
    """Load a world from a TOML file; raises `msgspec.ValidationError` naming the first mismatch."""
    return msgspec.toml.decode(path.read_bytes(), type=World)


@cache
def default() -> World:
    """The world of 2026-11-22 that ships with this module."""
    return read(Path(__file__).with_name("world.toml"))
