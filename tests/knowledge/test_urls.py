"""Which addresses carry a secret unencrypted to another machine, in every spelling that the client accepts."""

import pytest

from ccsetup.knowledge import urls

ELSEWHERE = [
    "http://gateway.example.com",
    "HTTP://gateway.example.com/v1",
    "hTtP://10.0.0.1:8080",
    "http:gateway.example.com",
    "http:/gateway.example.com",
    "http:\\\\gateway.example.com",
    "http:/\\gateway.example.com",
    "  http://gateway.example.com",
    "ht\ttp://gateway.example.com",
    "http\n://gateway.example.com",
    "\x01http://gateway.example.com",
    "http://127.0.0.1@gateway.example.com",
    "http://localhost:80@gateway.example.com/",
    "http://a@127.0.0.1@gateway.example.com",
    "http://gateway.example.com\\@127.0.0.1",
    "http://gateway.example.com#@127.0.0.1",
    "http://gateway.example.com?@127.0.0.1",
    "http://gateway.example.com/@127.0.0.1",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1%2eexample.com",
    "http://localhost.example.com",
    "http://localhost..",
    "http://app.localhost",
    "http://128.0.0.1",
    "http://126.255.255.255",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::2]",
    "http://[::ffff:10.0.0.1]",
    "http://[::ffff:0:127.0.0.1]",
    "http://[fe80::1%25lo]",
    "http://2130706432x",
    "http://0x7f.0x7f.0x7f.0x7f.1",
    "http://127.0.0.08",
    "http://127.0.0.256",
    "http://0300.0.0.1",
    "http://169.254.1.1",
    "ws://gateway.example.com",
    "http://loсalhost",
    "http://127.0.0.1,gateway.example.com",
]
HERE = [
    "http://127.0.0.1",
    "http://127.0.0.1:8080/v1",
    "http://127.1",
    "http://127.0.1",
    "http://0x7f.1",
    "http://0X7F000001",
    "http://2130706433",
    "http://017700000001",
    "http://0177.0.0.1",
    "http://127.255.255.254",
    "http://127.0.0.1.",
    "http://localhost",
    "http://LOCALHOST:4000",
    "http://localhost.",
    "http://user@localhost",
    "http://[::1]",
    "http://[::1]:8080/",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http:\\\\127.0.0.1",
    "http:127.0.0.1",
    "http://%6cocalhost",
    "http://１２７.0.0.1",
    "http://127。0。0。1",
    "http://gateway.example.com@127.0.0.1",
    "ws://localhost",
]
ENCRYPTED = [
    "https://gateway.example.com",
    "HTTPS://gateway.example.com",
    " https://gateway.example.com",
    "https:gateway.example.com",
    "wss://gateway.example.com",
    "https://http://gateway.example.com",
    "",
    "gateway.example.com",
    "gateway.example.com:80",
    "//gateway.example.com",
    "/v1",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_http_to_another_machine_is_insecure(url: str) -> None:
    assert urls.is_insecure(url)


@pytest.mark.parametrize("url", HERE + ENCRYPTED)
def test_http_to_this_machine_and_what_is_encrypted_are_not(url: str) -> None:
    assert not urls.is_insecure(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.\u0430nthropic.com/v1", "api.xn--nthropic-06g.com"),  # a Cyrillic letter
        ("https://api.anthropic\u2024com", "api.anthropic.com"),
        ("https://b\u00fccher.example:8443", "xn--bcher-kva.example"),
        ("https://\u0430..\u0430", r"\u0430..\u0430"),
    ],
)
def test_a_letter_that_looks_like_another_one_shows(url: str, host: str) -> None:
    assert urls.host(url) == host
