"""Why tokens were not read from the cache, what another lifetime had done, what tools' results added."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.usage.bills import Bills
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.money import Tariff
from ccsetup.usage.reasons import Reasons, explain
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from tests.support.transcripts import answer, clock, read, write

OPUS = Tariff("claude-opus-5-5")
FIRST = answer("msg_1", 0, (0, 20_000, 0, 0, 100))


def reasons(folder: Path, *rows: Mapping[str, object]) -> Reasons:
    write(folder, "s1", *rows)
    ledger = Ledger()
    read(ledger, folder)
    (account,) = summarize(ledger, measure(ledger), Bills(ledger, ()), 0).accounts
    return explain(account, ledger.strings)


def shape(hash_: str, tools: list[object]) -> dict[str, object]:
    return {"type": "api-request-shape", "shapeHash": hash_, "shape": {"system": [{"text": "x"}], "tools": tools}}


def request(ref: str, shape_: str) -> dict[str, object]:
    return {"type": "api-request", "id": ref, "shapeHash": shape_, "params": {"betas": []}}


MISSED = (0, 21_000, 0, 0, 100)
CASES: dict[str, tuple[Mapping[str, object], ...]] = {
    "idle": (FIRST, answer("msg_2", 301, MISSED)),
    "model-changed": (FIRST, answer("msg_2", 301, MISSED, model="claude-opus-5")),
    "compaction": (
        FIRST,
        {"parentUuid": None, "type": "system", "subtype": "compact_boundary", "timestamp": clock(2), "sessionId": "s1"},
        answer("msg_2", 301, (0, 4_000, 0, 12_000, 5)),
    ),
    "tools-or-prompt-changed": (
        shape("a", [{"name": "Bash"}]),
        request("r1", "a"),
        {**FIRST, "requestRef": "r1"},
        shape("b", [{"name": "Bash"}, {"name": "mcp__x"}]),
        request("r2", "b"),
        answer("msg_2", 9, MISSED, requestRef="r2"),
    ),
    "effort-changed": ({**FIRST, "effort": "low"}, answer("msg_2", 9, MISSED, effort="high")),
    "unknown": (
        shape("a", [{"name": "Bash"}]),
        request("r1", "a"),
        {**FIRST, "requestRef": "r1"},
        shape("b", [{"name": "Bash"}, {"name": "WebFetch", "defer_loading": True}]),  # no part of the prefix
        request("r2", "b"),
        answer("msg_2", 9, MISSED, requestRef="r2"),
    ),
}


@pytest.mark.parametrize("cause", CASES)
def test_miss_has_its_cause(tmp_path: Path, cause: str) -> None:
    misses = reasons(tmp_path, *CASES[cause]).misses
    lost = 8_000 if cause == "compaction" else 20_000
    assert {name: (miss.times, sum(miss.tokens.values())) for name, miss in misses.items()} == {
        "session-start": (1, 20_000),
        cause: (1, lost),
    }


def test_provider_knows_the_cause_better(tmp_path: Path) -> None:
    second = answer("msg_2", 301, MISSED)
    second["message"] = {**second["message"], "diagnostics": {"cache_miss_reason": {"type": "messages_rewritten"}}}  # type: ignore[dict-item]
    assert {*reasons(tmp_path, FIRST, second).misses} == {"session-start", "messages-rewritten"}


def test_an_hour_holds_where_an_hour_was_written(tmp_path: Path) -> None:
    first = answer("msg_1", 0, (0, 0, 20_000, 0, 100))
    assert "unknown" in reasons(tmp_path, first, answer("msg_2", 3_000, (0, 0, 21_000, 0, 1))).misses
    assert "idle" in reasons(tmp_path, first, answer("msg_3", 3_601, (0, 0, 21_000, 0, 1))).misses


def test_a_subagent_is_a_chain_of_its_own(tmp_path: Path) -> None:
    agent = answer("msg_2", 5, (0, 8_000, 0, 0, 10), agentId="a")
    misses = reasons(tmp_path, FIRST, agent, answer("msg_3", 9, (0, 50, 0, 20_000, 1))).misses
    assert {name: sum(miss.tokens.values()) for name, miss in misses.items()} == {
        "session-start": 20_000,
        "subagent-start": 8_000,
    }


def test_replay_turns_gaps_into_writes_and_idle_misses_into_reads(tmp_path: Path) -> None:
    found = reasons(
        tmp_path,
        FIRST,
        answer("msg_2", 299, (0, 500, 0, 20_000, 1)),
        answer("msg_3", 1_000, (7, 21_000, 0, 0, 1)),  # idle for more than five minutes
    )
    assert {name: sums[OPUS][:4] for name, sums in found.replay.items()} == {
        "5m": (7, 41_500, 0, 20_000),
        "1h": (7, 0, 21_000, 40_500),
    }


def test_replay_of_an_hour_at_five_minutes(tmp_path: Path) -> None:
    first = answer("msg_1", 0, (0, 0, 20_000, 0, 100))
    found = reasons(tmp_path, first, answer("msg_2", 1_000, (0, 0, 500, 20_000, 1)))
    assert {name: sums[OPUS][:4] for name, sums in found.replay.items()} == {
        "5m": (0, 40_500, 0, 0),
        "1h": (0, 0, 20_500, 20_000),
    }


def test_tool_results_are_what_the_context_grew_by(tmp_path: Path) -> None:
    calls = [{"type": "tool_use", "id": f"t{number}", "name": name} for number, name in enumerate(("Bash", "Read"))]
    found = reasons(
        tmp_path,
        answer("msg_1", 0, (0, 20_000, 0, 0, 100), content=calls[:1]),
        answer("msg_1", 1, (0, 20_000, 0, 0, 100), content=calls[1:]),
        answer("msg_1", 1, (0, 20_000, 0, 0, 100), content=calls[1:]),  # the same row in another file
        answer("msg_2", 2, (0, 2_101, 0, 20_000, 1)),
        answer("msg_3", 3, (0, 5, 0, 22_101, 1)),
        answer("msg_4", 4, (0, 5, 0, 22_106, 1)),
    )
    assert {tool: (use.calls, use.added, use.carried) for tool, use in found.tools.items()} == {
        "Bash": (1, 1_001, 2_002),
        "Read": (1, 1_000, 2_000),
    }
