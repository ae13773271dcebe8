"""One TLS context and one connection pool for all of boto3's requests.

botocore has urllib3 load the CA bundle anew for every connection: 35 to 58 ms of CPU each, which is what a look at
thirty regions would mostly spend. A `before-send` handler that answers keeps botocore's signing, parsing and error
mapping, and replaces only the sending.
"""

import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ccsetup.clouds import CONNECT_SECONDS, REQUEST_SECONDS

if TYPE_CHECKING:
    import urllib3

THREADS = 32  # more gained nothing


def sender(bundle: str | None) -> Callable[..., Any]:
    """A handler of botocore's `before-send` that trusts `bundle` (None for the usual certificates)."""
    from botocore.awsrequest import AWSResponse
    from botocore.utils import get_environ_proxies

    def send(request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        proxies: Mapping[str, str] = get_environ_proxies(request.url)
        pool = _pool(bundle, proxies.get(request.url.partition(":")[0]))
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        try:
            answer = pool.request(
                request.method, request.url, body=request.body, headers=headers, preload_content=False,
                decode_content=False, redirect=False,
            )  # fmt: skip
        except Exception as why:
            raise _as_botocore(why, request.url) from why
        response = AWSResponse(request.url, answer.status, answer.headers, answer)
        response.content  # noqa: B018 - read now, so that the connection goes back to the pool
        return response

    return send


@cache
def _pool(bundle: str | None, proxy: str | None) -> "urllib3.PoolManager":
    import certifi
    import urllib3

    settings: dict[str, Any] = {
        "ssl_context": ssl.create_default_context(cafile=bundle or certifi.where()),
        "num_pools": 64,
        "maxsize": THREADS,
        "retries": False,
        "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=REQUEST_SECONDS),
    }
    return urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)


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
        case theirs.ReadTimeoutError():
            return ours.ReadTimeoutError(endpoint_url=url, error=why)
        case _:
            return ours.ConnectionClosedError(endpoint_url=url, error=why)
