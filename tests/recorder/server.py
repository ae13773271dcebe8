"""The server: plain HTTP for base URLs, and an HTTPS proxy that answers in every host's name."""

import ssl
import tempfile
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

import trustme

from .answers import answer
from .request import Request, read


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, profiles: Sequence[str] | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.profiles = profiles
        self.authority = trustme.CA()
        self.recorded: list[Request] = []
        self.lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}

    def context(self, host: str) -> ssl.SSLContext:
        """A TLS context whose certificate names `host`, made once per host."""
        with self.lock:
            if host not in self._contexts:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.set_alpn_protocols(["http/1.1"])
                self.authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def handle_error(self, request: object, client_address: object) -> None:
        """Silent: the client drops connections as it exits, and a traceback would bury the test's own."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server
    tunnel: str | None = None
    """The host the client believes it reached, once it has sent CONNECT."""

    def do_CONNECT(self) -> None:
        self.tunnel = self.path.rpartition(":")[0].strip("[]")
        self.send_response(200)
        self.end_headers()
        secured = self.server.context(self.tunnel).wrap_socket(self.connection, server_side=True)
        self.connection = secured
        self.rfile = secured.makefile("rb")
        self.wfile = secured.makefile("wb")
        self.close_connection = False

    def finish(self) -> None:
        super().finish()
        if self.tunnel is not None:
            # wrap_socket detached the socket that the server would close.
            self.connection.close()

    def _record(self) -> None:
        headers = MappingProxyType({name.lower(): value for name, value in self.headers.items()})
        body = self._body(headers)
        target = urlsplit(self.path)
        path = target.path + (f"?{target.query}" if target.query else "")
        host = self.tunnel or target.hostname or headers.get("host", "").partition(":")[0]
        scheme: Literal["http", "https"] = "https" if self.tunnel else "http"
        request = read(self.command, path, headers, body, scheme=scheme, host=host)
        with self.server.lock:
            self.server.recorded.append(request)
        reply = answer(request, self.server.profiles)
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _record

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what was asked is in `Recorder.requests`."""


class Recorder:
    """Listens on 127.0.0.1 between `__enter__` and `__exit__`.

    `profiles` are the inference profile ids Bedrock offers; None answers the list with a 403
    AccessDeniedException, as an account without that permission would.
    """

    def __init__(self, profiles: Sequence[str] | None = ()) -> None:
        self._server = _Server(profiles)
        self._folder = tempfile.TemporaryDirectory(prefix="recorder-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._server.authority.cert_pem.write_to_path(self.ca_file)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    proxy_url = base_url

    @property
    def proxied(self) -> Mapping[str, str]:
        """The variables that send all of the client's HTTPS here, and make it trust the answers."""
        return {"HTTPS_PROXY": self.proxy_url, "NODE_EXTRA_CA_CERTS": str(self.ca_file)}

    @property
    def everything(self) -> tuple[Request, ...]:
        with self._server.lock:
            return tuple(self._server.recorded)

    @property
    def requests(self) -> tuple[Request, ...]:
        """All but the noise, in order of arrival."""
        return tuple(request for request in self.everything if not request.noise)

    @property
    def noise(self) -> tuple[Request, ...]:
        """Start-up and telemetry calls, as `request.NOISE` names them."""
        return tuple(request for request in self.everything if request.noise)

    @property
    def inference(self) -> tuple[Request, ...]:
        """The model calls, start-up probes included."""
        return tuple(request for request in self.requests if request.inference)

    def clear(self) -> None:
        """Forget what was recorded, so that one recorder can serve several runs."""
        with self._server.lock:
            self._server.recorded.clear()
