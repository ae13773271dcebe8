"""The made-up fortnight: the same each time, and what `cost` makes of it is what was made up."""

import datetime
from pathlib import Path

import pytest

from ccsetup.lab.work import Team, write_fortnight
from ccsetup.usage.bills import Bills
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.reasons import explain
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from tests.support.transcripts import measured, read

END = datetime.date(2026, 11, 27)
MODELS = ("us.anthropic.claude-opus-5-5", "us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-haiku-5-5")
TEAMS = (
    Team("bdrk_", *MODELS, (2, 4)),
    Team("vrtx_", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", (1, 1)),
)


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fortnight")
    write_fortnight(folder, END, TEAMS)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jsonl")}


def test_the_same_end_gives_the_same_bytes(fortnight: Path, tmp_path: Path) -> None:
    write_fortnight(tmp_path, END, TEAMS)
    assert content(tmp_path) == content(fortnight)
    assert len(content(tmp_path)) >= 30


def test_every_row_is_read_on_the_bill_it_was_made_for(fortnight: Path) -> None:
    ledger = Ledger()
    found = read(ledger, fortnight)
    assert (found.unread_files, found.unread_rows) == ([], 0)
    works = measure(ledger)
    assert [work.doubts for work in works if work.doubts or work.lower_bound] == []
    summary = summarize(ledger, works, Bills(ledger, ()), 0)
    assert {(one.surface, *one.certainties) for one in summary.accounts} == {
        ("bedrock", "certain"),
        ("vertex", "certain"),
    }
    days = {key.day for one in summary.accounts for key in one.cells}
    assert len(days) == 10
    assert {datetime.date.fromordinal(719_163 + day).weekday() for day in days} <= {0, 1, 2, 3, 4}
    totals = {model: kinds for model, kinds in measured(ledger).items() if "haiku" in model}
    assert all(kinds[0] > 0 for kinds in totals.values())


def test_its_misses_have_the_causes_of_real_work(fortnight: Path) -> None:
    ledger = Ledger()
    read(ledger, fortnight)
    accounts = summarize(ledger, measure(ledger), Bills(ledger, ()), 0).accounts
    causes = {cause for account in accounts for cause in explain(account, ledger.strings).misses}
    assert causes == {"session-start", "subagent-start", "idle", "compaction", "model-changed"}
    for account in accounts:
        read_, written = account.sum.tokens[3], account.sum.tokens[1]
        assert 0.8 < read_ / (read_ + written) < 0.97
