"""The limits of exactly the models that a profile pins, at its place."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ccsetup.providers.access import LOGIN, Access

Found = TypeVar("Found")


class Asks(Protocol):
    """Calls a function once per key and run, and returns the shared result."""

    def __call__(self, key: Hashable, ask: Callable[[], Found], /) -> Found: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `model` is None if it covers all models.

    `value` None means unlimited; `default` None means unknown. `used` is the peak minute of the last day, `used_hour`
    of the last hour; None means no data, which is not zero. `pending` is a value that was already requested.
    `adjustable`: a request can raise it; `why_not`: the reason why Google would refuse.
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
    """The limits of a place. `unmapped` are pins without a known limit; `unread` is what could not be read, {what:
    reason}; `burndown` is the number of quota tokens per output token, by model."""

    place: str
    limits: tuple[Limit, ...]
    unmapped: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    burndown: Mapping[str, int] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def zero(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in self.limits if limit.value == 0)


def reason_unreadable(access: Access) -> str:
    """Why this profile's limits cannot be read with any permission; empty if they can."""
    if "bearer_token" in access.secrets:
        return "Service Quotas does not accept a Bedrock API key"
    return LOGIN if access.surface.signs == "login" and not access.credentials else ""
