"""Servers on loopback that never get to the end: each keeps a request waiting in another place."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

PAUSE = 0.1  # seconds between two pieces; far less than any read time-out

Does = Callable[[socket.socket, threading.Event], None]


def drips(head: bytes, piece: bytes = b"x") -> Does:
    """`head`, and then one piece after the other."""

    def serve(connection: socket.socket, over: threading.Event) -> None:
        _request(connection)
        connection.sendall(head)
        while not over.wait(PAUSE):
            connection.sendall(piece)

    return serve


def says(answer: bytes) -> Does:
    """`answer`, whatever it is, and the end."""

    def serve(connection: socket.socket, over: threading.Event) -> None:
        del over
        _request(connection)
        connection.sendall(answer)

    return serve


def _request(connection: socket.socket) -> None:
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65_536)
        if not piece:
            return
        read += piece


def _silent(connection: socket.socket, over: threading.Event) -> None:
    del connection
    over.wait()


def _deaf(connection: socket.socket, over: threading.Event) -> None:
    """Takes nothing off the connection, and answers a byte now and then."""
    while not over.wait(PAUSE):
        connection.sendall(b" ")


def _handshake(connection: socket.socket, over: threading.Event) -> None:
    """The head of a TLS record of 16 KB, and then one byte after the other."""
    connection.sendall(struct.pack("!BHH", 22, 0x0303, 16_000))
    while not over.wait(PAUSE):
        connection.sendall(b"\0")


def _tunnel(connection: socket.socket, over: threading.Event) -> None:
    """A proxy that opens the way to a host that says nothing."""
    _request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    over.wait()


_JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PLAIN: Mapping[str, Does] = {
    "silent": _silent,
    "deaf": _deaf,
    "status-line": drips(b"HTTP/1.1 200 ", b"O"),
    "version": drips(b"HTTP/1.", b"1"),
    "blank-lines": drips(b"", b"\r\n"),
    "header-name": drips(b"HTTP/1.1 200 OK\r\nX-", b"a"),
    "header-value": drips(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
    "header-folded": drips(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", b" c"),
    "after-headers": drips(_JSON + b"X-Last: ", b"1"),
    "100-continue": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100-with-headers": drips(b"", b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n"),
    "100-then-half": drips(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: ", b"y"),
    "body-with-length": drips(_JSON + b"Content-Length: 100000\r\n\r\n", b" "),
    "body-to-the-end": drips(_JSON + b"Connection: close\r\n\r\n", b" "),
    "body-chunked": drips(_JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk-size": drips(_JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunk-extension": drips(_JSON + b"Transfer-Encoding: chunked\r\n\r\n2;", b"a"),
    "trailers": drips(_JSON + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "refusal": drips(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100000\r\n\r\n", b" "),
    "redirect": drips(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 100000\r\n\r\n", b" "),
    "failure": drips(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 100000\r\n\r\n", b" "),
}
TLS: Mapping[str, Does] = {"tls-silent": _silent, "tls-drips": _handshake, "tls-is-deaf": _deaf}
PROXIES: Mapping[str, Does] = {
    "connect-silent": _silent,
    "connect-status": drips(b"HTTP/1.1 200 ", b"O"),
    "connect-headers": drips(b"HTTP/1.1 200 OK\r\nX-", b"a"),
    "connect-100": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "connect-refuses": drips(b"HTTP/1.1 407 No\r\nX-", b"a"),
    "tunnel-silent": _tunnel,
}


@dataclass(frozen=True)
class Slow:
    """Where it listens; `connections` are those that were made."""

    port: int
    connections: list[socket.socket]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def slow(does: Does) -> Iterator[Slow]:
    """A server that does this to each connection."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        found = Slow(listener.getsockname()[1], [])

        def attend(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                does(connection, over)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    found.connections.append(connection)
                    threading.Thread(target=attend, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield found
        finally:
            over.set()
