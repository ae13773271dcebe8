"""What cannot be sent is reported, never with the credential in it, and no host is blamed that was not reached."""

import gzip
import traceback
from pathlib import Path

import pytest

from ccsetup.providers import http, network
from ccsetup.providers.google import api
from tests.providers.test_clouds import VERTEX, access
from tests.support.echo import echoing
from tests.support.slow import says, slow

KEY = "sk-ant-api03-\nhidden"  # apart, since a traceback quotes the line that calls
DEAD = "http://127.0.0.1:9/v1/models"


def test_a_header_that_http_cannot_carry_is_no_connection_that_broke() -> None:
    with pytest.raises(http.Unanswered) as caught:
        http.request("GET", DEAD, {}, headers={"x-api-key": KEY})
    assert caught.value.code == "InvalidRequest"
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_bundle_that_cannot_be_loaded_stops_no_request(tmp_path: Path, text: str | None) -> None:
    """Claude Code goes on without such a file; `ca-bundle-unreadable` names it."""
    bundle = tmp_path / "company.pem"
    if text is not None:
        bundle.write_text(text)
    with pytest.raises(http.Unanswered, match="Connection refused") as caught:
        http.request("GET", DEAD, {"SSL_CERT_FILE": str(bundle)})
    assert caught.value.code == "EndpointConnectionError"


@pytest.mark.parametrize(
    "other", [{"https_proxy": "http://a"}, {"NO_PROXY": "*"}, {"ALL_PROXY": "http://a"}, {"SSL_CERT_FILE": "/a.pem"}]
)
def test_another_proxy_or_trust_is_another_way_out(other: dict[str, str]) -> None:
    assert network.route_key(other) != network.route_key({})
    assert network.route_key({"HOME": "/a", **other}) == network.route_key(other)


def test_other_tokens_of_a_token_endpoint_are_no_facts(tmp_path: Path) -> None:
    from google.auth.exceptions import RefreshError

    answer = {"id_token": "eyJhbGciOi", "refresh_token": "1//hidden", "error_subtype": "invalid_rapt"}
    refused = RefreshError("No access token in response.", answer)  # type: ignore[no-untyped-call]
    why = api.failure(refused, access(tmp_path, "vertex", VERTEX, {}), "global", DEAD)
    assert why.finding.facts["error_subtype"] == "invalid_rapt"
    assert "hidden" not in f"{why.finding}{why.words}"
    assert "eyJ" not in f"{why.finding}{why.words}"


@pytest.mark.parametrize(("size", "whole"), [(16 << 20, True), ((16 << 20) + 1, False)])
def test_an_answer_is_read_up_to_sixteen_mebibytes_and_no_further(size: int, whole: bool) -> None:
    with echoing() as echo:
        echo.status, echo.whole = 200, b"x" * size
        if whole:
            assert len(http.request("GET", echo.url, {}).body) == size
            return
        with pytest.raises(http.Unanswered, match="does not end"):
            http.request("GET", echo.url, {})


def test_a_refusal_comes_back_without_what_was_sent() -> None:
    with echoing() as echo:
        answer = http.request("GET", echo.url, {}, headers={"x-api-key": "tok_live_of_this_test"})
    assert b"tok_live_of_this_test" not in answer.body
    assert "Received API Key = …" in answer.text


PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
OTHERS = {
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "no head": b'{"data": []}\n',
    "no status": b"HTTP/1.1 \r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + 200 * b"X: y\r\n" + b"\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "nothing but space": PACKED + gzip.compress(bytes((16 << 20) + 1)),
}


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_what_no_api_answers_is_not_a_host_out_of_reach(answer: bytes) -> None:
    with slow(says(answer)) as server, pytest.raises(http.Unanswered) as caught:
        http.request("GET", server.url, {})
    assert caught.value.code == "NotTheApi"


def test_answer_that_breaks_off_is_a_broken_connection() -> None:
    for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"):
        with slow(says(answer)) as server, pytest.raises(http.Unanswered) as caught:
            http.request("GET", server.url, {})
        assert caught.value.code == "ConnectionClosedError"


def test_answer_that_a_proxy_compressed_is_read() -> None:
    """Nothing asked for that, and Claude Code reads it."""
    with slow(says(PACKED + gzip.compress(b'{"data": []}'))) as server:
        assert http.request("GET", server.url, {}).body == b'{"data": []}'
