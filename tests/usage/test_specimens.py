"""What real clients wrote, against what was billed: to the token."""

import shutil
from pathlib import Path

import pytest

from ccsetup.usage.bills import Bill, Bills
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.work import measure
from tests.support.transcripts import FOLDER, SPECIMENS, billed, measured, read

SURFACES = {
    "surface-api-key": {("api-key", "likely")},
    "surface-subscription": {("subscription", "certain")},
    "surface-bedrock": {("bedrock", "certain")},
    "surface-vertex": {("vertex", "certain")},
    "subagent-and-webfetch": {("api-key", "likely")},
    "interactive-bedrock": {("bedrock", "certain")},
    "client-2.1.241": {("bedrock", "certain"), (None, "unknown")},
    "client-2.0.50": {("bedrock", "certain"), (None, "unknown")},
}


@pytest.mark.parametrize("name", SPECIMENS)
def test_rows_and_what_has_none_equal_the_bill(name: str) -> None:
    ledger = Ledger()
    found = read(ledger, FOLDER / name)
    assert measured(ledger) == billed(name)
    assert (found.unread_files, found.unread_rows) == ([], 0)


@pytest.mark.parametrize("name", SPECIMENS)
def test_only_clients_without_a_total_give_a_lower_bound(name: str) -> None:
    ledger = Ledger()
    read(ledger, FOLDER / name)
    works = measure(ledger)
    assert {work.lower_bound for work in works} == {name.startswith("client-")}
    assert [work.doubts for work in works if work.doubts] == []


@pytest.mark.parametrize("name", SPECIMENS)
def test_surface_is_derived_from_the_rows(name: str) -> None:
    ledger = Ledger()
    read(ledger, FOLDER / name)
    bills = Bills(ledger, ())
    found: set[Bill] = set()
    for work in measure(ledger):
        requests, unlogged = bills.of(work)
        found |= {*requests, *unlogged}
    assert {(bill.surface, bill.certainty) for bill in found} == SURFACES[name]


def test_session_in_two_folders_counts_once(tmp_path: Path) -> None:
    ledger = Ledger()
    for copy in ("one", "two"):
        shutil.copytree(FOLDER / "subagent-and-webfetch", tmp_path / copy)
    read(ledger, tmp_path / "one", tmp_path / "two")
    assert measured(ledger) == billed("subagent-and-webfetch")
    assert len(ledger.sessions) == 1


def test_deleted_transcripts_keep_their_counts(tmp_path: Path) -> None:
    ledger = Ledger()
    shutil.copytree(FOLDER / "subagent-and-webfetch", tmp_path / "home")
    read(ledger, tmp_path / "home")
    shutil.rmtree(tmp_path / "home")
    read(ledger, tmp_path / "home")
    assert measured(ledger) == billed("subagent-and-webfetch")
    assert ledger.marks == {}
