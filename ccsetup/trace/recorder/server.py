"""The recording server: the lab's, plain for base URLs and as an HTTPS proxy that answers for every host."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from ccsetup.lab.authority import Authority
from ccsetup.lab.call import Call
from ccsetup.lab.server import Delivery, Server
from ccsetup.lab.wire import Answer
from ccsetup.system import cleanup
from ccsetup.trace.recorder.answers import answer
from ccsetup.trace.recorder.request import Request, parse_request


class Recorder:
    """Records requests on 127.0.0.1 between `__enter__` and `__exit__`.

    `profiles` are the inference profile ids that Bedrock lists; None answers the list with a 403
    AccessDeniedException, as for an account without that permission. With `fetch`, the first model call gets a request
    to fetch a page, so that the client also uses its background model.
    """

    def __init__(self, profiles: Sequence[str] | None = (), *, fetch: bool = False) -> None:
        self._profiles = profiles
        self._fetch = fetch
        self._lock = threading.Lock()
        self._recorded: list[Request] = []
        self._closing = ExitStack()
        authority = Authority(self._closing.enter_context(cleanup.private_temporary_folder("recorder")))
        self.ca_file = authority.ca_file
        self._server = Server(self._answer, authority, secure=False)
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
        self._closing.close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    proxy_url = base_url

    @property
    def proxied(self) -> Mapping[str, str]:
        """Variables that send all of the client's HTTPS requests here and make it trust the answers."""
        return {"HTTPS_PROXY": self.proxy_url, "NODE_EXTRA_CA_CERTS": str(self.ca_file)}

    @property
    def everything(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._recorded)

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests except noise, in order of arrival."""
        return tuple(request for request in self.everything if not request.noise)

    @property
    def noise(self) -> tuple[Request, ...]:
        """Start-up and telemetry calls, as listed in `request.NOISE`."""
        return tuple(request for request in self.everything if request.noise)

    @property
    def inference(self) -> tuple[Request, ...]:
        """The model calls, including start-up probes."""
        return tuple(request for request in self.requests if request.inference)

    def clear(self) -> None:
        """Delete what was recorded, so that one recorder can serve several runs."""
        with self._lock:
            self._recorded.clear()

    def _answer(self, call: Call) -> tuple[Answer, Delivery]:
        path = call.path + (f"?{urlencode(call.query)}" if call.query else "")
        request = parse_request(call.method, path, call.headers, call.body, scheme=call.scheme, host=call.host)
        with self._lock:
            self._recorded.append(request)
        return answer(request, self._profiles, fetch=self._fetch), None
