"""TLS servers on loopback whose certificate has one fault, by a certificate authority that the client trusts."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
LOOPBACK = ("127.0.0.1", "localhost")


class TlsFault(NamedTuple):
    """`names` of the certificate, the days from now on which it begins and ends, and what the server's TLS is like."""

    names: tuple[str, ...] = LOOPBACK
    begins: int = -2
    ends: int = 30
    trusted: bool = True
    newest: ssl.TLSVersion | None = None
    wants_certificate: bool = False
    ciphers: str = ""


@contextmanager
def serving(fault: TlsFault, folder: Path, host: str = "127.0.0.1") -> Iterator[tuple[str, Path]]:
    """Serve an empty listing. Yields the base URL, and the CA file that the client is to trust."""
    authority, key = _authority()
    trusted = authority if fault.trusted else _authority()[0]
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(trusted.public_bytes(serialization.Encoding.PEM))
    server = _Server(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_leaf(fault, authority, key, folder))
    if fault.newest:
        context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, fault.newest
        context.set_ciphers("ALL:@SECLEVEL=0")
    if fault.ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(fault.ciphers)
    if fault.wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ca_file)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"https://{host}:{server.server_address[1]}", ca_file
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - socketserver's own type
        """Read what is left first: closing with unread bytes resets the connection, and the alert would be lost."""
        with suppress(OSError, ValueError):
            request.settimeout(1)
            while socket.socket.recv(request, 65_536):  # below TLS
                pass
        super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"data":[{"id":"claude-opus-5-5"}],"has_more":false}')

    def log_message(self, *_: object) -> None:
        pass


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + 9 * DAY)
    return built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        key, hashes.SHA256()
    ), key


def _leaf(fault: TlsFault, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    now = datetime.datetime.now(datetime.UTC)
    names = [
        x509.IPAddress(ipaddress.ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in fault.names
    ]
    certificate = (
        x509.CertificateBuilder(
            authority.subject,
            name,
            key.public_key(),
            x509.random_serial_number(),
            now + fault.begins * DAY,
            now + fault.ends * DAY,
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, hashes.SHA256())
    )
    file = folder / "leaf.pem"
    file.touch(0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
