"""Forks, kills, resumed and cleared sessions, compaction: by hand, in the forms that facts/cost.md measured."""

from pathlib import Path

from ccsetup.usage.ledger import Ledger
from ccsetup.usage.reader import BLOCK
from ccsetup.usage.work import Work, measure
from tests.support.priced_work import FixedQuotes, costed
from tests.support.transcripts import answer, clock, line, measured, read, total, write

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"


def request(ref: str, session: str = "s1") -> dict[str, object]:
    return {
        "type": "api-request",
        "sessionId": session,
        "id": ref,
        "shapeHash": "x",
        "params": {"model": OPUS, "betas": []},
    }


def test_request_is_not_taken_for_another_that_stood_at_its_place_in_the_buffer(tmp_path: Path) -> None:
    first, second = (
        {**request(ref), "params": {"betas": [f"oauth-2025-04-{day}"]}, "timestamp": clock(0)}
        for ref, day in (("r1", "20"), ("r2", "21"))
    )
    padding = {"type": "mode", "mode": ""}
    padding["mode"] = "x" * (BLOCK - len(line(first)) - len(line(padding)))
    answers = (answer(f"msg_{number}", number, (1, 0, 0, 0, 1), requestRef=f"r{number}") for number in (1, 2))
    write(tmp_path, "s1", first, padding, second, *answers)
    ledger, _ = works(tmp_path)
    shown = [ledger.strings[one.evidence] for one in ledger.sessions[0].requests]
    assert shown == ["||oauth-2025-04-20", "||oauth-2025-04-21"]


def works(folder: Path) -> tuple[Ledger, dict[str, Work]]:
    ledger = Ledger()
    read(ledger, folder)
    return ledger, {work.session.id: work for work in measure(ledger)}


def test_rows_of_one_answer_count_once_with_the_highest_output(tmp_path: Path) -> None:
    rows = [answer("msg_1", 1, (0, 100, 0, 0, output)) for output in (1, 8, 250, 8)]
    write(tmp_path, "s1", *rows)
    assert measured(works(tmp_path)[0]) == {OPUS: (0, 100, 0, 0, 250)}


def test_answer_without_id_is_known_by_its_request(tmp_path: Path) -> None:
    first = answer("x", 1, (5, 0, 0, 0, 7), requestId="req_1")
    first["message"] = {**dict(first["message"]), "id": None}  # type: ignore[call-overload]
    write(tmp_path, "s1", first, {**first, "uuid": "other"})
    assert measured(works(tmp_path)[0]) == {OPUS: (5, 0, 0, 0, 7)}


def test_answers_without_any_id_are_each_counted(tmp_path: Path) -> None:
    first = answer("x", 1, (5, 0, 0, 0, 7), requestRef="ref_1")
    first["message"] = {**dict(first["message"]), "id": None}  # type: ignore[call-overload]
    alone = {**first, "uuid": None, "requestRef": None}
    write(tmp_path, "s1", first, {**first, "uuid": "other"}, alone, {**alone, "timestamp": "2026-11-26T09:00:00.000Z"})
    assert measured(works(tmp_path)[0]) == {OPUS: (15, 0, 0, 0, 21)}


def test_synthetic_rows_are_not_requests(tmp_path: Path) -> None:
    write(tmp_path, "s1", answer("msg_1", 1, (1, 1, 1, 1, 1), model="<synthetic>"))
    assert works(tmp_path)[0].sessions == []


def test_resumed_session_is_one_account(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 100, 0, 0, 5)),
        total({OPUS: (30, 100, 0, 50, 9)}, start=1, end=11),
        total({OPUS: (30, 100, 0, 50, 9)}, start=1, end=12),  # twice
        answer("msg_2", 5_000, (0, 10, 0, 100, 5)),
        total({f"{OPUS}[1m]": (30, 110, 0, 150, 17)}, start=1, end=30),  # idle time is not in the duration
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (30, 110, 0, 150, 17)}
    assert [one.tokens[:5] for one in found["s1"].unlogged] == [(30, 0, 0, 50, 4), (0, 0, 0, 0, 3)]
    assert not found["s1"].lower_bound


