"""Send the anthropic SDK's requests with ccsetup's transport: one request, the environment's proxy and certificates,
responses of limited size.

The SDK's own retries, redirects, timeouts and proxy settings have no effect.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ccsetup.providers import http

if TYPE_CHECKING:
    import httpx2

# Headers that the SDK's HTTP client adds for itself, and that the transport below sets itself.
_HOP = ("accept-encoding", "connection", "content-length", "host")


class Exchange:
    """One request and its outcome: `answer` is the response, or `unanswered` the error; both are None before it is
    sent."""

    def __init__(self, environment: Mapping[str, str], without: tuple[str, ...] = ()) -> None:
        """`without` are headers (in lower case) that the SDK always sends and the client does not."""
        self._environment = environment
        self._dropped = (*_HOP, *without)
        self.url = ""
        self.answer: http.Response | None = None
        self.unanswered: http.Unanswered | None = None

    def client(self) -> "httpx2.Client":
        """An HTTP client for the SDK that sends its one request through this exchange."""
        import httpx2

        exchange = self

        class Transport(httpx2.BaseTransport):
            def handle_request(self, request: httpx2.Request) -> httpx2.Response:
                return exchange._send(request)

        # A signature covers Accept-Encoding, so request what the transport reads: an uncompressed body.
        return httpx2.Client(transport=Transport(), trust_env=False, headers={"accept-encoding": "identity"})

    def _send(self, request: "httpx2.Request") -> "httpx2.Response":
        import httpx2

        if self.url:
            raise RuntimeError("a request that may have been billed is not sent again")
        self.url = str(request.url.copy_with(query=None))
        headers = {name: value for name, value in request.headers.items() if name not in self._dropped}
        headers["accept-encoding"] = "identity"
        try:
            way = http.pool(self._environment, str(request.url))
            self.answer = http.send(way, request.method, str(request.url), headers, request.read())
        except http.Unanswered as error:
            self.unanswered = error
            raise
        # The body has been read, unmodified. A body labelled as compressed nevertheless is passed on unmodified.
        response_headers = [(name, value) for name, value in self.answer.headers.items() if name != "content-encoding"]
        return httpx2.Response(self.answer.status, headers=response_headers, content=self.answer.body, request=request)
