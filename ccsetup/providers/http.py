"""HTTP for all provider requests: the environment's proxy and certificates, short timeouts, responses of limited size,
no redirects.

One connection pool per route: loading a CA bundle takes 35 to 58 ms of CPU, which would dominate a listing of thirty
regions.
"""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ccsetup.providers import network, proxies, recording
from ccsetup.providers.access import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS
from ccsetup.providers.client_certificate import ClientCertificate, client_certificate, problem
from ccsetup.system import deadline, debug, decoding, redact

if TYPE_CHECKING:
    import urllib3

LARGEST = 16 << 20  # bytes; responses of these APIs are far smaller
THREADS = 32  # more showed no gain
_SHOWN = 200  # characters of an answer that is not HTTP
_AGAIN = (500, 502, 503, 504, 529)


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, without the secrets of this run."""
        return redact.without_secrets(self.body.decode(errors="replace"))


class Unanswered(Exception):
    """No response, or not one of an API. `code` is botocore's name for the error, or NotTheApi."""

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
    attempts: int = ATTEMPTS,
    choose: Callable[[Mapping[str, str], str], proxies.Proxy | None] = proxies.proxy_for,
) -> Response:
    """Send a request by the proxy that `choose` names, and return the response with any status; raises Unanswered
    without one.

    Retries if the connection broke or the server failed.
    """
    way = pool_by(choose(environment, url), environment, url)
    for attempt in range(1, attempts + 1):
        try:
            answer = send(way, method, url, headers or {}, body)
        except Unanswered as error:
            if error.code != "ConnectionClosedError" or attempt == attempts:
                raise
            continue
        if answer.status not in _AGAIN or attempt == attempts:
            break
    return answer


def send(
    way: "urllib3.PoolManager",
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    may_be_empty: bool = False,
) -> Response:
    """Send one request and read its whole response within REQUEST_SECONDS, of an API with content unless it
    `may_be_empty`. Credentials in headers are noted first, and removed from an error response that repeats them,
    before its text is shortened."""
    for name, value in headers.items():
        redact.note_header(name, value)
    at = network.parts(url)
    with debug.timed(f"{method} {at.scheme}://{at.netloc.rpartition('@')[2]}{at.path}") as done:
        response = _sent(way, method, url, headers, body)
        done(response.status)
    if 300 <= response.status < 400:
        to = network.parts(response.headers.get("location", "")).netloc or "nowhere"
        raise Unanswered("NotTheApi", f"{url} redirects to {to}")
    if 200 < response.status < 300 and not response.body and not may_be_empty:
        raise Unanswered("NotTheApi", f"{url} answers {response.status}, without content")
    if response.status < 300 and response.headers.get("content-type", "").startswith("text/html"):
        raise Unanswered("NotTheApi", f"{url} answers with a web page: {' '.join(response.text.split())[:200]}")
    return response


def _sent(
    way: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> Response:
    try:
        # Some of urllib3's own time-outs restart with every byte, and name resolution has none.
        answer, read = deadline.within(REQUEST_SECONDS, lambda: _exchange(way, method, url, headers, body))
    except Unanswered:
        raise
    except deadline.Late:
        words = f"no whole answer from {url} within {REQUEST_SECONDS} seconds"
        raise Unanswered("ReadTimeoutError", words) from None
    except ValueError:  # the exception's message quotes the header, which may be the credential
        host = network.parts(url).netloc
        raise Unanswered(
            "InvalidRequest", f"a header for {host}, or its URL, contains characters that HTTP does not allow"
        ) from None
    except Exception as error:
        raise _named(error, url) from error
    read = _unpacked(read, answer.headers.get("content-encoding", ""), url)
    if not decoding.is_bounded(read):
        raise Unanswered("NotTheApi", f"{url} answers with more values than any API")
    read = decoding.whole_characters(read)
    read = redact.bytes_without_secrets(read) if answer.status >= 300 else read
    response = Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, read)
    recording.note(method, url, response.status, response.headers, read)
    return response


def pool(environment: Mapping[str, str], url: str, *, secret: bool = True) -> "urllib3.PoolManager":
    """The connections for `url`, by the proxy and with the certificates that Claude Code uses.

    Raises Unanswered if it cannot be reached: not an address, a proxy of another kind, http to another
    machine for a request with a `secret`.
    """
    return pool_by(proxies.proxy_for(environment, url), environment, url, secret=secret)


