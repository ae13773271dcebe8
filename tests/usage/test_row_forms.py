"""Rows of any form come to the same counts: quick ways of reading apply only to the client's own form."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsetup.usage.ledger import Ledger
from ccsetup.usage.rows import milliseconds
from ccsetup.usage.tokens import Tokens, rank
from tests.support.transcripts import answer, clock, line, measured, read, write

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = Mapping[str, object]

_NESTED = {"usage": {"input_tokens": 9, "output_tokens": 999_999}, "type": "assistant", "message": {"id": "msg_0"}}
BLOCKS: Sequence[dict[str, object]] = (
    {"type": "text", "text": 'a "usage":{"output_tokens":99999} \\ \n "type":"user" é 𝒳'},
    {"type": "text", "text": "an answer that ends within \ud83d"},
    {"type": "thinking", "thinking": "", "signature": "x" * 50},
    {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"file_path": "/a"}},
    {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": _NESTED},
    {"type": "tool_use", "id": 'toolu_"3"', "name": "mcp__é__x", "input": {"type": "tool_use", "id": "toolu_9"}},
    {"input": {}, "name": "Edit", "id": "toolu_4", "type": "tool_use"},
    {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "tool_use"}]},
)


def model_first(row: Row) -> bytes:
    message = dict(row["message"])  # type: ignore[call-overload]
    return line({**row, "message": {"model": message.pop("model"), **message}})


def older(row: Row) -> bytes:
    """As clients up to 2.0 wrote it: where and by whom before the message."""
    rest = dict(row)
    first = {name: rest.pop(name) for name in ("parentUuid", "isSidechain", "cwd", "sessionId", "version")}
    return line({**first, **rest})


def backwards(row: Row) -> bytes:
    return line(dict(reversed(list(row.items()))))


def spaced(row: Row) -> bytes:
    return json.dumps(row).encode() + b"\r\n"


def usage_first(row: Row) -> bytes:
    message = dict(row["message"])  # type: ignore[call-overload]
    return line({**row, "message": {"id": message.pop("id"), "usage": message.pop("usage"), **message}})


def typed_first(row: Row) -> bytes:
    rest = dict(row)
    return line({"parentUuid": rest.pop("parentUuid"), "type": rest.pop("type"), **rest})


def escaped(row: Row) -> bytes:
    return line(row).replace(b'"usage"', b'"us\\u0061ge"').replace(b'"msg_', b'"\\u006dsg_')


def later(row: Row) -> bytes:
    """As nearly all rows are: not the first of its conversation."""
    return line({**row, "parentUuid": "ec2da949-32fd-4b44-b49c-e9da6ac33f7b"})


FORMS: Sequence[Callable[[Row], bytes]] = (
    line, later, model_first, older, backwards, spaced, usage_first, typed_first, escaped,
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[Row, Callable[[Row], bytes]]]:
    found: list[tuple[Row, Callable[[Row], bytes]]] = []
    for _ in range(draw(st.integers(1, 12))):
        tokens = draw(st.lists(st.sampled_from([0, 1, 7, 300]), min_size=5, max_size=5))
        blocks = draw(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=2))
        name = f"msg_{draw(st.integers(1, 3))}"
        row = answer(name, draw(st.integers(0, 9)), tokens, content=blocks)
        for _ in range(draw(st.integers(1, 3))):
            block = {**row, "message": {**row["message"], "content": [draw(st.sampled_from(BLOCKS))]}}  # type: ignore[dict-item]
            found.append((draw(st.sampled_from([row, block])), draw(st.sampled_from(FORMS))))
    return found


def expected(written: Sequence[Row]) -> tuple[dict[str, Tokens], dict[str, set[str]]]:
    """Of every answer the row with the highest figures, and its calls by tool's name."""
    best: dict[str, Tokens] = {}
    tools: dict[str, dict[str, str]] = {}
    for row in written:
        message = json.loads(json.dumps(row["message"]))
        usage = message["usage"]
        hour = usage["cache_creation"]["ephemeral_1h_input_tokens"]
        created = usage["cache_creation_input_tokens"]
        read_ = usage["cache_read_input_tokens"]
        tokens = (usage["input_tokens"], created - hour, hour, read_, usage["output_tokens"], 0, 0)
        best[message["id"]] = max(best.get(message["id"], tokens), tokens, key=rank)
        calls = {block["id"]: block["name"] for block in message["content"] if block["type"] == "tool_use"}
        tools.setdefault(message["id"], {}).update(calls)
    return best, {name: set(calls.values()) for name, calls in tools.items()}


@QUICK
@given(rows())
def test_rows_of_every_form_count_once_with_their_tools(given_rows: list[tuple[Row, Callable[[Row], bytes]]]) -> None:
    best, tools = expected([row for row, _ in given_rows])
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects" / "-home-ada-repo" / "s1.jsonl"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"".join(form(row) for row, form in given_rows))
        assert read(ledger, Path(folder)).unread_rows == 0
    (session,) = ledger.sessions
    assert {one.id: one.tokens for one in session.requests} == best
    assert {one.id: {ledger.strings[name] for name in one.tools[::2]} for one in session.requests} == tools
    total = tuple(map(sum, zip(*best.values(), strict=True)))[:5]
    assert measured(ledger) == {"claude-opus-5-5": total}


@pytest.mark.parametrize("content", [[None], ["text"], {"type": "text"}, 5, "text", [{"type": 5, "id": []}]])
def test_answer_counts_whatever_its_content_is(tmp_path: Path, content: object) -> None:
    row = answer("msg_1", 0, (3, 20, 0, 0, 100))
    message = {**row["message"], "content": content}  # type: ignore[dict-item]
    write(tmp_path, "s1", {**row, "message": message})
    ledger = Ledger()
    assert read(ledger, tmp_path).unread_rows == 0
    assert measured(ledger) == {"claude-opus-5-5": (3, 20, 0, 0, 100)}


@pytest.mark.parametrize("seconds", [(4, 9), (9, 4)])
def test_answer_has_the_earliest_time_of_its_rows(tmp_path: Path, seconds: tuple[int, int]) -> None:
    write(tmp_path, "s1", *(answer("msg_1", at, (3, 20, 0, 0, 100)) for at in seconds))
    ledger = Ledger()
    read(ledger, tmp_path)
    (request,) = ledger.sessions[0].requests
    assert request.at == milliseconds(clock(4))


def test_first_answer_without_id_or_figures_counts(tmp_path: Path) -> None:
    message = {"id": "", "model": "claude-opus-5-5", "content": [], "usage": {}}
    write(tmp_path, "s1", {**answer("", 0, (0, 0, 0, 0, 0)), "message": message, "requestId": "req_1"})
    ledger = Ledger()
    read(ledger, tmp_path)
    assert [request.id for request in ledger.sessions[0].requests] == ["req_1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-26T00:00:01.234Z", 1_795_651_201_234),
        ("2026-11-26T00:00:01Z", 1_795_651_201_000),
        ("2026-11-26T02:00:01.234+02:00", 1_795_651_201_234),
        ("2026-11-26T00:00:01.234", 1_795_651_201_234),
        ("2026-11-26T00:00:01.233600Z", 1_795_651_201_234),
        ("1969-12-31T23:59:59.000Z", -1_000),
        ("2026-11-31T00:00:00.000Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_time_of_a_row_is_read_in_every_form(text: str, expected: int | None) -> None:
    assert milliseconds(text) == expected
