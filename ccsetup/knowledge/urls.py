"""Whether an address would carry a secret unencrypted to another machine, read as the client reads one (WHATWG's URL
Standard): `http:\\\\host` and `HTTP:/host` are http, `127.1` and `0x7f.1` are this machine, `127.0.0.1@host` is not.
"""

import fnmatch
import ipaddress
import re
import unicodedata
from urllib.parse import unquote

from ccsetup.knowledge import surfaces

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):[/\\]*([^/\\?#]*)", re.IGNORECASE)
_UNENCRYPTED = ("http", "ws")
_BLANKS = "".join(map(chr, range(0x21)))
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_HIDDEN = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0x200C, 0x200D))  # what a host's name is read without
_METADATA = ("metadata.google.internal", "metadata", "169.254.169.254", "169.254.170.2", "169.254.170.23")


def is_insecure(url: str) -> bool:
    """Whether it is http to another machine than this one."""
    scheme, host = _parts(url)
    return scheme in _UNENCRYPTED and not is_loopback(host)


def host(url: str) -> str:
    """The host as it would be contacted, without login and port."""
    return _parts(url)[1]


def is_metadata(url: str) -> bool:
    """Whether it is a cloud's own service of its machines, which has no other scheme."""
    return _parts(url)[1] in _METADATA


def is_destination(variable: str) -> bool:
    """Whether requests with a secret go where the variable says."""
    known = surfaces.load_surfaces().shared.destinations
    return any(fnmatch.fnmatchcase(variable, pattern) for pattern in known)


def _parts(url: str) -> tuple[str, str]:
    """(scheme, host), both in lower case; empty if it is not a URL."""
    text = re.sub(r"[\t\n\r]", "", url.strip(_BLANKS))
    found = _SCHEME.match(text)
    if found is None:
        return "", ""
    named = found[2].rpartition("@")[2]
    bracket = re.match(r"\[[^\]]*\]", named)
    return found[1].lower(), _host(bracket[0] if bracket else named.partition(":")[0])


def _host(named: str) -> str:
    text = unquote(named).translate(_HIDDEN).translate(_DOTS)
    return in_ascii(unicodedata.normalize("NFKC", text).lower())


def in_ascii(host: str) -> str:
    """A host's name as it is contacted (`xn--…`), so that a letter that only looks like another one shows."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode()


def is_loopback(host: str) -> bool:
    """Whether the host, as `host` returns it, is this machine."""
    if host.startswith("["):
        try:
            address = ipaddress.IPv6Address(host[1:-1].partition("%")[0])
        except ValueError:
            return False
        return (address.ipv4_mapped or address).is_loopback
    name = host.removesuffix(".")
    if name == "localhost":
        return True
    number = _ipv4(name)
    return number is not None and number >> 24 == 127


def _ipv4(name: str) -> int | None:
    """The number of an address with one to four parts, each decimal, octal or hexadecimal; None for a name."""
    parts = name.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers: list[int] = []
    for part in parts:
        if not re.fullmatch(r"0[xX][0-9a-fA-F]*|[0-9]+", part, re.ASCII):
            return None
        base = 16 if part[:2] in ("0x", "0X") else 8 if part[0] == "0" else 10
        try:
            numbers.append(int(part[2:] or "0", 16) if base == 16 else int(part, base))
        except ValueError:  # 08
            return None
    *high, last = numbers
    if any(number > 255 for number in high) or last >= 256 ** (5 - len(numbers)):
        return None
    return sum(number << 8 * (3 - place) for place, number in enumerate(high)) + last
