"""Which proxy Claude Code sends a request through. Read in 2.1.332 and seen there: tests/agree/routes.py.

Two parts decide, one after the other. Claude Code takes the first variable of `NAMES` for every URL, http and https
alike, and reads both variables of exceptions. Bun, which it runs on, reads one of them, knows more forms, and is asked
again where Claude Code itself names no proxy.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from ccsetup.providers import hosts, network

NAMES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
_ANY = ("all_proxy", "ALL_PROXY")
_STS = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_URL = re.compile(r"\s*((https?|wss?|ftp):[/\\]*|[a-z][a-z0-9+.-]*://)[^\s/\\?#]", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*):[1-9]\d{0,4}/?", re.IGNORECASE)
_ENTRY = re.compile(r"(?P<host>\[[^]]*\]|[^:]*):(?P<port>\d+)")
_BETWEEN = re.compile(r"[,\s]+")
_SUPPORTED = ("http", "https")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` is as the client uses it: trimmed, and with a scheme where the client adds one."""

    variable: str
    url: str

    @property
    def is_supported(self) -> bool:
        return network.parts(self.url).scheme in _SUPPORTED


def proxy_for(environment: Mapping[str, str], url: str) -> Proxy | None:
    """The proxy for `url`; None if a request goes straight to its host."""
    to = network.parts(url)
    proxy = _first(environment, NAMES)
    if proxy is None or _client_spares(environment, to):
        return proxy_for_tokens(environment, url)
    return None if _bun_spares(environment, to) else proxy


def proxy_for_tokens(environment: Mapping[str, str], url: str) -> Proxy | None:
    """The proxy for a request that fetches a Google token, which Bun alone decides: HTTP_PROXY counts for http only."""
    to = network.parts(url)
    others = _buns(environment, _ANY)
    proxy = _buns(environment, [name for name in NAMES if name.lower() == f"{to.scheme}_proxy"])
    proxy = proxy or (others if others and others.is_supported else None)
    return None if _bun_spares(environment, to) else proxy


def proxy_for_credentials(environment: Mapping[str, str], region: str) -> Proxy | None:
    """The proxy for every request that fetches AWS credentials, whichever host it goes to; None if it goes straight.

    The client decides by the URL of STS, opens a tunnel for http too, and never uses ALL_PROXY there.
    """
    proxy = _first(environment, NAMES)
    layers = (environment, os.environ)  # a profile's environment may lack the shell's endpoints, which `aws` follows
    moved = next((values[name] for values in layers for name in _STS if values.get(name)), None)
    url = moved or f"https://{hosts.aws('sts', region)}"
    return None if proxy is None or _client_spares(environment, network.parts(url)) else proxy


def unreadable(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable, and its value, that keeps Claude Code from starting: the first one set is not a URL.

    Seen: a host and port in HTTPS_PROXY is accepted from the shell alone, and where neither input nor output is a
    terminal.
    """
    name = _set(environment, NAMES)
    return (name, environment[name]) if name and not _is_url(environment[name]) else None


def _first(environment: Mapping[str, str], names: Sequence[str]) -> Proxy | None:
    name = _set(environment, names)
    if name is None:
        return None
    value = environment[name].strip()
    return Proxy(name, value if _is_url(value) or not _HOST_AND_PORT.fullmatch(value) else f"http://{value}")


def _buns(environment: Mapping[str, str], names: Sequence[str]) -> Proxy | None:
    """Bun trims nothing: a request fails if there are blanks around."""
    name = _set(environment, names)
    value = environment[name] if name else ""
    return Proxy(name, value if "://" in value else f"http://{value}") if name else None


def _set(environment: Mapping[str, str], names: Sequence[str]) -> str | None:
    """The first of these variables that is set and not empty."""
    return next((name for name in names if environment.get(name)), None)


def _is_url(value: str) -> bool:
    try:
        urlsplit(value).port  # noqa: B018 - raises for a port that none can be
    except ValueError:
        return False
    return bool(_URL.match(value))


def _client_spares(environment: Mapping[str, str], to: SplitResult) -> bool:
    lists = list(dict.fromkeys(environment[name] for name in _EXCEPTIONS if environment.get(name)))
    host = f"[{to.hostname}]" if ":" in (to.hostname or "") else to.hostname or ""
    for entry in _entries(",".join(lists)):
        if ":" in entry:
            spared = entry == f"{host}:{_port(to)}"
        else:
            spared = host == entry.removeprefix(".") or (entry.startswith(".") and host.endswith(entry))
        if spared:
            return True
    return "*" in lists


def _bun_spares(environment: Mapping[str, str], to: SplitResult) -> bool:
    name = _set(environment, _EXCEPTIONS)
    list_ = environment[name] if name else ""
    return any(_is_meant(entry, (to.hostname or "").removesuffix("."), _port(to)) for entry in _entries(list_))


def _is_meant(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    with_port = _ENTRY.fullmatch(entry)
    if with_port and (int(with_port["port"]) != port or "/" in with_port["host"]):
        return False
    name = (with_port["host"] if with_port else entry).replace("[", "").replace("]", "")
    try:
        address = ip_address(host)
    except ValueError:
        name = name.removeprefix("*").removeprefix(".") if name.startswith("*.") else name.removeprefix(".")
        name = name.removesuffix(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return re.search(r"/(?!\d+$)", name) is None and address in ip_network(name, strict=False)
    except ValueError:
        return False


def _entries(list_: str) -> Iterator[str]:
    return filter(None, _BETWEEN.split(list_.lower()))


def _port(to: SplitResult) -> int | None:
    try:
        return to.port or _PORTS.get(to.scheme)
    except ValueError:
        return None
