"""Send boto3's requests with ccsetup's transport.

A `before-send` handler that returns a response keeps botocore's signing, parsing and error mapping, and replaces only
the sending (see `http`): the time limit covers the whole response, and one TLS context serves every region.
"""

import io
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ccsetup.knowledge import precedence
from ccsetup.providers import http, proxies
from ccsetup.system import redact
from ccsetup.system.secret import Secret

CREDENTIALS = ("sts", "sso", "sso-oidc", "signin")
_HEARD = threading.local()


def make_sender(environment: Mapping[str, str], region: str) -> Callable[..., Any]:
    """A handler for botocore's `before-send`, with the proxy and the certificates that the client uses in this
    environment and region; it reads no AWS_CA_BUNDLE."""
    import urllib3
    from botocore import exceptions
    from botocore.awsrequest import AWSResponse

    is_uncached = precedence.load().is_on(environment.get("CLAUDE_CODE_SKIP_AWS_CRED_CACHE"))

    def send(request: Any, event_name: str, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        try:
            redact.note_form(request.body)
            if event_name.split(".")[1] in CREDENTIALS and not is_uncached:
                proxy = proxies.proxy_for_credentials(environment, region)
                way = http.pool_by(proxy, environment, request.url, tunnels=True)
            else:
                way = http.pool(environment, request.url)
            answer = http.send(way, request.method, request.url, headers, request.body)
        except http.Unanswered as error:
            kind = getattr(exceptions, error.code, None)
            if kind is None:
                raise
            # The exception that botocore's own session would have raised.
            raise kind(endpoint_url=request.url, proxy_url="the proxy", error=error) from error
        _HEARD.body = answer.body if answer.status >= 400 else b""
        _HEARD.status = answer.status
        # Read already, so that the connection is back in the pool.
        raw = urllib3.HTTPResponse(io.BytesIO(answer.body), preload_content=False)
        return AWSResponse(request.url, answer.status, urllib3.HTTPHeaderDict(answer.headers), raw)

    return send


def add_token(client: Any, token: Secret) -> None:  # noqa: ANN401 - boto3 makes its clients' types at run time
    """Send a bearer token with the requests of an unsigned client: botocore's own signer sends none without TLS."""

    def add(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own type
        request.headers["Authorization"] = f"Bearer {token.reveal()}"

    client.meta.events.register("request-created", add)


def last_error_body() -> bytes:
    """The body of this thread's last error response, in full: botocore drops what is not in AWS's format."""
    body: bytes = getattr(_HEARD, "body", b"")
    return body


def last_status() -> int | None:
    """The status of this thread's last response."""
    status: int | None = getattr(_HEARD, "status", None)
    return status
