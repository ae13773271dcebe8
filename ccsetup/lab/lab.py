"""The lab: starts the servers, responds, logs requests, and injects faults."""

import datetime
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never

from ccsetup.lab import environment, errors, route, wire
from ccsetup.lab.call import Ask, Call, Fails, Service, Unreachable
from ccsetup.lab.fault import Does, Drip, Error, Fault, Flood, Hang, Reply, Reset, Slow, Truncate
from ccsetup.lab.replay import Replay
from ccsetup.lab.server import Delivery, Server
from ccsetup.lab.wire import Answer
from ccsetup.lab.world import World, default

_NOTHING = Answer(200, "text/plain", b"")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as received; `at` is in seconds of the monotonic clock."""

    at: float
    service: Service
    operation: str
    place: str | None
    identity: str | None
    model: str | None
    project: str | None
    method: str
    scheme: str
    host: str
    path: str


class Lab:
    """Every provider on 127.0.0.1, between `__enter__` and `__exit__`.

    `world` may be replaced while it runs. `latency_ms` is the delay before every response. With `tls`, a second port
    uses TLS, and `url` is also an HTTPS proxy that responds as any host; nothing ever connects outward. Its
    certificates are written to `folder`, by default a temporary one. What `replay` recorded goes before the world.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        latency_ms: int = 0,
        tls: bool = False,
        folder: Path | None = None,
        replay: Replay | None = None,
    ) -> None:
        self.world = world or default()
        self.replay = replay
        self.latency_ms = latency_ms
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, int | None]] = []
        self._requests: list[Request] = []
        self._closing = ExitStack()
        self._authority = None
        if tls:
            from ccsetup.lab.authority import Authority

            self._authority = Authority(
                folder or Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="ccsetup-lab-")))
            )
        self._plain = Server(self._answer, self._authority, secure=False, clock=self._clock)
        self._secure = Server(self._answer, self._authority, secure=True, clock=self._clock) if tls else None

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._closing.close()

    @property
    def _servers(self) -> tuple[Server, ...]:
        return (self._plain,) if self._secure is None else (self._plain, self._secure)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._plain.port}"

    @property
    def tls_url(self) -> str:
        if self._secure is None:
            raise ValueError("this lab was started without tls=True")
        return f"https://127.0.0.1:{self._secure.port}"

    @property
    def ca_file(self) -> Path:
        """The PEM file that a client must trust for `tls_url` and for the proxy."""
        if self._authority is None:
            raise ValueError("this lab was started without tls=True")
        return self._authority.ca_file

    @property
    def base(self) -> str:
        """`tls_url` with TLS, else `url`."""
        return self.url if self._secure is None else self.tls_url

    def at(self, place: str, base: str | None = None) -> str:
        """A URL whose requests are for `place`, regardless of the host: for bearer tokens and Model Garden."""
        return f"{base or self.base}/at/{place}"

    @property
    def base_urls(self) -> Mapping[str, str]:
        """The `base_url` for a profile of each surface that has this setting and is simulated here."""
        surfaces = ("api-key", "gateway", "bedrock", "claude-aws")
        own = {"mantle": f"{self.base}/anthropic", "vertex": f"{self.base}/v1"}
        return {**dict.fromkeys(surfaces, self.base), **own}

    @property
    def proxied(self) -> Mapping[str, str]:
        """The variables that send all HTTPS of a client here and make it trust the certificates; needs `tls`."""
        return {"HTTPS_PROXY": self.url, **environment.trust(self.ca_file)}

    def environment(self, home: Path) -> Mapping[str, str]:
        """Write every identity's files below `home`, and return the variables that make any tool use the lab."""
        environment.write(home, self.world, self.base)
        return environment.variables(home, self.base, self.ca_file if self._authority else None)

    def inject(self, *faults: Fault) -> None:
        """Apply faults from now on; if several match a request, the one injected first applies."""
        with self._lock:
            self._faults += [(fault, fault.times) for fault in faults]

    def clear_faults(self) -> None:
        """Remove every fault."""
        with self._lock:
            self._faults.clear()

    @property
    def requests(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._requests)

    def requests_for(self, operation: str, *, place: str | None = None) -> tuple[Request, ...]:
        """The requests for one operation, at one place or anywhere."""
        return tuple(
            request for request in self.requests if request.operation == operation and place in (None, request.place)
        )

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._requests.clear()

    def _clock(self) -> datetime.datetime:
        """The time for Date headers: now, or if the world's day was changed (`World.on`), the same time on that day."""
        now = datetime.datetime.now(datetime.UTC)
        if self.world.today == default().today:
            return now
        return datetime.datetime.combine(self.world.today, now.timetz())

    def _answer(self, call: Call) -> tuple[Answer, Delivery]:
        ask = route.parse(call, self.world)
        seen = (ask.service, ask.operation, ask.place, ask.identity, ask.model, ask.project)
        with self._lock:
            self._requests.append(Request(time.monotonic(), *seen, call.method, call.scheme, call.host, call.path))
            fault = self._next(ask)
        time.sleep(self.latency_ms / 1000)
        if self.replay is not None and (answer := self.replay.answer(call)) is not None:
            return answer, None
        try:
            return _done(ask, fault.does if fault else Slow(0))
        except Unreachable:
            return _NOTHING, Reset()
        except Exception:  # an error in the lab itself, sent to the tester
            return Answer(500, "text/plain", traceback.format_exc().encode()), None

    def _next(self, ask: Ask) -> Fault | None:
        for place, (fault, left) in enumerate(self._faults):
            if left != 0 and fault.matches(ask):
                self._faults[place] = (fault, None if left is None else left - 1)
                return fault
        return None


def _done(ask: Ask, does: Does) -> tuple[Answer, Delivery]:
    """Apply the fault to the normal response; returns the response and how to deliver it."""
    answer: Answer = _NOTHING
    delivery: Delivery = None
    match does:
        case Hang() | Reset() | Flood():
            delivery = does
        case Drip() | Truncate():
            answer, delivery = _played(ask), does
        case Slow(ms):
            time.sleep(ms / 1000)
            answer = _played(ask)
        case Reply(given):
            answer = given
        case Error():
            answer = _broken_off(ask, does) if does.midstream else errors.render(ask.service, ask.call, does.raised)
        case _:
            assert_never(does)
    return answer, delivery


def _played(ask: Ask) -> Answer:
    try:
        return ask.play(ask) if ask.play else _NOTHING
    except Fails as error:
        return errors.render(ask.service, ask.call, error)


def _broken_off(ask: Ask, error: Error) -> Answer:
    """A stream that begins normally and ends with the error; an operation that does not stream just fails."""
    begun = wire.message_events(ask.model, "pong")[:2]
    if ask.operation == "InvokeModelWithResponseStream":
        return wire.as_event_stream(begun, wire.event_exception(error.code, error.message))
    if ask.operation == "StreamRawPredict" or ask.call.fields.get("stream") is True:
        problem = {"type": "error", "error": {"type": error.code, "message": error.message}}
        return wire.as_sse((*begun, problem))
    return errors.render(ask.service, ask.call, error.raised)
