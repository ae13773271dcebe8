"""Plain HTTP through a proxy's tunnel, as Claude Code fetches AWS credentials: urllib3 tunnels TLS alone."""

from typing import Any
from urllib.parse import unquote

import urllib3
from urllib3.connection import HTTPConnection

from ccsetup.providers import network


def login_headers(proxy: str) -> dict[str, str]:
    """The headers for the proxy, with the login of its URL."""
    parts = network.parts(proxy)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return dict(urllib3.make_headers(proxy_basic_auth=login))


def make_manager(proxy: str, settings: dict[str, Any]) -> urllib3.PoolManager:
    """Connections that reach hosts of http URLs through this proxy's tunnels."""
    to, headers = network.parts(proxy), login_headers(proxy)

    class Tunnel(HTTPConnection):
        def __init__(self, host: str, port: int | None = None, **others: Any) -> None:  # noqa: ANN401 - urllib3's own
            super().__init__(to.hostname or "", to.port or 80, **others)
            self.set_tunnel(host, port or 80, headers)

    class Tunnels(urllib3.HTTPConnectionPool):
        ConnectionCls = Tunnel

    manager = urllib3.PoolManager(**settings)
    manager.pool_classes_by_scheme = {"http": Tunnels, "https": urllib3.HTTPSConnectionPool}
    return manager
