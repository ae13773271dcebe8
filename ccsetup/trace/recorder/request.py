"""One request: its provider, region or location, model and credentials."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import parse_qs, unquote

from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.knowledge.traits import AuthKind, Wire

Role = Literal["main", "background", "extra", "probe", "again", "other"]
PAGE = "page.invalid"
"""The host of the page that the recorder has the client fetch."""
PAGE_TEXT = b"the recorder's page says pong"
NOISE = (
    r"/api/event_logging/",
    r"/api/claude_code/(settings|policy_limits|metrics|organizations)",
    r"/api/claude_code_(penguin_mode|grove)",
    r"/api/claude_cli/",
    r"/api/(hello|oauth|eval|bootstrap)\b",
    r"/api/directory/",
    r"/api/web/domain_info",
    r"/(statsig|sentry|datadog)\b",
)
"""Paths of start-up and telemetry calls. They are kept, in `Recorder.noise`, apart from the rest."""

# Hosts of sign-ins. The providers' own hosts, paths and services are in profiles/.
_HOSTS = (
    (r"sts(\.(?P<place>[\w-]+))?\.amazonaws\.com", "sts"),
    (r"(portal\.sso|oidc)\.(?P<place>[\w-]+)\.amazonaws\.com", "sso"),
    (r"(oauth2|sts|iamcredentials)\.googleapis\.com", "google-token"),
)
_API = (r"/v1/(messages|models)\b", "anthropic")  # a gateway's too; other providers' paths may end so
_SIGV4 = re.compile(r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
# A base URL may end in /model, and an id may be a path of its own.
_MODEL = re.compile(r"^[^?]*/(?:model|inference-profiles)/([^/?]+)|/models/(?!count-tokens)([^:?]+):")
_CALL = re.compile(r"/messages$|/model/[^/]+/invoke|/models/(?!count-tokens)[^:?]+:(rawPredict|streamRawPredict)$")


@dataclass(frozen=True, slots=True)
class Auth:
    """One credential in a request; `identity` is the access key id, the token, or the signer."""

    kind: AuthKind
    identity: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. `host` has no port, `path` keeps its query, header names are lower case."""

    method: str
    scheme: Literal["http", "https"]
    host: str
    path: str
    provider: str
    """A surface's by `wire.provider`, "google-token", "sts", "sso", or "other"."""
    place: str | None
    """AWS region or Google location; None if the request names neither."""
    project: str | None
    model: str | None
    """The model the provider is asked for, from the path or, failing that, the body."""
    body_model: str | None
    max_tokens: int | None
    auths: tuple[Auth, ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def auth(self) -> AuthKind:
        """The first credential's kind: Authorization comes before x-api-key."""
        return self.auths[0].kind if self.auths else "none"

    @property
    def identity(self) -> str | None:
        return self.auths[0].identity if self.auths else None

    @property
    def inference(self) -> bool:
        """Whether the call would be billed, which includes the client's `max_tokens: 1` start-up probes."""
        return self.method == "POST" and bool(_CALL.search(self.path.partition("?")[0]))

    @property
    def role(self) -> Role:
        """The purpose of a model call: the conversation and its next round, reading the fetched page in the
        background, a start-up probe, or another call of the client (a title, a warm-up)."""
        if not self.inference:
            return "other"
        if self.max_tokens == 1:
            return "probe"
        if b'"tool_result"' in self.body:
            return "again"
        if b'"tools":[{' in self.body:
            return "main"
        return "background" if PAGE_TEXT in self.body else "extra"

    @property
    def noise(self) -> bool:
        return self.host == PAGE or any(re.search(pattern, self.path) for pattern in NOISE)


def parse_request(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    scheme: Literal["http", "https"],
    host: str,
) -> Request:
    """Parse one request. `headers` must have lower-case names."""
    fields = _json(body)
    signature = _SIGV4.match(headers.get("authorization", ""))
    provider, place = _provider(host, path, signature)
    location = re.search(r"/projects/([^/]+)/locations/([^/]+)/", path)
    in_path = _MODEL.search(path)
    body_model, max_tokens = fields.get("model"), fields.get("max_tokens")
    body_model = body_model if isinstance(body_model, str) else None
    return Request(
        method=method,
        scheme=scheme,
        host=host,
        path=path,
        provider=provider,
        place=location[2] if location else place,
        project=location[1] if location else None,
        model=unquote(in_path[1] or in_path[2]) if in_path else body_model,
        body_model=body_model,
        max_tokens=max_tokens if isinstance(max_tokens, int) else None,
        auths=tuple(_auths(provider, headers, signature, body)),
        headers=headers,
        body=body,
    )


def _provider(host: str, path: str, signature: re.Match[str] | None) -> tuple[str, str | None]:
    """Return provider and place: the real host decides, then the signed service, then the path, since a gateway shows
    only the last two."""
    wires = _wires()
    for pattern, provider in (*((wire.hosts, wire.provider) for wire in wires if wire.hosts), *_HOSTS):
        if match := re.fullmatch(pattern, host):
            place = match.groupdict().get("place")
            return provider, signature["region"] if signature else place
    if signature:
        services = {"sts": "sts", **{wire.service: wire.provider for wire in wires if wire.service}}
        return services.get(signature["service"], "other"), signature["region"]
    paths = (*((wire.paths, wire.provider) for wire in wires if wire.paths), _API)
    return next((name for pattern, name in paths if re.search(pattern, path)), "other"), None


@cache
def _wires() -> tuple[Wire, ...]:
    return tuple(surface.wire for surface in load_surfaces().surfaces.values())


def listing_service(provider: str) -> str:
    """Return the AWS service from which Claude Code lists this provider's models on another host; "" if none."""
    return next((wire.listing for wire in _wires() if wire.provider == provider), "")


def _auths(
    provider: str,
    headers: Mapping[str, str],
    signature: re.Match[str] | None,
    body: bytes,
) -> Iterator[Auth]:
    authorization = headers.get("authorization", "")
    if signature:
        yield Auth("sigv4", signature["key"])
    elif authorization.lower().startswith("bearer "):
        yield Auth("bearer", authorization[7:])
    for name in ("x-api-key", "api-key"):
        if name in headers:
            yield Auth("x-api-key", headers[name])
    if provider == "google-token":
        yield from _exchanged(body)


def _exchanged(body: bytes) -> Iterator[Auth]:
    """Yield the identity of a Google token exchange: the refresh token, or the JWT's service account."""
    form = parse_qs(body.decode(errors="replace"))
    if "refresh_token" in form:
        yield Auth("refresh-token", form["refresh_token"][0])
    if "assertion" in form:
        claims = form["assertion"][0].split(".")[1]
        issuer = _json(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("iss")
        yield Auth("assertion", str(issuer))


def _json(body: bytes) -> dict[str, object]:
    """Return the object in `body`; empty if it holds anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
