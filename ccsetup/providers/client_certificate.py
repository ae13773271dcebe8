"""The certificate by which Claude Code identifies itself to servers and proxies. Each rule was seen on 2.1.332.

A file that is missing, large or holds no whole PEM block is ignored. One without the other is not sent, but loaded all
the same: if it cannot be read, no connection can be made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ccsetup.system import files

if TYPE_CHECKING:  # what names a route loads no TLS
    import ssl

_LARGEST = 1 << 20  # bytes
_PEM = re.compile(rb"-----BEGIN ([^-]+)-----.+-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Paths of a certificate and its key; "" for one that Claude Code ignores."""

    certificate: str
    key: str
    passphrase: str = field(default="", repr=False)

    def load_into(self, context: "ssl.SSLContext") -> None:
        """Raises OSError if key and certificate do not fit, or the passphrase is not the key's."""
        if self.certificate and self.key:
            context.load_cert_chain(self.certificate, self.key, self.passphrase)


def client_certificate(environment: Mapping[str, str]) -> ClientCertificate | None:
    """What Claude Code loads; None if it ignores all that the variables name."""
    names = (environment.get(f"CLAUDE_CODE_CLIENT_{part}", "") for part in ("CERT", "KEY"))
    certificate, key = (name if _holds_pem(name) else "" for name in names)
    if not certificate and not key:
        return None
    return ClientCertificate(certificate, key, environment.get("CLAUDE_CODE_CLIENT_KEY_PASSPHRASE", ""))


@cache
def problem(own: ClientCertificate) -> str:
    """Why no connection can be made with the pair, or with the one that is there; "" if there is nothing."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if own.certificate:
            context.load_verify_locations(own.certificate)
    except OSError:  # SSLError is an OSError
        return "the certificate cannot be read"
    if own.key and not _opens_key(own):
        return "the key cannot be read with this passphrase" if own.passphrase else "the key cannot be read"
    try:
        own.load_into(context)
    except (OSError, ValueError):  # a passphrase may be too long
        return "the key is not that of the certificate"
    return ""


def _opens_key(own: ClientCertificate) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    for passphrase in (own.passphrase.encode() or None, None):
        try:
            load_pem_private_key(files.read_named(Path(own.key), _LARGEST), passphrase)
        except (OSError, TypeError, ValueError, UnsupportedAlgorithm):  # TypeError: a passphrase for a key without one
            continue
        return True
    return False


@cache
def _holds_pem(name: str) -> bool:
    try:
        return bool(_PEM.search(files.read_named(Path(name), _LARGEST)))
    except (OSError, ValueError):
        return False
