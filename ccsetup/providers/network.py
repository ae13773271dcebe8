"""The way to a host as a profile's environment describes it: the proxy, and the certificates beside the usual ones."""

import errno
import ssl
import stat
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ccsetup.knowledge.surfaces import load_surfaces

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


def proxy(environment: Mapping[str, str], url: str) -> str | None:
    """The proxy for `url`; None where there is none, or where NO_PROXY spares the host."""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

    # Lower case wins, as everywhere.
    names = sorted((name for name in environment if name.lower().endswith("_proxy")), key=str.isupper, reverse=True)
    named = {name.lower(): environment[name] for name in names if environment[name]}
    to = parts(url)
    if proxy_bypass_environment(to.netloc.rpartition("@")[2], {"no": named.get("no_proxy", "")}):
        return None
    found = named.get(f"{to.scheme}_proxy") or named.get("all_proxy")
    return f"http://{found}" if found and "://" not in found else found


def way(environment: Mapping[str, str]) -> Hashable:
    """Equal where requests take the same way out: through the same proxies, trusting the same certificates."""
    certificates = load_surfaces().certificates
    named = (name for name in environment if name.lower().endswith("_proxy") or name in certificates)
    return tuple((name, environment[name]) for name in sorted(named))


def added(environment: Mapping[str, str]) -> str | None:
    """NODE_EXTRA_CA_CERTS; None for a file that cannot be read, of which the client only warns."""
    name = environment.get("NODE_EXTRA_CA_CERTS")
    return name if name and _loads(name) else None


def trusting(bundle: str | None, more: str | None) -> ssl.SSLContext:
    """Trust in `bundle`, None for the usual certificates, and in the file `more` beside it."""
    import certifi

    for file in filter(None, (bundle, more)):
        _refuse_special(file)
    context = ssl.create_default_context(cafile=bundle or certifi.where())
    if more:
        context.load_verify_locations(more)
    return context


@cache
def _loads(name: str) -> bool:
    try:
        _refuse_special(name)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(name)
    except OSError:  # an SSLError is one
        return False
    return True


def _refuse_special(name: str) -> None:
    """An OSError for what is not a regular file, or is larger than any bundle: OpenSSL would wait for a FIFO."""
    status = Path(name).stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        raise OSError(errno.EINVAL, "it is not a file of certificates")
