"""Variables that stop Claude Code: a strict, frozen reader of `profiles/_stopping.toml`."""

import datetime
import re
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import secret_shapes, strict

FILE = "_stopping"
Effect = Literal["none", "unsure", "stops"]


class StoppingVariable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A variable, patterns of the values with which Claude Code ends without an answer, and of those with which that
    depends on the server; `without` the program alone, if it names one. `early`: read before a project's files."""

    name: str
    what: str
    stops: str = "(?!)"
    unsure: str = "(?!)"
    without: str = ""
    first_party: bool = False  # on the Anthropic API alone
    early: bool = False

    def effect(self, value: str) -> Effect:
        """What this value does."""
        trimmed = secret_shapes.trim(value)
        if re.fullmatch(self.stops, trimmed):
            return "stops"
        return "unsure" if re.fullmatch(self.unsure, trimmed) else "none"


class StoppingVariables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: str
    source: str
    seen: datetime.date
    client: str
    variable: tuple[StoppingVariable, ...]


@cache
def stopping_variables() -> tuple[StoppingVariable, ...]:
    """Load the table, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, StoppingVariables).variable
