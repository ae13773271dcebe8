"""HTTP as every look-up wants it: the environment's proxy and trust, short patience, bounded answers, no redirects.

One connection pool a way: loading a CA bundle costs 35 to 58 ms of CPU, which is what a look at thirty regions would
mostly spend.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ccsetup.providers import network
from ccsetup.providers.access import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS
from ccsetup.system import deadline, decoding, redact

if TYPE_CHECKING:
    import urllib3

LARGEST = 16 << 20  # bytes; no answer of these APIs comes near
THREADS = 32  # more gained nothing
_AGAIN = (500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body for a person to read: without the secrets of this run."""
        return redact.without_secrets(self.body.decode(errors="replace"))


class Unanswered(Exception):
    """Nobody answered, or not in the way of an API. `code` is the name botocore has for it, or NotTheApi."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def request(
    method: str,
    url: str,
    environment: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    bundle: str | None = None,
    attempts: int = ATTEMPTS,
) -> Response:
    """The API's answer, whatever its status; Unanswered where there is none.

    Tried again where the connection broke or the server failed.
    """
    way = pool(environment, url, bundle)
    for attempt in range(1, attempts + 1):
        try:
            answer = send(way, method, url, headers or {}, body)
        except Unanswered as why:
            if why.code != "ConnectionClosedError" or attempt == attempts:
                raise
            continue
        if answer.status not in _AGAIN or attempt == attempts:
            break
    return answer


def send(way: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
    """One request and its whole answer within REQUEST_SECONDS. What it sends as a credential is noted, and a refusal
    that repeats one comes back without it: before anybody cuts its words."""
    for name, value in headers.items():
        redact.note_header(name, value)
    try:
        # Of its own time-outs some begin anew with every byte, and the name server has none.
        answer, read = deadline.within(REQUEST_SECONDS, lambda: _exchange(way, method, url, headers, body))
    except Unanswered:
        raise
    except deadline.Late:
        words = f"no whole answer from {url} within {REQUEST_SECONDS} seconds"
        raise Unanswered("ReadTimeoutError", words) from None
    except ValueError:  # its words quote the header, which may be the credential
        host = network.parts(url).netloc
        raise Unanswered(
            "InvalidRequest", f"a header for {host}, or its address, is none that HTTP can carry"
        ) from None
    except Exception as why:
        raise _named(why, url) from why
    if not decoding.is_bounded(read):
        raise Unanswered("NotTheApi", f"{url} answers with more values than any API")
    read = decoding.whole_characters(read)
    read = redact.bytes_without_secrets(read) if answer.status >= 300 else read
    found = Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, read)
    if 300 <= found.status < 400:
        to = network.parts(found.headers.get("location", "")).netloc or "nowhere"
        raise Unanswered("NotTheApi", f"{url} redirects to {to}")
    if found.status < 300 and found.headers.get("content-type", "").startswith("text/html"):
        raise Unanswered("NotTheApi", f"{url} answers a page for people: {' '.join(found.text.split())[:200]}")
    return found


def pool(environment: Mapping[str, str], url: str, bundle: str | None = None) -> "urllib3.PoolManager":
    """The connections for `url`: trusted is `bundle`, else the usual certificates, and what the client adds.

    Unanswered where there is no way to it: not an address, a bundle that cannot be loaded, a proxy of another kind.
    """
    if not network.is_address(url):
        raise Unanswered("InvalidURL", f"{url} is not an address that a request can be sent to")
    proxy = network.proxy(environment, url)
    if proxy is not None and network.parts(proxy).scheme in ("", "http", "https") and not network.is_address(proxy):
        raise Unanswered("ProxyConnectionError", "what the variable of the proxy says is not an address")
    try:
        return _pool(bundle, network.added(environment), proxy)
    except OSError as why:  # an SSLError is one
        words = f"the certificates of {bundle} cannot be loaded: {why.strerror or why}"
        raise Unanswered("SSLError", words) from why


def _exchange(
    way: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[Any, bytes]:
    """The answer, and all of its body: in pieces as they come, of which none begins after REQUEST_SECONDS."""
    until = time.monotonic() + REQUEST_SECONDS
    answer: Any = way.request(
        method, url, body=body, headers=headers, preload_content=False, decode_content=False, redirect=False
    )
    read = bytearray()
    while piece := answer.read1(65_536):
        read += piece
        if len(read) > LARGEST:
            answer.close()
            raise Unanswered("NotTheApi", f"{url} answers without end")
        if time.monotonic() > until:
            answer.close()
            raise deadline.Late
    answer.release_conn()
    return answer, bytes(read)


@cache
def _pool(bundle: str | None, more: str | None, proxy: str | None) -> "urllib3.PoolManager":
    import urllib3

    settings: dict[str, Any] = {
        "ssl_context": network.trusting(bundle, more),
        "num_pools": 64,
        "maxsize": THREADS,
        "retries": False,
        "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=REQUEST_SECONDS),
    }
    if proxy is None:
        return urllib3.PoolManager(**settings)
    parts = network.parts(proxy)
    if parts.scheme not in ("http", "https"):
        raise Unanswered("ProxySchemeUnknown", f"{parts.scheme} proxies are not supported")
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=urllib3.make_headers(proxy_basic_auth=login), **settings)


def _named(why: Exception, url: str) -> Unanswered:
    """What urllib3 says, under the name botocore would give it."""
    import urllib3.exceptions as theirs

    host = network.parts(url).netloc
    match why:
        case theirs.SSLError():
            return Unanswered("SSLError", f"SSL validation failed for {url} {why}")
        case theirs.ProxyError():
            return Unanswered(
                "ProxyConnectionError", f"Failed to connect to the proxy on the way to {host}: {_last(why)}"
            )
        case theirs.NewConnectionError() | theirs.NameResolutionError():
            return Unanswered(
                "EndpointConnectionError", f'Could not connect to the endpoint URL: "{url}": {_last(why)}'
            )
        case theirs.ConnectTimeoutError():
            return Unanswered("ConnectTimeoutError", f'Connect timeout on endpoint URL: "{url}"')
        case theirs.ReadTimeoutError() | TimeoutError():
            return Unanswered("ReadTimeoutError", f'Read timeout on endpoint URL: "{url}"')
        case _:
            return Unanswered(
                "ConnectionClosedError", f"Connection was closed before we received a valid response from {url}"
            )


def _last(why: BaseException) -> str:
    """The innermost cause: urllib3 wraps what the proxy said."""
    while (inner := why.__cause__ or getattr(why, "original_error", None)) is not None and inner is not why:
        why = inner
    return str(why)
