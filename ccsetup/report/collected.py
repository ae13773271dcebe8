"""What one machine collected for the team's page: the parts of ccsetup's JSON documents that the page shows.

Further keys are ignored, so that a newer machine's collection can be read; a part of another form is refused whole.
"""

from typing import Any, Literal

import msgspec

SCHEMA = 1
DoctorVerdict = Literal["error", "unknown", "warning", "ok"]
VERDICTS: tuple[DoctorVerdict, ...] = ("error", "unknown", "warning", "ok")


class CollectedFinding(msgspec.Struct, frozen=True):
    check: str
    title: str = ""
    severity: str = ""
    tier: str | None = None
    model: str | None = None
    replacement: str | None = None
    date: str | None = None
    because_of: str | None = None


class DoctorEntry(msgspec.Struct, frozen=True):
    profile: str | None
    verdict: DoctorVerdict
    root: str | None = None
    surface: str | None = None
    findings: tuple[CollectedFinding, ...] = ()

    @property
    def cause(self) -> str:
        """The root's title, else that of the first finding that is not only information."""
        first = [one for one in self.findings if one.check == self.root] or [
            one for one in self.findings if one.severity != "info"
        ]
        return (first[0].title or first[0].check) if first else ""


class DriftEntry(msgspec.Struct, frozen=True):
    profile: str
    verdict: DoctorVerdict
    findings: tuple[CollectedFinding, ...] = ()
    surface: str | None = None
    place: str | None = None


class LimitRow(msgspec.Struct, frozen=True):
    unit: str
    model: str | None = None
    limit: float | None = None
    used: float | None = None
    headroom: float | None = None


class QuotaEntry(msgspec.Struct, frozen=True):
    profile: str
    limits: tuple[LimitRow, ...] = ()
    reason: str = ""  # why they are missing


class PriceRow(msgspec.Struct, frozen=True):
    model: str
    prices: dict[str, str]
    basis: str
    scope: str = ""
    read_at: str = ""


class PriceEntry(msgspec.Struct, frozen=True):
    profile: str
    place: str | None = None
    models: tuple[PriceRow, ...] = ()
    reason: str = ""


class CostAmount(msgspec.Struct, frozen=True):
    amount: str | None = None
    currency: str | None = None
    basis: str = "none"
    unpriced: tuple[str, ...] = ()


class CostEntry(msgspec.Struct, frozen=True):
    profile: str | None
    surface: str | None
    cost: CostAmount
    surface_certainty: str = "certain"
    requests: int = 0
    api_equivalent: CostAmount | None = None


class ScopedEntry(msgspec.Struct, frozen=True):
    """A model of a scope; each fact is {"value", "by", "at"} or {"because"}."""

    id: str
    destinations: dict[str, Any] = {}
    served_by: dict[str, Any] = {}
    retention: dict[str, Any] = {}
    logging: dict[str, Any] = {}


class ScopeEntry(msgspec.Struct, frozen=True):
    profile: str
    account: dict[str, Any] = {}
    models: tuple[ScopedEntry, ...] = ()
    ask: tuple[str, ...] = ()
    reason: str = ""


class PinEntry(msgspec.Struct, frozen=True):
    """A pinned model and its dates, as the provider gives them."""

    profile: str
    tier: str
    model: str
    lifecycle: str = "unknown"
    legacy_on: str | None = None
    ends_on: str | None = None


class ChangeEntry(msgspec.Struct, frozen=True):
    """One event of drift's history."""

    at: str
    what: str
    place: str
    model: str | None = None
    before: str | None = None
    after: str | None = None
    profile: str | None = None


class DoctorPart(msgspec.Struct, frozen=True):
    profiles: tuple[DoctorEntry, ...]


class DriftPart(msgspec.Struct, frozen=True):
    profiles: tuple[DriftEntry, ...]


class QuotaPart(msgspec.Struct, frozen=True):
    profiles: tuple[QuotaEntry, ...]


class PricePart(msgspec.Struct, frozen=True):
    profiles: tuple[PriceEntry, ...]


class CostPart(msgspec.Struct, frozen=True):
    profiles: tuple[CostEntry, ...]
    lower_bound: bool = False


class ScopePart(msgspec.Struct, frozen=True):
    profiles: tuple[ScopeEntry, ...]


class Collection(msgspec.Struct, frozen=True):
    """`report --json`. `shard` is "I/N" if it has a part of the profiles only."""

    schema: int
    machine: str
    made_at: str
    doctor: DoctorPart
    drift: DriftPart
    quota: QuotaPart = QuotaPart(())
    prices: PricePart = PricePart(())
    cost: CostPart = CostPart(())
    scope: ScopePart = ScopePart(())
    pins: tuple[PinEntry, ...] = ()
    history: tuple[ChangeEntry, ...] = ()
    shard: str | None = None
