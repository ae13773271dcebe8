"""The certificate by which Claude Code identifies itself to servers and proxies. Each rule was seen on 2.1.332.

A file that is missing, large or holds no whole PEM block is ignored, and so is one of the pair without the other.
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
    """Paths of a certificate and its key."""

    certificate: str
    key: str
    passphrase: str = field(default="", repr=False)

    def load_into(self, context: "ssl.SSLContext") -> None:
        """Raises OSError if key and certificate do not fit, or the passphrase is not the key's."""
        context.load_cert_chain(self.certificate, self.key, self.passphrase)


def client_certificate(environment: Mapping[str, str]) -> ClientCertificate | None:
    """The pair that Claude Code loads; None if it ignores what the variables name."""
    certificate, key = environment.get("CLAUDE_CODE_CLIENT_CERT", ""), environment.get("CLAUDE_CODE_CLIENT_KEY", "")
    if not _holds_pem(certificate) or not _holds_pem(key):
        return None
    return ClientCertificate(certificate, key, environment.get("CLAUDE_CODE_CLIENT_KEY_PASSPHRASE", ""))


@cache
def problem(pair: ClientCertificate) -> str:
    """Why no connection can be made with the pair; "" if there is nothing."""
    import ssl

    try:
        pair.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except (OSError, ValueError) as error:  # SSLError is an OSError; a passphrase may be too long
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            return "the key is not that of the certificate"
        return "the key cannot be read with this passphrase" if pair.passphrase else "the key cannot be read"
    return ""


@cache
def _holds_pem(name: str) -> bool:
    try:
        return bool(_PEM.search(files.read_named(Path(name), _LARGEST)))
    except (OSError, ValueError):
        return False
