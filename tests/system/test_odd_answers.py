"""Whatever a provider answers, and wherever an address points: a verdict and an exit code, and no internal error."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccsetup.lab.wire import Answer
from ccsetup.providers import recognise
from ccsetup.providers.access import provider_time
from tests.support.measured import MOST, measured
from tests.support.odd_lab import DEEP, PROFILES, OddLab, furnished, helpless, mutation
from tests.support.selection import examples
from tests.support.warm import Warm

COMMANDS = (
    "doctor --json", "doctor", "doctor --live key bedrock vertex", "drift --json", "models bedrock",
    *(f"models {name} --json" for name in PROFILES), "quota bedrock --json", "quota vertex", "quota key",
    "policy bedrock",
    "doctor --format junit", "doctor --format markdown",
)  # fmt: skip
SEEDS, QUICK = 60, 3


@pytest.fixture(scope="module")
def lab() -> Iterator[OddLab]:
    with OddLab() as lab:
        yield lab


@pytest.fixture(scope="module")
def program(lab: OddLab, tmp_path_factory: pytest.TempPathFactory) -> Warm:
    return furnished(lab, tmp_path_factory.mktemp("odd") / "home")


@pytest.fixture(autouse=True)
def _true_again(lab: OddLab) -> Iterator[None]:
    yield
    lab.alter = lambda answer: answer


def sound(program: Warm, line: str) -> None:
    done = program.run(*line.split())
    assert done.code in (0, 1, 2, 3), (line, done)
    assert not helpless(done.out + done.err), (line, helpless(done.out + done.err))
    if "--json" in line and done.out:
        json.loads(done.out)


@pytest.mark.parametrize("block", [*examples(range(SEEDS // 20), 0)])
def test_value_of_another_form_is_no_internal_error(lab: OddLab, program: Warm, block: int) -> None:
    """The first seeds in every run, the others in `make test-all`; a failure names its seed by the command."""
    for seed in range(block * 20, block * 20 + (20 if block else QUICK)):
        lab.alter = mutation(seed)
        sound(program, COMMANDS[seed % len(COMMANDS)])


HEAD = b'{"data": [{"id": "claude-opus-5-5", "type": "model"}], '
BODIES = {
    "empty": b"",
    "null": b"null",
    "text": b'"text"',
    "number": b"7",
    "list": b"[]",
    "object": b"{}",
    "half": b'{"data": [',
    "texts-in-data": b'{"data": ["a", "b"]}',
    "nulls-in-data": b'{"data": [null]}',
    "object-in-data": b'{"data": {"id": "x"}}',
    "no-ids": b'{"data": [{"id": null}, {"id": 7}, {"id": ""}, {}]}',
    "error-with-200": b'{"type": "error", "error": {"type": "authentication_error", "message": "no"}}',
    "error-is-a-text": b'{"error": "no"}',
    "error-is-null": b'{"error": null}',
    "error-is-a-list": b'{"error": [{"message": 7}]}',
    "message-is-an-object": b'{"message": {"a": 1}, "Message": 7, "__type": []}',
    "deep-lists": b"[" * DEEP + b"]" * DEEP,
    "deep-objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep-open": b'{"data":' + b"[" * DEEP,
    "deep-inside": HEAD + b'"x": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "surrogate": b'{"data": [{"id": "claude-opus-5-5\\ud800", "display_name": "\\udfff\\ud83d\\ude00"}]}',
    "surrogate-bytes": b'{"data": [{"id": "claude-opus-5-5\xed\xa0\x80"}]}',
    "utf-16": HEAD.decode().encode("utf-16"),
    "latin-1": b'{"data": [{"id": "claude-opus-\xe9"}]}',
    "many-lists": b'{"data": [' + b"[]," * 5_000_000 + b"[]]}",
    "many-objects": b'{"data": [' + b'{"":0},' * 2_000_000 + b"{}]}",
    "many-texts": b'{"data": [' + b'"ab",' * 3_000_000 + b'""]}',
    "wide-text": b'{"data": "' + "😀".encode() + b"a" * 16_000_000 + b'"}',
    "xml-deep": b"<a>" * DEEP,
    "xml-many": b"<a>" + b"<b/>" * 4_000_000 + b"</a>",
    "xml-entities": b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>',
    "endless": HEAD + b'"has_more": true, "last_id": "claude-opus-5-5"}',
    "endless-without-id": HEAD + b'"has_more": true}',
    "endless-with-null": HEAD + b'"has_more": true, "last_id": null}',
    "endless-with-number": HEAD + b'"has_more": true, "last_id": 7}',
    "endless-tokens": b'{"inferenceProfileSummaries": [], "modelSummaries": [], "publisherModels": [], '
    b'"nextToken": "x", "nextPageToken": "x", "Marker": "x"}',
}
UNKNOWN = ("unknown", "error")
HEAVY = ("deep-lists", "many-lists", "many-objects", "many-texts", "wide-text", "xml-many", "endless")


LINES = ("models key --json", "models bedrock", "models vertex", "quota bedrock", "drift key bedrock vertex")


@pytest.mark.parametrize(("name", "status"), [
    *examples([(name, 200) for name in BODIES], ("texts-in-data", 200)),
    *examples([(name, status) for name in ("null", "deep-inside", "surrogate", "xml-deep") for status in (403, 500)],
              ("deep-inside", 403)),
])  # fmt: skip
def test_odd_body_is_no_internal_error_and_no_ok(lab: OddLab, program: Warm, name: str, status: int) -> None:
    lab.alter = lambda _: Answer(status, "application/json", BODIES[name])
    document = json.loads(program.run("doctor", "key", "bedrock", "mantle", "gateway", "vertex", "--json").out)
    if name not in ("surrogate",) or status != 200:
        verdicts = {one["profile"]: one["verdict"] for one in document["profiles"]}
        assert {*verdicts.values()} <= {*UNKNOWN, "warning"}, verdicts
        assert verdicts["key"] in UNKNOWN
    sound(program, LINES[[*BODIES].index(name) % len(LINES)])


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*examples(HEAVY, "many-lists")])
def test_odd_body_takes_no_memory(lab: OddLab, program: Warm, name: str) -> None:
    lab.alter = lambda _: Answer(200, "application/json", BODIES[name])
    for line in ("models key", "doctor key bedrock vertex"):
        done, memory = measured(program.home, program.environment, *line.split())
        assert not helpless(done.out + done.err), (line, done)
        assert memory < MOST, (line, memory)


@pytest.mark.parametrize(("name", "page"), [*examples([
    ("endless", "listing-endless"), ("endless-without-id", "endpoint-not-api"), ("no-ids", "endpoint-not-api"),
    ("texts-in-data", "endpoint-not-api"), ("object", "endpoint-not-api"), ("error-with-200", "gateway-key-rejected"),
], ("endless", "listing-endless"), ("no-ids", "endpoint-not-api"))])  # fmt: skip
def test_listing_without_end_or_ids_is_not_a_listing(lab: OddLab, program: Warm, name: str, page: str) -> None:
    lab.alter = lambda answer: replace(answer, status=200, body=BODIES[name])
    done = program.run("models", "key")
    assert done.code == 3
    assert f"ccsetup explain {page}" in done.err
    lab.forget()
    drifted = json.loads(program.run("drift", "key", "--json").out)
    assert drifted["profiles"][0]["verdict"] != "ok"
    assert len(lab.requests) <= 40


DATES = (
    "Fri, 31 Dec 9999 23:59:59 -1200", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 +1400",
    "Sun, 22 Nov 2026 10:00:00 -0000", "Sun, 22 Nov 2026 10:00:00", "Sun, 22 Nov -044 10:00:00 GMT",
    "22 Nov 26 10:00 EST",
    "Thu, 31 Feb 2026 10:00:00 GMT", "Sun, 22 Nov 2026 25:61:61 GMT", "Sun, 22 Nov 2026 10:00:00 +9999", "", " ", "GMT",
    "1795341600", "2026-11-22T10:00:00Z", "Sun, 22 Nov 20260000 10:00:00 GMT", "x" * 5_000,
    "Sun, ²² Nov 2026 10:00:00 GMT",
    "Sunday, 22-Nov-26 10:00:00 GMT", "Sun Nov 22 10:00:00 2026", ", , , :", "0 0 0 0:0:0 0",
    "\u0663 Nov 2026 10:00:00 GMT",
)  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_odd_date_is_a_time_in_utc_or_none(date: str) -> None:
    found = provider_time({"Date": date})
    assert found is None or found.tzinfo is datetime.UTC


@pytest.mark.parametrize("place", [*examples(range(len(DATES)), 0)])
def test_odd_date_header_is_no_internal_error(lab: OddLab, program: Warm, place: int) -> None:
    date = DATES[place].encode("latin-1", "replace").decode("latin-1")
    lab.alter = lambda answer: replace(answer, headers=(*answer.headers, ("date", date)))
    sound(program, ("doctor key bedrock vertex --json", "models key", "drift key bedrock")[place % 3])


ADDRESSES = (
    "http://[::1", "http://[::1]", "http://[", "http://::1", "http://127.0.0.1:65536", "http://127.0.0.1:-1",
    "http://127.0.0.1:0", "http://127.0.0.1:x", "http://a b/", "http://a\tb/", "http:///", "http://", "http:", "://",
    ":",
    "http://.", "http://a..b/", "http://" + "a" * 64 + ".example/", "http://" + "é" * 70 + "/", "http://xn--/",
    "http://\u2488.example/", "http://\ud83d\ude00.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:9",
    "[]",
    "http://user@:9/", "http://@/", "http://a@b@c:9/", "http://%zz/", "http://127.0.0.1:9/%", "http://127.0.0.1:9/\u2028x",
    "javascript:alert(1)", "//127.0.0.1:9", "http:\\\\127.0.0.1", "socks5://[::1", "https://[v1.x]:9/", "x" * 10_000,
)  # fmt: skip
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "AWS_ENDPOINT_URL", "CLOUDSDK_AUTH_TOKEN_HOST",
             "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM", "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
             "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")  # fmt: skip


@pytest.mark.parametrize("place", [*examples(range(len(ADDRESSES)), 0)])
def test_odd_address_is_no_internal_error(program: Warm, place: int) -> None:
    value = ADDRESSES[place].encode("utf-16", "surrogatepass").decode("utf-16")
    for number, variable in [*enumerate(VARIABLES)][place % 4 :: 4]:
        moved = {variable: value, **({"NO_PROXY": ""} if variable.endswith("S_PROXY") else {})}
        line = ("doctor key bedrock vertex --json", "models bedrock", "drift vertex key")[(place + number) % 3]
        done = program.run(*line.split(), environment=moved)
        assert done.code in (0, 1, 2, 3), (variable, line, done)
        assert not helpless(done.out + done.err), (variable, line, helpless(done.out + done.err))


@pytest.mark.parametrize("place", [*examples(range(len(ADDRESSES)), 1)])
def test_odd_base_url_is_refused_or_told(program: Warm, tmp_path: Path, place: int) -> None:
    value = ADDRESSES[place].encode("utf-16", "surrogatepass").decode("utf-16")
    file = program.profiles / "odd.toml"
    surface, secret = (("api-key", "key"), ("gateway", "auth_token"))[place % 2]
    answers = f'{secret} = "env:LAB_KEY"\nbase_url = {json.dumps(value)}\n'
    file.write_text(f'schema = 1\nsurface = "{surface}"\n[set]\n{answers}')
    for line in (("doctor odd --json", "models odd", "drift odd")[place % 3], "env odd --shell sh", "show odd"):
        done = program.run(*line.split())
        assert not helpless(done.out + done.err), (line, helpless(done.out + done.err))
    file.unlink()


def test_error_that_quotes_a_whole_answer_is_cut_before_the_pages_read_it() -> None:
    quoted = "Unable to parse response, invalid XML received:\n" + '{"id":"claude-x","type":"model"},' * 300_000
    found = recognise.finding(recognise.Said(None, "ResponseParserError", quoted), "bedrock")
    assert len(found.facts["words"]) < recognise.LONGEST + 100
