"""Whatever a library raises on the way to a provider leads to a page, and not to an unrecognised error."""

import builtins
import http.client
import socket
import ssl
import urllib.error
from collections.abc import Iterator

import botocore.exceptions
import google.auth.exceptions
import httpx2
import pytest
import requests.exceptions
import urllib3.exceptions

from ccsetup.providers import recognise
from ccsetup.providers.recognise import Said

NEW = "An unknown message."
NETWORK = {"endpoint-unreachable", "endpoint-not-api", "tls-intercepted", "proxy-refused"}
UNTRUSTED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
OURS_TO_MEND = {"UnsupportedProtocol", "LocalProtocolError"}  # a request that was never sent


def every(*roots: type[BaseException]) -> Iterator[type[BaseException]]:
    """These exceptions and all that derive from them in the same module."""
    for root in roots:
        yield root
        yield from (kind for kind in every(*root.__subclasses__()) if kind.__module__ == root.__module__)


RAISED: tuple[type[BaseException], ...] = (
    *every(botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError),
    *every(ssl.SSLError),
    *every(httpx2.TransportError),
    *every(builtins.ConnectionError),
    builtins.TimeoutError,
    socket.gaierror,
    urllib.error.URLError,
    http.client.RemoteDisconnected,
    http.client.BadStatusLine,
    http.client.IncompleteRead,
    google.auth.exceptions.TransportError,
    google.auth.exceptions.TimeoutError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.MaxRetryError,
    urllib3.exceptions.TimeoutError,
    urllib3.exceptions.ReadTimeoutError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.IncompleteRead,
    urllib3.exceptions.InvalidChunkLength,
    urllib3.exceptions.DecodeError,
    urllib3.exceptions.ResponseError,
    urllib3.exceptions.HostChangedError,
    requests.exceptions.ConnectionError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ReadTimeout,
    requests.exceptions.Timeout,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.TooManyRedirects,
    requests.exceptions.RetryError,
)
ANTHROPIC = {"APIConnectionError", "APITimeoutError", "APIResponseValidationError"}
NAMES = sorted({"NotTheApi", "ResponseParserError", *ANTHROPIC, *(kind.__name__ for kind in RAISED)} - OURS_TO_MEND)


@pytest.mark.parametrize("surface", ["api-key", "subscription", "bedrock", "vertex"])
@pytest.mark.parametrize("name", NAMES)
def test_an_exception_of_the_network_leads_to_a_page_of_the_network(name: str, surface: str) -> None:
    assert recognise.finding(Said(None, name, NEW), surface).check in NETWORK


def test_exceptions_of_the_anthropic_library_are_called_so() -> None:
    import anthropic

    assert all(issubclass(getattr(anthropic, name), anthropic.APIError) for name in ANTHROPIC)


# The base class, and an OSError that hides which one, carry no meaning; a RefreshError says only that no token
# came, be it for a lapsed sign-in or for too many requests.
GOOGLE = sorted(
    {kind.__name__ for kind in every(google.auth.exceptions.GoogleAuthError)}
    - {"GoogleAuthError", "OSError", "RefreshError"}
)


@pytest.mark.parametrize("name", GOOGLE)
def test_an_exception_of_googles_credentials_leads_to_a_page(name: str) -> None:
    assert recognise.finding(Said(None, name, NEW), "vertex").check != "unrecognised-error"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (f"SSLError: {UNTRUSTED}: certificate has expired", "tls-certificate-expired"),
        (f"SSLError: {UNTRUSTED}: certificate is not yet valid", "clock-skew"),
        ("SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number", "endpoint-not-api"),
        ("SSLError: EOF occurred in violation of protocol", "endpoint-unreachable"),
        ("TransportError: Max retries (Caused by ProxyError('Unable to connect to proxy'))", "proxy-refused"),
        ("TransportError: Max retries (Caused by NameResolutionError('Failed to resolve'))", "endpoint-unreachable"),
        ("ConnectionClosedError: Proxy URL had unsupported scheme socks5h, should use http://", "proxy-socks"),
        ("NotTheApi: <html>Please sign in</html>", "endpoint-not-api"),
        ("NotTheApi: redirected to https://login.example.com/", "endpoint-not-api"),
    ],
)
@pytest.mark.parametrize("surface", ["api-key", "subscription", "bedrock", "vertex"])
def test_what_an_exception_says_is_heard_beside_its_name(surface: str, words: str, slug: str) -> None:
    code, _, message = words.partition(": ")
    assert recognise.finding(Said(None, code, message), surface).check == slug
