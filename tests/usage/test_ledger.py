"""The ledger only grows: however transcripts are split, copied, cut or read, the total is the same."""

import json
import os
import random
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsetup.system.errors import UserError
from ccsetup.usage.ledger import Book, Ledger
from ccsetup.usage.summary import DAY
from tests.support.priced_work import FixedQuotes, costed
from tests.support.transcripts import FOLDER, SPECIMENS, answer, billed, measured, read, total, write

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lines_of(name: str) -> dict[str, list[bytes]]:
    """{path below the specimen: its lines}."""
    found = sorted((FOLDER / name).rglob("*.jsonl"))
    return {str(path.relative_to(FOLDER / name)): path.read_bytes().splitlines(keepends=True) for path in found}


def stable(ledger: Ledger) -> object:
    """What counts of a ledger, whatever the order it was read in."""
    return sorted(
        (
            session.id,
            session.main,
            sorted((one.id, one.tokens, ledger.strings[one.model], len(one.tools)) for one in session.requests),
            sorted(
                sorted((ledger.strings[model], sum_) for model, sum_ in one.models.items()) for one in session.totals
            ),
        )
        for session in ledger.sessions
    )


@SLOW
@given(st.sampled_from(SPECIMENS), st.randoms(use_true_random=False))
def test_split_and_copied_transcripts_come_to_the_same(name: str, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, lines in lines_of(name).items():
            cut = chance.randint(0, len(lines))
            overlap = max(0, cut - chance.randint(0, 3))
            for number, part in enumerate((lines[:cut], lines[overlap:])):
                # Anywhere below `projects`, beside or instead of the file that it was.
                to = Path(folder) / path.replace(".jsonl", f"-{number}.jsonl" if chance.random() < 0.5 else ".jsonl")
                to = to if not to.exists() else to.with_name(f"x{number}-{to.name}")
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(b"".join(part))
        ledger = Ledger()
        read(ledger, Path(folder))
        assert measured(ledger) == billed(name)


@SLOW
@given(st.sampled_from(SPECIMENS), st.lists(st.floats(0, 1), max_size=4))
def test_growing_transcripts_come_to_what_the_whole_does(name: str, steps: list[float]) -> None:
    whole, grown = Ledger(), Ledger()
    read(whole, FOLDER / name)
    with tempfile.TemporaryDirectory() as folder:
        for share in (*sorted(steps), 1):
            for path, lines in lines_of(name).items():
                content = b"".join(lines)
                to = Path(folder) / path
                to.parent.mkdir(parents=True, exist_ok=True)
                with to.open("ab") as file:  # may end within a line, or within a letter
                    file.write(content[to.stat().st_size : int(len(content) * share)])
            found = read(grown, Path(folder))
            assert found.unread_rows == 0
        assert stable(grown) == stable(whole)
        assert measured(grown) == billed(name)


@SLOW
@given(st.sampled_from(SPECIMENS), st.floats(0, 1))
def test_cut_or_rewritten_transcripts_lose_nothing(name: str, share: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger()
        for path, lines in lines_of(name).items():
            to = Path(folder) / path
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(b"".join(lines))
        read(ledger, Path(folder))
        for path, lines in lines_of(name).items():
            content = b"".join(lines[:2]) + b"".join(lines)[: int(share * sum(map(len, lines)))]
            (Path(folder) / path).write_bytes(content)
        read(ledger, Path(folder))
        assert measured(ledger) == billed(name)


def test_reading_twice_changes_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    read(ledger, *(FOLDER / name for name in SPECIMENS))
    once = ledger.encoded()
    assert not read(ledger, *(FOLDER / name for name in SPECIMENS)).changed
    assert ledger.encoded() == once
    ledger.marks = {}  # as if every file had been rewritten
    read(ledger, *(FOLDER / name for name in SPECIMENS))
    ledger.marks, fresh = {}, Ledger(once)
    fresh.marks = {}
    assert ledger.encoded() == fresh.encoded()


def test_a_file_rewritten_in_place_with_the_same_size_is_read_again(tmp_path: Path) -> None:
    ledger = Ledger()
    path = write(tmp_path, "s1", answer("msg_1", 1, (1, 0, 0, 0, 3)))
    read(ledger, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"msg_1", b"msg_2"))
    os.utime(path, (5, 5))
    read(ledger, tmp_path)
    assert measured(ledger) == {"claude-opus-5-5": (2, 0, 0, 0, 6)}


def test_keys_in_any_order_and_spacing_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "s1")
    rows = [answer("msg_1", 1, (1, 2, 3, 4, 5)), total({"claude-opus-5-5": (2, 2, 3, 4, 5)}, end=2)]
    path.write_text("\n".join(json.dumps(dict(reversed(row.items())), indent=None) for row in rows))
    ledger = Ledger()
    read(ledger, tmp_path)
    assert measured(ledger) == {"claude-opus-5-5": (2, 2, 3, 4, 5)}


