"""HTTP/1.1 on a loopback socket: plain, TLS, and as a proxy that responds as any host."""

import contextlib
import datetime
import socket
import ssl
import struct
import time
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Literal, Protocol
from urllib.parse import parse_qsl, urlsplit

from ccsetup.lab.call import Call
from ccsetup.lab.fault import Drip, Flood, Hang, Reset, Truncate
from ccsetup.lab.wire import Answer

_TLS = b"\x16"  # the first byte of a TLS connection
Delivery = Drip | Truncate | Flood | Hang | Reset | None
Answering = Callable[[Call], tuple[Answer, Delivery]]
"""Makes the response to a call, and decides how to deliver it."""


class Certifies(Protocol):
    """The interface of `authority.Authority`, defined here so that a plain lab does not import it."""

    def context(self, host: str) -> ssl.SSLContext: ...


class Server(ThreadingHTTPServer):
    """One thread per connection. With `secure` every connection begins with TLS."""

    daemon_threads = True
    request_queue_size = 512
    block_on_close = False

    def __init__(
        self,
        answering: Answering,
        authority: Certifies | None,
        *,
        secure: bool,
        clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = answering
        self.clock = clock
        self.authority = authority
        self.secure = secure

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: clients drop connections when they exit."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: Server
    connection: socket.socket
    tunnel: str | None = None
    """The host that the client believes it reached, once it has sent CONNECT."""
    is_encrypted = False

    def setup(self) -> None:
        super().setup()
        if self.server.secure:
            self._secure("127.0.0.1")

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0].strip("[]")
        if self.server.authority is None:
            self.send_error(502, "this lab has no TLS")
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.tunnel = host
        if self.connection.recv(1, socket.MSG_PEEK) == _TLS:  # else plain HTTP in the tunnel
            self._secure(host)
        self.close_connection = False

    def _secure(self, host: str) -> None:
        if self.server.authority is None:
            raise OSError("no certificates")
        secured = self.server.authority.context(host).wrap_socket(self.connection, server_side=True)
        self.connection = secured
        self.is_encrypted = True
        self.rfile = secured.makefile("rb")
        self.wfile = secured.makefile("wb")

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        with contextlib.suppress(OSError):
            self.connection.close()  # wrap_socket detached the socket that the server would close

    def _respond(self) -> None:
        answer, delivery = self.server.answering(self._call())
        if isinstance(delivery, Hang):
            time.sleep(delivery.seconds)
        if isinstance(delivery, Hang | Reset):
            self._tear(hard=isinstance(delivery, Reset))
            return
        self.send_response_only(answer.status)
        dated = () if any(name == "date" for name, _ in answer.headers) else (("date", self._date()),)
        for name, value in (("content-type", answer.content_type), *dated, *answer.headers):
            self.send_header(name, value)
        if not isinstance(delivery, Flood):
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        match delivery:
            case None:
                self.wfile.write(answer.body)
            case Drip(size, ms):
                for start in range(0, len(answer.body), size):
                    self.wfile.write(answer.body[start : start + size])
                    self.wfile.flush()
                    time.sleep(ms / 1000)
            case Truncate(keep, ms):
                self.wfile.write(answer.body[:keep])
                self.wfile.flush()
                time.sleep(ms / 1000)
                self.close_connection = True
            case Flood(size):
                self.close_connection = True
                for _ in range(0, size, 65_536):
                    self.wfile.write(b" " * 65_536)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _respond

    def _date(self) -> str:
        return format_datetime(self.server.clock(), usegmt=True)

    def _call(self) -> Call:
        headers: Mapping[str, str] = MappingProxyType({name.lower(): value for name, value in self.headers.items()})
        body = self._body(headers)
        target = urlsplit(self.path)
        path, place = target.path, None
        if path.startswith("/at/"):
            place, _, rest = path.removeprefix("/at/").partition("/")
            path = f"/{rest}"
        scheme: Literal["http", "https"] = "https" if self.is_encrypted else "http"
        host = self.tunnel or target.hostname or headers.get("host", "").partition(":")[0]
        query = tuple(parse_qsl(target.query, keep_blank_values=True))
        return Call(self.command, scheme, host, path, query, headers, body, place)

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _tear(self, *, hard: bool) -> None:
        self.close_connection = True
        if hard:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: requests are in `Lab.requests`."""
