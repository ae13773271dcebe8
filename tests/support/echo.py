"""A provider that repeats what it was sent: in its refusals, and in the names of its models."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote


@dataclass
class Echo:
    """`status` is what it answers; `posted` are the bodies of requests with one."""

    url: str = ""
    status: int = 401
    filler: int = 0  # characters before the repeated value
    whole: bytes = b""  # instead of any other body
    posted: list[bytes] = field(default_factory=list)

    def words(self, sent: str) -> str:
        """`sent` in every way in which a provider may say it."""
        encoded = [base64.b64encode(b"=" * at + sent.encode()).decode() for at in range(3)]
        return f"{'x ' * (self.filler // 2)}Received API Key = {sent}, url {quote(sent, safe='')}, {' '.join(encoded)}"

    def body(self, sent: str) -> bytes:
        if self.whole:
            return self.whole
        if self.status != 200:
            error = {"type": "authentication_error", "message": self.words(sent)}
            return json.dumps({"type": "error", "error": error}).encode()
        ids = ("claude-opus-5-5", f"claude-opus-4-{sent}")
        models = [{"id": id_, "type": "model", "display_name": self.words(sent)} for id_ in ids]
        return json.dumps({"data": models, "has_more": False}).encode()


@contextmanager
def echoing() -> Iterator[Echo]:
    """An echo on loopback."""
    echo = Echo()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")
            body = echo.body(sent)
            self.send_response(echo.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            echo.posted.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        echo.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield echo
        server.shutdown()