@pytest.mark.parametrize(
    "wrong",
    [
        b"\n\n\x00\x00\xff\xfe\n",
        b'{"parentUuid":null,"message":{"usage":{"input_tokens":-5},"id":"m","model":"x"},"type":"assistant"}\n',
        b'{"parentUuid":null,"message":{"usage":{"input_tokens":1e400},"id":"m","model":"x"},"type":"assistant"}\n',
        b'{"parentUuid":null,"message":{"usage":{"input_tokens":'
        + b"9" * 400
        + b'},"id":"m","model":"x"},"type":"assistant"}\n',
        b'{"parentUuid":null,"message":{"usage":{"a":' + b"[" * 100_000 + b"\n",
        b'{"type":"cost-state","modelUsage":{"x":{"inputTokens":"many"}}}\n',
        b'{"type":"api-request-shape","shapeHash":"\xff","shape":{"system":[1]}}\n',
        b"[" * 200_000 + b"\n",
        b'{"parentUuid":null,"usage":{"\n',
    ],
)
def test_rows_that_are_not_rows_are_counted_and_passed_over(tmp_path: Path, wrong: bytes) -> None:
    path = write(tmp_path, "s1", answer("msg_1", 1, (1, 2, 3, 4, 5)))
    good = path.read_bytes()
    path.write_bytes(wrong + good)
    ledger = Ledger()
    found = read(ledger, tmp_path)
    assert measured(ledger) == {"claude-opus-5-5": (1, 2, 3, 4, 5)}
    assert found.unread_rows == 1


FORMS = ["2026-11-26T18:35:17Z", "yesterday", "", None, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


@pytest.mark.parametrize("form", FORMS)
def test_answers_count_whatever_their_time_is(tmp_path: Path, form: str | None) -> None:
    write(tmp_path, "s1", answer("msg_1", 1, (1, 2, 3, 4, 5)) | {"timestamp": form})
    found = costed([tmp_path], FixedQuotes(), "day")
    assert found["profiles"][0]["tokens"]["output"] == found["days"][0]["tokens"]["output"] == 5


def test_answer_without_a_time_was_when_its_file_was_written(tmp_path: Path) -> None:
    path = write(tmp_path, "s1", answer("msg_1", 1, (1, 2, 3, 4, 5)) | {"timestamp": None})
    os.utime(path, (DAY // 1000 * 3, DAY // 1000 * 3))
    assert [day["day"] for day in costed([tmp_path], FixedQuotes(), "day")["days"]] == ["1970-01-04"]


def test_requests_too_large_for_the_ledger_are_counted_as_unread(tmp_path: Path) -> None:
    largest: dict[str, object] = {"type": "compaction", "input_tokens": 1 << 53}
    row = answer("msg_1", 1, (1, 2, 3, 4, 5))
    row["message"]["usage"]["iterations"] = [largest] * 3_000  # type: ignore[index]
    write(tmp_path, "s1", row, answer("msg_2", 1, (1, 2, 3, 4, 5)))
    ledger = Ledger()
    assert read(ledger, tmp_path).unread_rows == 1
    assert Ledger(ledger.encoded()).sessions == ledger.sessions


def test_devices_links_and_folders_are_no_transcripts(tmp_path: Path) -> None:
    path = write(tmp_path, "s1", answer("msg_1", 1, (1, 2, 3, 4, 5)))
    os.mkfifo(path.with_name("pipe.jsonl"))
    path.with_name("zero.jsonl").symlink_to("/dev/zero")
    path.with_name("gone.jsonl").symlink_to("/nowhere")
    path.with_name("again.jsonl").symlink_to(path)
    path.with_name("round").symlink_to(path.parent)
    path.with_name("folder.jsonl").mkdir()
    ledger = Ledger()
    assert read(ledger, tmp_path).files == 1
    assert measured(ledger) == {"claude-opus-5-5": (1, 2, 3, 4, 5)}


def test_ledger_is_small(tmp_path: Path) -> None:
    for session in range(20):
        rows = [
            answer(
                f"msg_bdrk_01{session:04}{number:016}", number, (3, 12_345, 0, 123_456, 1_234), session=f"{session:036}"
            )
            for number in range(20)
        ]
        write(tmp_path, f"{session:036}", *rows)
    ledger = Ledger()
    read(ledger, tmp_path)
    assert len(ledger.encoded()) < 250 * 400


def test_ledger_that_cannot_be_read_is_kept_and_named(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for content in (b"", b"\xff" * 40, b"{}", msgspec.msgpack.encode({"schema": 2})):
        book.path.write_bytes(content)
        with pytest.raises(UserError, match="ledger"):
            book.read()
        assert book.path.read_bytes() == content
