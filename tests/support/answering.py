"""A server on loopback that answers what a test says, and remembers what it was asked."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-portkey-api-key")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names are lower case."""

    method: str
    path: str  # without the query
    headers: Mapping[str, str]
    body: bytes

    @property
    def credential(self) -> bool:
        return any(name in self.headers for name in _CREDENTIALS)


Answer = Callable[[Asked], tuple[int, Mapping[str, str], str]]


class Answering:
    """`answer` may be changed between requests: it maps a request to status, headers and body."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Answer = lambda _: (404, {}, "")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length") or 0))
                asked = Asked(self.command, self.path.partition("?")[0], headers, body)
                outer.asked.append(asked)
                status, more, text = outer.answer(asked)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                sent = text.encode()
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
