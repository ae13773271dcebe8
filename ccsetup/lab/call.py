"""A request as received, and its parsed form."""

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
    "organizations",
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
    """The scope of a SigV4 signature."""

    key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `host` has no port, `path` is as sent without query, header names are lower case."""

    method: str
    scheme: Literal["http", "https"]
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    place: str | None = None
    """The place in an `/at/PLACE` prefix, which is removed from the path."""

    @property
    def scope(self) -> Scope | None:
        match = _SIGV4.match(self.headers.get("authorization", ""))
        return Scope(**match.groupdict()) if match else None

    @property
    def bearer(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None

    @property
    def fields(self) -> Mapping[str, object]:
        """The JSON object in the body; empty if the body contains anything else."""
        return json_object(self.body)

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def query_value(self, name: str) -> str | None:
        """The last value of a query parameter, or None."""
        return next((value for key, value in reversed(self.query) if key == name), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """A parsed request: its service, operation, place, and caller."""

    call: Call
    world: "World"
    service: Service
    operation: str
    place: str | None = None
    """AWS region or Google location."""
    identity: str | None = None
    """The caller's name in the world; None for an unknown caller."""
    model: str | None = None
    project: str | None = None
    play: "Callable[[Ask], Answer] | None" = None


class Fails(Exception):
    """The provider's error, rendered in the wire format of the service.

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
    """The host does not exist: the connection ends without a response."""


def json_object(body: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def jwt_claims(token: str) -> Mapping[str, object]:
    """The claims of a JSON web token, unverified; empty for anything else."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return json_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}


def page(items: tuple[dict[str, object], ...], token: str | None, size: int) -> tuple[list[dict[str, object]], str]:
    """One page of `items`, and the token of the next page, "" on the last."""
    start = int(base64.urlsafe_b64decode(token)) if token else 0
    end = start + size
    more = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else ""
    return list(items[start:end]), more
