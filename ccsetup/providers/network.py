"""The route to a host in a profile's environment: addresses, and certificates in addition to the default ones."""

import stat
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from ccsetup.knowledge import urls
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.providers.client_certificate import ClientCertificate, client_certificate

if TYPE_CHECKING:  # what names a route loads no TLS
    import ssl

_LARGEST = 16 << 20  # bytes of a bundle; the usual one has 0.3 million


def parts(url: str) -> SplitResult:
    """The parts of a URL; empty ones where it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:  # an unclosed bracket
        return SplitResult("", "", "", "", "")


def is_address(url: str) -> bool:
    """Whether a request can be sent to this URL: http or https, a host that a name server can be asked for, a port."""
    try:
        found = urlsplit(url)
        host = (found.hostname or "").encode("idna")
        return (
            found.scheme in ("http", "https")
            and bool(host)
            and found.port != 0
            and url.isprintable()
            and " " not in url
        )
    except ValueError:  # a UnicodeError is one
        return False


_allowed: set[str] = set()


def allow_http(hosts: Iterable[str]) -> None:
    """Let requests with a secret go to these hosts unencrypted: a profile says that they may."""
    _allowed.update(hosts)


def is_too_open(url: str) -> bool:
    """Whether a request with a secret must not go to `url`."""
    return urls.is_insecure(url) and urls.host(url) not in _allowed and not urls.is_metadata(url)


def route_key(environment: Mapping[str, str]) -> Hashable:
    """Equal if requests use the same route: the same proxies and the same certificates."""
    certificates = load_surfaces().certificates
    named = (name for name in environment if name.lower().endswith("_proxy") or name in certificates)
    return (client_certificate(environment), *((name, environment[name]) for name in sorted(named)))


def extra_certificates(environment: Mapping[str, str]) -> str | None:
    """The file in NODE_EXTRA_CA_CERTS; None if unset or unreadable, about which the client only warns."""
    name = environment.get("NODE_EXTRA_CA_CERTS")
    return name if name and _loads(name) else None


def trusted_bundle(environment: Mapping[str, str]) -> str | None:
    """The certificates to use instead of the default ones, in SSL_CERT_FILE; None if they are not usable. Seen on
    2.1.332: the client reads no SDK's own variable (AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE)."""
    name = environment.get("SSL_CERT_FILE") if _reads_system_store(environment) else None
    return name if name and _loads(name) else None


def _reads_system_store(environment: Mapping[str, str]) -> bool:
    """Whether the client trusts the system's store, which SSL_CERT_FILE names. Unknown words count for nothing."""
    stores = {word.strip().lower() for word in environment.get("CLAUDE_CODE_CERT_STORE", "").split(",")}
    return "system" in stores or "bundled" not in stores


def tls_context(bundle: str | None, more: str | None, own: ClientCertificate | None = None) -> "ssl.SSLContext":
    """A TLS context that trusts `bundle` (None for the default certificates) and the file `more`, and identifies itself
    with `own`, all usable."""
    import ssl

    import certifi

    context = ssl.create_default_context(cafile=bundle or certifi.where())
    if more:
        context.load_verify_locations(more)
    if own:
        own.load_into(context)
    return context


@cache
def _loads(name: str) -> bool:
    """Whether it is a file of certificates. Of a FIFO, OpenSSL would wait for the other end."""
    import ssl

    try:
        status = Path(name).stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            return False
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(name)
    except (OSError, ValueError):  # SSLError is an OSError; a name that no file can have is a ValueError
        return False
    return True
