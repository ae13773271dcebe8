"""Faults: which requests they affect, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccsetup.lab.call import Ask, Fails, Service
from ccsetup.lab.wire import Answer, as_html


@dataclass(frozen=True, slots=True)
class Error:
    """The provider's own error, in the wire format of the requested service.

    `code` is AWS's error code, Google's ErrorInfo reason or status, or Anthropic's error type. With `midstream`, a
    stream begins and then ends with the error.
    """

    status: int
    code: str
    message: str
    details: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    midstream: bool = False

    @property
    def raised(self) -> Fails:
        return Fails(self.status, self.code, self.message, details=self.details, headers=self.headers)


@dataclass(frozen=True, slots=True)
class Reply:
    """A fixed response to any request."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Slow:
    """The normal response, `ms` milliseconds late."""

    ms: int


@dataclass(frozen=True, slots=True)
class Hang:
    """No response for `seconds`, then the connection closes."""

    seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Reset:
    """A TCP reset before any response."""


@dataclass(frozen=True, slots=True)
class Drip:
    """The normal response, `size` bytes every `ms` milliseconds."""

    size: int = 1
    ms: int = 1000


@dataclass(frozen=True, slots=True)
class Truncate:
    """The first `keep` bytes of the normal body, then the connection closes, `ms` milliseconds later."""

    keep: int = 10
    ms: int = 0


@dataclass(frozen=True, slots=True)
class Flood:
    """A body of `size` bytes without a content-length."""

    size: int = 50_000_000


Does = Error | Reply | Slow | Hang | Reset | Drip | Truncate | Flood


@dataclass(frozen=True, slots=True)
class Fault:
    """Applies `does` to matching requests; a None field matches anything. `times` limits how often it applies."""

    does: Does
    service: Service | None = None
    operation: str | None = None
    place: str | None = None
    model: str | None = None
    identity: str | None = None
    project: str | None = None
    times: int | None = None

    def matches(self, ask: Ask) -> bool:
        return all(
            getattr(self, name) in (None, getattr(ask, name))
            for name in ("service", "operation", "place", "model", "identity", "project")
        )

    @classmethod
    def from_specimen(
        cls,
        service: Service,
        status: int,
        code: str,
        message: str,
        *,
        operation: str | None = None,
        place: str | None = None,
        model: str | None = None,
        identity: str | None = None,
        project: str | None = None,
        details: Mapping[str, str] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        times: int | None = None,
    ) -> "Fault":
        """Create a fault from a provider's error as quoted in a page: status, code, message and, as `details`, the
        parts.

        With "html" as code, the response is a page with the message as its title; a message that is HTML is sent
        unchanged.
        """
        does: Does = Error(status, code, message, dict(details or {}), headers)
        if message.startswith("<"):
            does = Reply(Answer(status, "text/html; charset=UTF-8", message.encode(), headers))
        elif code == "html":
            does = Reply(as_html(message, status))
        return cls(does, service, operation, place, model, identity, project, times)


def redirect(to: str, status: int = 302) -> Reply:
    """A redirect, such as to a company's login page."""
    return Reply(Answer(status, "text/html", b"", (("location", to),)))


def html(title: str, status: int = 200) -> Reply:
    """An HTML page where an API response was expected."""
    return Reply(as_html(title, status))
