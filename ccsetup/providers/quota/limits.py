"""The limits of exactly the models that a profile pins, at its place."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ccsetup.providers.access import LOGIN, Access

Found = TypeVar("Found")


class Asks(Protocol):
    """Asks a question once in a run, whoever wants the answer."""

    def __call__(self, key: Hashable, ask: Callable[[], Found], /) -> Found: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `model` is None where it is over all models.

    `value` None is no limit at all; `default` None is not known. `used` is the most of one minute in the last day,
    `used_hour` of the last hour; None where nobody has counted, which is not zero. `pending` is the value that somebody
    has asked for already. `adjustable` says whether a request can raise it, `why_not` why Google would refuse it.
    """

    model: str | None
    tier: str | None
    code: str
    name: str
    unit: str
    value: float | None
    metric: str | None = None
    default: float | None = None
    used: float | None = None
    used_hour: float | None = None
    pending: float | None = None
    adjustable: bool = False
    why_not: str = ""

    @property
    def headroom(self) -> float | None:
        return None if self.value is None or self.used is None else self.value - self.used


@dataclass(frozen=True, slots=True)
class Limits:
    """What a place allows. `unmapped` are the pins of which no limit is known; `unread` is what could not be looked at:
    {what: why}; `burndown` how many tokens of a limit one token of output counts for, by model."""

    place: str
    limits: tuple[Limit, ...]
    unmapped: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    burndown: Mapping[str, int] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def zero(self) -> tuple[Limit, ...]:
        return tuple(one for one in self.limits if one.value == 0)


def unaskable(access: Access) -> str:
    """Why this profile's limits are not to be asked for, whoever does; empty where they are."""
    if "bearer_token" in access.secrets:
        return "a Bedrock API key has no identity that Service Quotas would answer"
    return LOGIN if access.surface.signs == "login" and not access.credentials else ""