def test_killed_process_counts_its_rows_and_is_doubtful(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 100, 0, 0, 5)),
        total({OPUS: (0, 100, 0, 0, 5)}, start=1, end=11),
        answer("msg_2", 20, (0, 10, 0, 100, 5)),  # killed
        answer("msg_3", 40, (0, 20, 0, 100, 5)),
        total({OPUS: (7, 120, 0, 150, 12)}, start=1, end=41),
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (7, 130, 0, 250, 17)}
    assert found["s1"].doubts == ["killed"]


def test_processes_side_by_side_are_each_counted_once(tmp_path: Path) -> None:
    """Both begin with the first total, and none knows of the other: as two clients that resume one session."""
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 100, 0, 0, 5)),
        total({OPUS: (0, 100, 0, 0, 5)}, start=1, end=11),
        answer("msg_2", 20, (0, 20, 0, 100, 7)),
        answer("msg_3", 21, (0, 30, 0, 100, 8)),
        answer("msg_4", 22, (0, 9, 0, 120, 3)),
        total({OPUS: (0, 129, 0, 220, 15), HAIKU: (175, 0, 0, 0, 8)}, start=1, end=23),
        answer("msg_5", 24, (0, 1, 0, 130, 1)),
        total({OPUS: (0, 131, 0, 230, 14)}, start=1, end=25),
        answer("msg_6", 30, (0, 2, 0, 130, 1)),
        total({OPUS: (0, 133, 0, 360, 15)}, start=1, end=31),
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (0, 162, 0, 580, 25), HAIKU: (175, 0, 0, 0, 8)}
    assert (found["s1"].lower_bound, found["s1"].doubts) == (False, [])


def test_clock_that_is_put_back_between_processes_changes_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 5_000, (0, 100, 0, 0, 5)),
        total({OPUS: (0, 100, 0, 0, 5)}, start=4_990, end=5_001),
        answer("msg_2", 1_400, (0, 20, 0, 100, 7)),
        answer("msg_3", 1_410, (0, 30, 0, 120, 8)),
        total({OPUS: (60, 150, 0, 220, 29)}, start=4_990, end=5_001),
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (60, 150, 0, 220, 29)}
    assert (found["s1"].lower_bound, found["s1"].doubts) == (False, [])


def test_total_that_fits_nothing_before_it_is_a_lower_bound(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 100, 0, 0, 5)),
        total({OPUS: (0, 100, 0, 0, 5)}, start=1, end=11),
        answer("msg_2", 20, (0, 20, 0, 100, 7)),
        total({OPUS: (50, 20, 0, 150, 9)}, start=12, end=21),
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (50, 120, 0, 150, 14)}
    assert (found["s1"].lower_bound, found["s1"].doubts) == (True, ["total-restarted"])


def test_rows_after_the_last_total_are_a_lower_bound(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 100, 0, 0, 5)),
        total({OPUS: (0, 100, 0, 0, 5)}, start=1, end=11),
        answer("msg_2", 20, (0, 10, 0, 100, 5)),
    )
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (0, 110, 0, 100, 10)}
    assert (found["s1"].lower_bound, found["s1"].doubts) == (True, ["running-or-killed"])


def test_fork_of_a_compacted_session_takes_off_what_its_parent_had_used(tmp_path: Path) -> None:
    boundary = {"parentUuid": None, "type": "system", "subtype": "compact_boundary", "timestamp": clock(20)}
    whole = {OPUS: (300, 12_335, 0, 12_335, 30)}
    first = answer("msg_1", 10, (0, 12_335, 0, 0, 9))
    write(tmp_path, "s1", first, {**boundary, "sessionId": "s1"}, total(whole, start=1, end=21))
    write(
        tmp_path,
        "s2",
        {**boundary, "sessionId": "s2"},  # copied; no answer is, nor anything else that names the parent
        answer("msg_2", 60, (0, 700, 0, 12_000, 6), session="s2"),
        total({OPUS: (300, 13_035, 0, 24_335, 36)}, session="s2", start=1, end=61),
    )
    ledger, found = works(tmp_path)
    assert found["s2"].unlogged == []
    assert [work.doubts for work in found.values()] == [[], []]
    assert measured(ledger) == {OPUS: (300, 13_035, 0, 24_335, 36)}


