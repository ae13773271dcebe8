"""A fact with its request and time, or the reason why it is missing."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ccsetup.providers.access import Access, Failed, call_within_limit
from ccsetup.providers.places import place

_DENIED = ("AccessDenied", "AccessDeniedException", "PERMISSION_DENIED", "IAM_PERMISSION_DENIED")


@dataclass(frozen=True, slots=True)
class Fact:
    """What a request (`by`) returned `at` this time; a value of None was requested and does not exist. `because` is
    the reason if it was not looked up. `more` are keys beside the fact, such as the region it is about."""

    value: object = None
    by: str = ""
    at: datetime.datetime | None = None
    because: str = ""
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, object]:
        """The contract's form: {"value", "by", "at"} or {"because"}."""
        if self.at is None:
            return {"because": self.because, **self.more}
        return {"value": self.value, "by": self.by, "at": self.at.isoformat(timespec="seconds"), **self.more}


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests with one profile's access; each is a read, and none invokes a model."""

    access: Access

    def look_up(
        self, by: str, permission: str, url: str, ask: Callable[[], object], absent: tuple[str, ...] = ()
    ) -> Fact:
        """Return the answer as a fact. A provider's error whose code is in `absent` means that there is nothing."""
        try:
            value = call_within_limit(ask, self.access, place(self.access.profile), url)
        except Failed as error:
            if error.has_code(*absent):
                return self.known(None, by)
            return Fact(because=_reason(by, permission, error))
        return self.known(value, by)

    def known(self, value: object, by: str) -> Fact:
        return Fact(value, by, self.access.now)


def _reason(by: str, permission: str, error: Failed) -> str:
    status = error.said.parts.get("status", "") if error.said else ""
    if error.has_code(*_DENIED) or status == "PERMISSION_DENIED":
        return f"{by} was denied: {permission} is missing"
    return f"{by} failed: {error.words or error.finding.check}"
