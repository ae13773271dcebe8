"""`ccsetup cost --parts`, as a process."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support import prefix_rows
from tests.support.program import Program
from tests.support.transcripts import answer, write

SINCE = ("--since", "2026-11-01")


def prefix(program: Program, *words: str) -> Mapping[str, Any]:
    document = json.loads(program.ok("cost", *SINCE, "--json", *words).out)
    found: Mapping[str, Any] = document["profiles"][0]["prefix"]
    return found


def test_parts_say_bytes_tokens_and_how_each_server_was_used(program: Program) -> None:
    write(program.home / ".claude", "s1", *prefix_rows.session())
    found = prefix(program, "--parts")
    assert (found["tokens"], found["model"], found["at"]) == (2_250, "claude-opus-5-5", "2026-11-26T00:00:00Z")
    assert found["parts"][1] == {"part": "tools", "bytes": 4_000, "tokens": 1_000, "how": "calibrated"}
    servers = {one["part"]: (one["registered"], one["used"], one["calls"]) for one in found["parts"][2:4]}
    assert servers == {"mcp:docs": (3, 1, 1), "mcp:idle": (1, 0, 0)}


def test_parts_are_of_the_last_session_that_shows_them(program: Program) -> None:
    write(program.home / ".claude", "s1", *prefix_rows.session())
    write(program.home / ".claude", "s2", *prefix_rows.session("s2", 60))
    write(program.home / ".claude", "s3", answer("m3", 90, (1, 0, 0, 0, 1), session="s3"))
    assert prefix(program, "--parts")["at"] == "2026-11-26T00:01:00Z"


def test_without_parts_none_are_measured(program: Program) -> None:
    write(program.home / ".claude", "s1", *prefix_rows.session())
    for _ in range(2):  # the second time what was shown before must not hide the parts
        assert prefix(program) == {"tokens": None, "parts": []}
        assert prefix(program, "--parts")["tokens"] == 2_250


def test_deleted_transcripts_leave_no_parts(program: Program) -> None:
    path = write(program.home / ".claude", "s1", *prefix_rows.session())
    program.ok("cost", *SINCE, "--parts")
    path.unlink()
    assert prefix(program, "--parts") == {"tokens": None, "parts": []}


def test_table_shows_the_parts(program: Program) -> None:
    write(program.home / ".claude", "s1", *prefix_rows.session())
    lines = [text.split() for text in program.ok("cost", *SINCE, "--parts").out.splitlines()]
    assert ["mcp:docs", "2,000", "500", "1", "of", "3"] in lines
    assert ["all", "9,000", "2.25k"] in lines