def pool_by(
    chosen: proxies.Proxy | None,
    environment: Mapping[str, str],
    url: str,
    *,
    secret: bool = True,
    tunnels: bool = False,
) -> "urllib3.PoolManager":
    """Like `pool`, by a proxy that was chosen; with `tunnels` it is asked for a tunnel for an http URL too."""
    if not network.is_address(url):
        raise Unanswered("InvalidURL", f"{url} is not an address that a request can be sent to")
    if secret and network.is_too_open(url):
        raise Unanswered("InsecureUrl", f"{url} is not encrypted, and the request has a secret")
    proxy = chosen.url if chosen else None
    if proxy is not None and network.parts(proxy).scheme in ("", "http", "https") and not network.is_address(proxy):
        raise Unanswered("ProxyConnectionError", "the proxy variable is not a valid address")
    own = client_certificate(environment)
    if own and (unusable := problem(own)):
        if "https" in (network.parts(url).scheme, proxy and network.parts(proxy).scheme):
            raise Unanswered("SSLError", f"{own.certificate or own.key}: {unusable}")
        own = None  # a connection without TLS does not use it
    trusted = network.trusted_bundle(environment), network.extra_certificates(environment)
    try:
        return _pool(*trusted, proxy, own, tunnels=tunnels and network.parts(url).scheme == "http")
    except ValueError:  # urllib3 has its own idea of a host
        raise Unanswered("ProxyConnectionError", "the proxy variable is not a valid address") from None


def _exchange(
    way: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[Any, bytes]:
    """The response and its whole body, read in pieces, of which none begins after REQUEST_SECONDS."""
    until = time.monotonic() + REQUEST_SECONDS
    answer: Any = way.request(
        method, url, body=body, headers=headers, preload_content=False, decode_content=False, redirect=False
    )
    read = io.BytesIO()  # whose value is no copy
    while piece := answer.read1(65_536):
        read.write(piece)
        if read.tell() > LARGEST:
            answer.close()
            raise Unanswered("NotTheApi", f"{url} sends an answer that does not end")
        if time.monotonic() > until:
            answer.close()
            raise deadline.Late
    answer.release_conn()
    return answer, read.getvalue()


def _unpacked(body: bytes, encoding: str, url: str) -> bytes:
    """The body as it was before a proxy compressed it, which nothing here asked for and the client accepts."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    import zlib

    try:
        unpacked = zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(body, LARGEST + 1)
    except zlib.error:
        return body
    if len(unpacked) > LARGEST:
        raise Unanswered("NotTheApi", f"{url} answers without end")
    return unpacked


@cache
def _pool(
    bundle: str | None, more: str | None, proxy: str | None, own: ClientCertificate | None, *, tunnels: bool
) -> "urllib3.PoolManager":
    import urllib3

    settings: dict[str, Any] = {
        "ssl_context": network.tls_context(bundle, more, own),
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
    from ccsetup.providers import tunnel

    if tunnels and parts.scheme == "http":
        return tunnel.make_manager(proxy, settings)
    return urllib3.ProxyManager(proxy, proxy_headers=tunnel.login_headers(proxy), **settings)


def _named(error: Exception, url: str) -> Unanswered:
    """Convert an error of urllib3 to botocore's name for it."""
    import urllib3.exceptions as theirs

    host = network.parts(url).netloc
    match error:
        case theirs.SSLError():
            return Unanswered("SSLError", f"SSL validation failed for {url} {error}")
        case theirs.ProxyError():
            return Unanswered(
                "ProxyConnectionError", f"Failed to connect to the proxy on the way to {host}: {_last(error)}"
            )
        case theirs.NewConnectionError() | theirs.NameResolutionError():
            return Unanswered(
                "EndpointConnectionError", f'Could not connect to the endpoint URL: "{url}": {_last(error)}'
            )
        case theirs.ConnectTimeoutError():
            return Unanswered("ConnectTimeoutError", f'Connect timeout on endpoint URL: "{url}"')
        case theirs.ReadTimeoutError() | TimeoutError():
            return Unanswered("ReadTimeoutError", f'Read timeout on endpoint URL: "{url}"')
        case _:
            return _broken_off(error, url)


def _broken_off(error: Exception, url: str) -> Unanswered:
    """The name for a connection that ended without a whole response: what came is no HTTP, or too little of it."""
    from http.client import HTTPException, IncompleteRead, RemoteDisconnected

    inner = error.args[-1] if error.args else error
    if isinstance(inner, HTTPException) and not isinstance(inner, RemoteDisconnected | IncompleteRead):
        shown = redact.without_secrets(str(inner))[:_SHOWN]
        return Unanswered("NotTheApi", f"{url} answers, but not as HTTP demands: {shown}")
    return Unanswered("ConnectionClosedError", f"Connection was closed before we received a valid response from {url}")


def _last(error: BaseException) -> str:
    """The innermost cause: urllib3 wraps the proxy's error."""
    while (inner := error.__cause__ or getattr(error, "original_error", None)) is not None and inner is not error:
        error = inner
    return str(error)
