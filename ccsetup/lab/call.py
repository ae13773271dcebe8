"""A request as it arrived, and what it asks for."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl

from ccsetup.lab.wire import Answer

if TYPE_CHECKING:
    from ccsetup.lab.world import World

Service = Literal[
    "sts",
    "iam",
    "sso",
    "account",
    "bedrock",
    "bedrock-runtime",
    "servicequotas",
    "cloudwatch",
    "pricing",
    "google-token",
    "aiplatform",
    "cloudresourcemanager",
    "serviceusage",
    "cloudquotas",
    "cloudbilling",
    "orgpolicy",
    "iamcredentials",
    "anthropic",
    "bedrock-mantle",
    "aws-external-anthropic",
    "claude",
    "foundry",
    "unknown",
]

_SIGV4 = re.compile(r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a SigV4 signature says of itself."""

    key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `host` has no port, `path` is as sent and without query, header names are lower case."""

    method: str
    scheme: Literal["http", "https"]
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    place: str | None = None
    """The place named by an `/at/PLACE` prefix, which is cut off the path."""

    @property
    def scope(self) -> Scope | None:
        found = _SIGV4.match(self.headers.get("authorization", ""))
        return Scope(**found.groupdict()) if found else None

    @property
    def bearer(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None

    @property
    def fields(self) -> Mapping[str, object]:
        """The JSON object in the body, or an empty one where it holds anything else."""
        return json_object(self.body)

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def asked(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request asks for, of which service, at which place, in whose name."""

    call: Call
    world: "World"
    service: Service
    operation: str
    place: str | None = None
    """AWS region or Google location."""
    identity: str | None = None
    """The name in the world of who asks; None for nobody the world knows."""
    model: str | None = None
    project: str | None = None
    play: "Callable[[Ask], Answer] | None" = None


class Fails(Exception):
    """The provider says no, in words of its own; rendered in the wire form of the service that was asked.

    `code` is AWS's error code, Google's ErrorInfo reason, or Anthropic's error type.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, str] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers


class Unreachable(Exception):
    """There is no such host: the connection ends without an answer."""


def json_object(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def jwt_claims(token: str) -> Mapping[str, object]:
    """The claims of a JSON web token, unverified; none of anything else."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return json_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}


def page(items: tuple[dict[str, object], ...], token: str | None, size: int) -> tuple[list[dict[str, object]], str]:
    """One page of `items` and the next page's token, "" on the last."""
    start = int(base64.urlsafe_b64decode(token)) if token else 0
    end = start + size
    more = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else ""
    return list(items[start:end]), more
