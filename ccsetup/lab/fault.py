"""Faults: which requests they befall, and what becomes of those."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccsetup.lab.call import Ask, Fails, Service
from ccsetup.lab.wire import Answer, as_html


@dataclass(frozen=True, slots=True)
class Error:
    """The provider's own no, in the wire form of whatever service was asked.

    `code` is AWS's error code, Google's ErrorInfo reason or status, or Anthropic's error type. `midstream` lets a
    stream begin and then break off with the error.
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
    """These bytes, whatever was asked."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Slow:
    """The true answer, `ms` late."""

    ms: int


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer for `seconds`, then the connection closes."""

    seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is torn down by a TCP reset before any answer."""


@dataclass(frozen=True, slots=True)
class Drip:
    """The true answer, `size` bytes every `ms`."""

    size: int = 1
    ms: int = 1000


@dataclass(frozen=True, slots=True)
class Truncate:
    """The true answer's first `keep` bytes of body, then the connection closes."""

    keep: int = 10


@dataclass(frozen=True, slots=True)
class Flood:
    """A body of `size` bytes without end in sight: no content-length."""

    size: int = 50_000_000


Does = Error | Reply | Slow | Hang | Reset | Drip | Truncate | Flood


@dataclass(frozen=True, slots=True)
class Fault:
    """What `does` say happens to requests that fit; None fits anything. `times` wears it out."""

    does: Does
    service: Service | None = None
    operation: str | None = None
    place: str | None = None
    model: str | None = None
    identity: str | None = None
    project: str | None = None
    times: int | None = None

    def befalls(self, ask: Ask) -> bool:
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
        """A provider's error as a page quotes it: status, code, the words and, as `details`, the parts.

        "html" as code is a page for people with the words as its title; words that are HTML are sent as they stand.
        """
        does: Does = Error(status, code, message, dict(details or {}), headers)
        if message.startswith("<"):
            does = Reply(Answer(status, "text/html; charset=UTF-8", message.encode(), headers))
        elif code == "html":
            does = Reply(as_html(message, status))
        return cls(does, service, operation, place, model, identity, project, times)


def redirect(to: str, status: int = 302) -> Reply:
    """To a company's login page, say."""
    return Reply(Answer(status, "text/html", b"", (("location", to),)))


def html(title: str, status: int = 200) -> Reply:
    """A page for a person where an API was expected."""
    return Reply(as_html(title, status))
