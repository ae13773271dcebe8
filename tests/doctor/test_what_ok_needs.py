"""OK needs a credential that something accepted at the API's address: what was tried, against the verdict."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from tests.support.answering import Answering, Asked
from tests.support.examined import a_profile, examined

JSON = {"content-type": "application/json"}
LISTING = (200, json.dumps({"data": [{"id": "claude-opus-5-5"}]}))
NO_LISTING = (404, json.dumps({"detail": "Not Found"}))
REFUSED = (401, json.dumps({"message": "no key"}))
FORBIDDEN = (403, json.dumps({"message": "no key"}))
INVALID = (400, json.dumps({"error": {"message": "messages: Field required", "type": "invalid_request_error"}}))
UNPROCESSABLE = (422, json.dumps({"detail": [{"loc": ["body"], "msg": "Field required"}]}))
NOTHING = (200, "{}")
BROKEN = (503, "down")

# (listing with the credential, listing without, empty request with, without) → (verdict, root)
TRIED = {
    "a listing that is refused without": (LISTING, REFUSED, INVALID, INVALID, "ok", None),
    "a listing that is forbidden without": (LISTING, FORBIDDEN, INVALID, INVALID, "ok", None),
    "a public listing, messages refused without": (LISTING, LISTING, INVALID, REFUSED, "ok", None),
    "a public listing, 422, messages forbidden without": (LISTING, LISTING, UNPROCESSABLE, FORBIDDEN, "ok", None),
    "a public listing, messages validated first": (LISTING, LISTING, INVALID, INVALID, "unknown", None),
    "a public listing, the key refused": (LISTING, LISTING, REFUSED, REFUSED, "error", "gateway-key-rejected"),
    "a public listing, the key forbidden": (LISTING, LISTING, FORBIDDEN, REFUSED, "error", "gateway-forbidden"),
    "a public listing, no messages": (LISTING, LISTING, NO_LISTING, NO_LISTING, "error", "endpoint-path-wrong"),
    "a public listing, an answer to nothing": (LISTING, LISTING, NOTHING, NOTHING, "unknown", None),
    "a public listing, messages broken": (LISTING, LISTING, BROKEN, BROKEN, "unknown", None),
    "no listing, messages refused without": (NO_LISTING, NO_LISTING, INVALID, REFUSED, "ok", None),
    "no listing, messages validated first": (NO_LISTING, NO_LISTING, UNPROCESSABLE, UNPROCESSABLE, "unknown", None),
    "no listing, without a key broken": (NO_LISTING, NO_LISTING, INVALID, BROKEN, "unknown", None),
    "no listing, the key refused": (NO_LISTING, NO_LISTING, REFUSED, REFUSED, "error", "gateway-key-rejected"),
    "no right to list, the key accepted": (FORBIDDEN, FORBIDDEN, INVALID, REFUSED, "ok", None),
    "another key for the listing": (REFUSED, REFUSED, INVALID, REFUSED, "ok", None),
    "no right to list, messages validated first": (FORBIDDEN, REFUSED, INVALID, INVALID, "error", "gateway-forbidden"),
    "the key refused everywhere": (REFUSED, REFUSED, REFUSED, REFUSED, "error", "gateway-key-rejected"),
    "404 is all there is": (NO_LISTING, NO_LISTING, NO_LISTING, NO_LISTING, "error", "endpoint-path-wrong"),
    "an object that is not a listing": (NOTHING, NOTHING, INVALID, REFUSED, "error", "endpoint-not-api"),
    "data that is not a list": ((200, '{"data":{}}'), NOTHING, INVALID, REFUSED, "error", "endpoint-not-api"),
    "data that is null": ((200, '{"data":null}'), NOTHING, INVALID, REFUSED, "error", "endpoint-not-api"),
    "objects instead of data": ((200, '{"objects":[1]}'), NOTHING, INVALID, REFUSED, "error", "endpoint-not-api"),
    "entries without an id": ((200, '{"data":[{},null,3]}'), NOTHING, INVALID, REFUSED, "error", "endpoint-not-api"),
    "entries with an id among others": (
        (200, '{"data":[null,"claude",{"id":3},{"id":"claude-opus-5-5"}]}'), REFUSED, INVALID, REFUSED, "ok", None,
    ),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering() as running:
        yield running


def answers(*four: tuple[int, str]) -> Callable[[Asked], tuple[int, dict[str, str], str]]:
    """The answers of a gateway: to its listing and to messages, with and without a credential."""

    def answer(asked: Asked) -> tuple[int, dict[str, str], str]:
        if asked.path == "/":
            return 200, JSON, "{}"
        index = (0 if asked.method == "GET" else 2) + (0 if asked.credential else 1)
        return four[index][0], JSON, four[index][1]

    return answer


def look(home: Path, surface: str, secret: str, **answers_: str) -> Report:
    file = home / "key"
    file.touch(0o600)
    file.write_text("X-Portkey-Api-Key: sk-one" if secret == "headers" else "sk-one")
    given = {**answers_, **({secret: f"file:{file}"} if secret else {})}
    profile = a_profile(surface, set=given, models={"opus": "claude-opus-5-5"})
    return examined(home, {"HOME": str(home), "PATH": "/usr/bin:/bin"}, {"p": profile})["p"]


@pytest.mark.parametrize(
    ("name", "surface", "secret"),
    [
        (name, surface, secret)
        for name in TRIED
        for surface, secret in (("gateway", "auth_token"), ("gateway", "headers"), ("api-key", "key"))
        if surface != "api-key" or TRIED[name][0] != NO_LISTING  # Anthropic's API has a listing
    ],
)
def test_what_was_tried_decides(server: Answering, tmp_path: Path, name: str, surface: str, secret: str) -> None:
    *four, verdict, root = TRIED[name]
    server.answer = answers(*four)
    report = look(tmp_path, surface, secret, base_url=server.url)
    assert (report.verdict, report.root) == (verdict, root), report
    assert all(not asked.body for asked in server.asked if asked.method == "POST")


@pytest.mark.parametrize(
    ("messages", "verdict", "root"),
    [
        ((INVALID, REFUSED), "ok", None),
        ((INVALID, INVALID), "unknown", None),
        ((REFUSED, REFUSED), "error", "gateway-key-rejected"),
        ((NO_LISTING, NO_LISTING), "error", "endpoint-path-wrong"),
    ],
)
def test_foundry_is_tried_with_an_empty_request(
    server: Answering, tmp_path: Path, messages: tuple[tuple[int, str], ...], verdict: str, root: str | None
) -> None:
    server.answer = answers(NO_LISTING, NO_LISTING, *messages)
    report = look(tmp_path, "foundry", "key", base_url=f"{server.url}/anthropic")
    assert (report.verdict, report.root) == (verdict, root), report
    assert {asked.path for asked in server.asked if asked.method == "POST"} == {"/anthropic/v1/messages"}


@pytest.mark.parametrize(
    ("surface", "end", "hint"),
    [("gateway", "/v1", "take /v1 off"), ("gateway", "/litellm/v1/", "take /v1 off"), ("foundry", "", "/anthropic")],
)
def test_wrong_end_of_a_base_url_is_named(server: Answering, tmp_path: Path, surface: str, end: str, hint: str) -> None:
    server.answer = answers(NO_LISTING, NO_LISTING, NO_LISTING, NO_LISTING)
    report = look(tmp_path, surface, "key", base_url=f"{server.url}{end}")
    (finding,) = report.findings
    assert (finding.check, hint in finding.facts["hint"]) == ("endpoint-path-wrong", True)


@pytest.mark.parametrize("surface", ["foundry", "api-key"])
def test_no_credential_is_never_ok(server: Answering, tmp_path: Path, surface: str) -> None:
    server.answer = answers(LISTING, LISTING, INVALID, INVALID)
    assert look(tmp_path, surface, "", base_url=server.url).verdict in ("unknown", "error")


def test_gateway_that_asks_for_no_credential_is_ok(server: Answering, tmp_path: Path) -> None:
    server.answer = answers(LISTING, LISTING, INVALID, INVALID)
    assert look(tmp_path, "gateway", "", base_url=server.url).verdict == "ok"
    server.answer = answers(LISTING, LISTING, INVALID, REFUSED)
    assert look(tmp_path, "gateway", "", base_url=server.url).verdict != "ok"
