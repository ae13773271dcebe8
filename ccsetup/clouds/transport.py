"""One TLS context and one connection pool for all of boto3's requests.

botocore has urllib3 load the CA bundle anew for every connection: 35 to 58 ms of CPU each, which is what a look at
thirty regions would mostly spend. A `before-send` handler that answers keeps botocore's signing, parsing and error
mapping, and replaces only the sending.
"""

import io
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ccsetup.clouds import CONNECT_SECONDS, REQUEST_SECONDS, network

if TYPE_CHECKING:
    import urllib3

THREADS = 32  # more gained nothing


def sender(environment: Mapping[str, str]) -> Callable[..., Any]:
    """A handler of botocore's `before-send`: proxy and trust are the environment's, REQUEST_SECONDS the deadline.

    Trusted are AWS_CA_BUNDLE, else the usual certificates, and with either what the client adds.
    """
    import urllib3
    from botocore.awsrequest import AWSResponse

    bundle, more = environment.get("AWS_CA_BUNDLE") or None, network.added(environment)

    def send(request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        deadline = time.monotonic() + REQUEST_SECONDS
        pool = _pool(bundle, more, network.proxy(environment, request.url))
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        try:
            answer = pool.request(
                request.method, request.url, body=request.body, headers=headers, preload_content=False,
                decode_content=False, redirect=False,
            )  # fmt: skip
            body = _body(answer, deadline)
        except Exception as why:
            raise _as_botocore(why, request.url) from why
        # Read already, so that the connection is back in the pool.
        raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse(request.url, answer.status, answer.headers, raw)

    return send


def _body(answer: Any, deadline: float) -> bytes:  # noqa: ANN401 - urllib3's base class lacks what its answers have
    """All of an answer's body, in pieces as they come: a read timeout starts anew with every byte."""
    read = bytearray()
    while piece := answer.read1(65_536):
        read += piece
        if time.monotonic() > deadline:
            answer.close()
            raise TimeoutError(f"no whole answer within {REQUEST_SECONDS} seconds")
    answer.release_conn()
    return bytes(read)


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
    parts = urlsplit(proxy)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=urllib3.make_headers(proxy_basic_auth=login), **settings)


def _as_botocore(why: Exception, url: str) -> Exception:
    """What botocore's own session would have raised."""
    import urllib3.exceptions as theirs
    from botocore import exceptions as ours

    match why:
        case theirs.SSLError():
            return ours.SSLError(endpoint_url=url, error=why)
        case theirs.ProxyError():
            return ours.ProxyConnectionError(proxy_url="the proxy", error=why)
        case theirs.NewConnectionError() | theirs.NameResolutionError():
            return ours.EndpointConnectionError(endpoint_url=url, error=why)
        case theirs.ConnectTimeoutError():
            return ours.ConnectTimeoutError(endpoint_url=url, error=why)
        case theirs.ReadTimeoutError() | TimeoutError():
            return ours.ReadTimeoutError(endpoint_url=url, error=why)
        case _:
            return ours.ConnectionClosedError(endpoint_url=url, error=why)
