"""Plans, geographies and which surface suits which use: a strict, frozen reader of `profiles/_choose.toml`."""

import datetime
from functools import cache

import msgspec

from ccsetup.knowledge import strict

FILE = "_choose"


class SubscriptionPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription plan; `id` is the value of the profile's setting `plan`."""

    id: str
    name: str
    price: str
    currency: str
    per: str
    source: str
    seen: datetime.date

    @property
    def document(self) -> dict[str, object]:
        return {**msgspec.to_builtins(self), "seen": self.seen.isoformat()}


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which surfaces suit a kind of use, and why. `asked` is the use in the user's words, `plan` the plan for it."""

    use: str
    asked: str
    surfaces: tuple[str, ...]
    why: str
    source: str
    plan: str = ""


class Differences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    title: str
    source: str
    seen: datetime.date
    tokenizers: str
    residency: dict[str, tuple[str, ...]]
    names: dict[str, str]
    plan: tuple[SubscriptionPlan, ...]
    matrix: tuple[Advice, ...]


@cache
def load_differences() -> Differences:
    """`profiles/_choose.toml`; a malformed file is a UserError that names file and key."""
    return strict.read_table(FILE, Differences)


def find_plan(id_: str) -> SubscriptionPlan | None:
    """The plan with this id; None for one whose price is not public, such as enterprise."""
    return next((plan for plan in load_differences().plan if plan.id == id_), None)