def test_fork_takes_off_what_its_parent_had_used(tmp_path: Path) -> None:
    one = answer("msg_1", 10, (0, 12_335, 0, 0, 9), requestRef="r1")
    write(
        tmp_path,
        "s1",
        request("r1"),
        one,
        total({OPUS: (40, 12_335, 0, 800, 30)}, start=1, end=11),
        answer("msg_2", 500, (0, 10, 0, 12_335, 5), requestRef="r2") | {"requestRef": "r2"},
        request("r2"),
        total({OPUS: (40, 12_345, 0, 13_135, 35)}, start=1, end=12),
    )
    write(
        tmp_path,
        "s2",
        answer("msg_1", 10, (0, 0, 0, 0, 0), session="s2", requestRef="r1"),  # copied, its usage zeroed
        request("r3", "s2"),
        answer("msg_3", 60, (0, 20, 0, 12_335, 6), session="s2", requestRef="r3"),
        total({OPUS: (45, 12_355, 0, 13_135, 40)}, session="s2", start=1, end=61),
    )
    ledger, found = works(tmp_path)
    assert [one.tokens[:5] for one in found["s1"].unlogged] == [(40, 0, 0, 800, 21)]
    assert [one.tokens[:5] for one in found["s2"].unlogged] == [(5, 0, 0, 0, 4)]
    assert [request.id for request in found["s2"].requests] == ["msg_3"]
    assert measured(ledger) == {OPUS: (45, 12_365, 0, 25_470, 45)}


def test_cleared_session_begins_at_nothing(tmp_path: Path) -> None:
    write(tmp_path, "s1", answer("msg_1", 10, (0, 9, 0, 0, 5)), total({OPUS: (3, 9, 0, 0, 5)}, start=1, end=11))
    two = answer("msg_2", 20, (0, 9, 0, 0, 5), session="s2")
    write(tmp_path, "s2", two, total({OPUS: (0, 9, 0, 0, 8)}, session="s2", start=12, end=21))
    assert measured(works(tmp_path)[0]) == {OPUS: (3, 18, 0, 0, 13)}


def test_subagent_that_ends_last_belongs_to_its_process(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 9, 0, 0, 5)),
        total({OPUS: (0, 29, 0, 0, 10)}, start=1, end=5),
        answer("msg_3", 90, (0, 1, 0, 0, 1)),
        total({OPUS: (0, 30, 0, 0, 11)}, start=1, end=6),
    )
    write(tmp_path, "s1/subagents/agent-a", answer("msg_2", 30, (0, 20, 0, 0, 5), agentId="a", isSidechain=True))
    ledger, found = works(tmp_path)
    assert measured(ledger) == {OPUS: (0, 30, 0, 0, 11)}
    assert (found["s1"].unlogged, found["s1"].doubts, found["s1"].lower_bound) == ([], [], False)


def test_subagent_without_an_id_is_not_the_main_conversation(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s1",
        answer("msg_1", 10, (0, 9_000, 0, 0, 5)),
        answer("msg_2", 20, (0, 5_000, 0, 0, 5), isSidechain=True),
        answer("msg_3", 30, (0, 10, 0, 9_000, 5)),
    )
    misses = costed([tmp_path], FixedQuotes())["profiles"][0]["cache"]["misses"]
    assert [(one["cause"], one["tokens"]) for one in misses] == [("session-start", 9_000), ("subagent-start", 5_000)]


def test_server_side_compaction_is_added(tmp_path: Path) -> None:
    row = answer("msg_1", 10, (0, 9, 0, 0, 5))
    message: dict[str, dict[str, object]] = row["message"]  # type: ignore[assignment]
    message["usage"]["iterations"] = [
        {"type": "message", "input_tokens": 1, "output_tokens": 5},
        {"type": "compaction", "input_tokens": 1_000, "output_tokens": 50},
    ]
    write(tmp_path, "s1", row)
    assert measured(works(tmp_path)[0]) == {OPUS: (1_000, 9, 0, 0, 55)}
