"""What precedes every prompt, from the rows that the client wrote."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.usage.prefix import PromptPrefix, read_prefix
from tests.support import prefix_rows
from tests.support.transcripts import FOLDER, answer, line, write

EXPECTED = {
    "system prompt": 1_000,
    "tools": 4_000,
    "mcp:docs": 2_000,
    "mcp:idle": 0,
    "CLAUDE.md": 1_500,
    "skills": 500,
}


def measured(path: Path) -> PromptPrefix:
    prefix = read_prefix(str(path))
    assert prefix is not None
    return prefix


def test_parts_are_measured_in_bytes(tmp_path: Path) -> None:
    prefix = measured(write(tmp_path, "s1", *prefix_rows.session()))
    assert prefix.parts() == EXPECTED
    assert prefix.registered == {"mcp__docs__search", "mcp__docs__read", "mcp__docs__list", "mcp__idle__ping"}


def test_tokens_are_calibrated_by_the_first_request(tmp_path: Path) -> None:
    prefix = measured(write(tmp_path, "s1", *prefix_rows.session()))
    assert (prefix.bytes, prefix.tokens) == (10_000, 2_500)
    assert prefix.tokens_of(2_000) == 500


def test_messages_on_record_count_where_they_are_larger(tmp_path: Path) -> None:
    rows = prefix_rows.session()
    blob = {"type": "api-request-blob", "hash": "b1", "message": "x" * 4_998}
    rows[5] = {**rows[5], "tail": ["b1"]}
    assert measured(write(tmp_path, "s1", *rows[:5], blob, *rows[5:])).bytes == 12_000


def test_last_request_of_the_conversation_decides_the_tools(tmp_path: Path) -> None:
    tools = [prefix_rows.tool("Bash", 4_000), prefix_rows.tool("mcp__docs__read", 300, defer_loading=True)]
    later = [prefix_rows.shape("h2", [1_000], tools), prefix_rows.request("r2", "h2", 9, base="s1-r1")]
    agents = [
        prefix_rows.shape("h3", [9_000], []),
        prefix_rows.request("r3", "h3", 10, source="agent:builtin:Explore"),
        prefix_rows.request("r4", "h3", 11, source="compact"),
    ]
    prefix = measured(write(tmp_path, "s1", *prefix_rows.session(), *later, *agents))
    assert prefix.parts() == EXPECTED | {"mcp:docs": 300}


def test_resumed_session_without_its_first_request_has_no_tokens(tmp_path: Path) -> None:
    rows = prefix_rows.session()
    rows[5] = {**rows[5], "base": "gone"}
    prefix = measured(write(tmp_path, "s1", *rows))
    assert prefix.parts() == EXPECTED
    assert prefix.tokens_of(2_000) is None


def test_older_clients_show_none(tmp_path: Path) -> None:
    assert read_prefix(str(write(tmp_path, "s1", answer("m1", 0, (1, 2, 3, 4, 5))))) is None
    for path in (FOLDER / "client-2.1.241").rglob("*.jsonl"):
        assert read_prefix(str(path)) is None


@pytest.mark.parametrize("name", ["surface-bedrock", "surface-api-key", "interactive-bedrock"])
def test_parts_of_real_sessions_are_nearly_all_of_the_first_call(name: str) -> None:
    (path,) = (FOLDER / name).rglob("-home*/*.jsonl")
    prefix = measured(path)
    parts = prefix.parts()
    assert 7_000 < parts["system prompt"] < 7_700
    assert 30_000 < parts["tools"] < 36_000
    assert ("CLAUDE.md" in parts) is (name == "interactive-bedrock")
    tokens = prefix.tokens_of(sum(parts.values()))
    assert tokens is not None
    assert 0.95 * prefix.tokens < tokens <= prefix.tokens


@given(st.data())
def test_damaged_rows_are_passed_over(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = b"".join(map(line, prefix_rows.session()))
    at = data.draw(st.integers(0, len(content) - 1))
    piece = data.draw(st.binary(max_size=20) | st.sampled_from([b"\n", b"null", b'"', b"[" * 3_000, b"-1", b"1e999"]))
    path = tmp_path_factory.mktemp("t") / "s1.jsonl"
    path.write_bytes(content[:at] + piece + content[at + data.draw(st.integers(0, 40)) :])
    prefix = read_prefix(str(path))
    assert prefix is None or all(size >= 0 for size in prefix.parts().values())


def test_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s1.jsonl")
    with pytest.raises(OSError, match="not a regular file"):
        read_prefix(str(tmp_path / "s1.jsonl"))
