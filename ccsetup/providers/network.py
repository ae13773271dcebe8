"""The route to a host in a profile's environment: the proxy, and certificates in addition to the default ones."""

import ssl
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from urllib.parse import urlsplit

from ccsetup.knowledge import urls
from ccsetup.knowledge.surfaces import load_surfaces


def proxy(environment: Mapping[str, str], url: str) -> str | None:
    """The proxy for `url`; None if not set, or if NO_PROXY excludes the host."""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

    # Lower case has precedence, as in other tools.
    names = sorted((name for name in environment if name.lower().endswith("_proxy")), key=str.isupper, reverse=True)
    named = {name.lower(): environment[name] for name in names if environment[name]}
    parts = urlsplit(url)
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": named.get("no_proxy", "")}):
        return None
    address = named.get(f"{parts.scheme}_proxy") or named.get("all_proxy")
    return f"http://{address}" if address and "://" not in address else address


_allowed: set[str] = set()


def allow_http(hosts: Iterable[str]) -> None:
    """Let requests with a secret go to these hosts unencrypted: a profile says that they may."""
    _allowed.update(hosts)


def is_too_open(url: str) -> bool:
    """Whether a request with a secret must not go to `url`."""
    return urls.is_insecure(url) and urls.host(url) not in _allowed and not urls.is_metadata(url)


def route_key(environment: Mapping[str, str]) -> Hashable:
    """Equal where requests take the same way out: through the same proxies, trusting the same certificates."""
    certificates = load_surfaces().certificates
    named = (name for name in environment if name.lower().endswith("_proxy") or name in certificates)
    return tuple((name, environment[name]) for name in sorted(named))


def extra_certificates(environment: Mapping[str, str]) -> str | None:
    """The file in NODE_EXTRA_CA_CERTS; None if unset or unreadable, about which the client only warns."""
    name = environment.get("NODE_EXTRA_CA_CERTS")
    return name if name and _loads(name) else None


def tls_context(bundle: str | None, more: str | None) -> ssl.SSLContext:
    """A TLS context that trusts `bundle` (None for the default certificates) and the file `more`."""
    import certifi

    context = ssl.create_default_context(cafile=bundle or certifi.where())
    if more:
        context.load_verify_locations(more)
    return context


@cache
def _loads(name: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(name)
    except OSError:  # SSLError is an OSError
        return False
    return True
