"""`make facts-check`: the snapshot is the pinned client's, our data agrees with the packages' lists; and the report."""

import datetime
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ccsetup.claude_code.facts.client_facts import FACTS
from tests.facts import __main__ as program
from tests.facts import lists, report, snapshot
from tests.support.client_runner import CLIENTS, require_client

ROOT = Path(__file__).parents[2]


@cache
def differences(age: str, version: str) -> list[str]:
    return program.differences(version, *program.read_client(require_client(CLIENTS[age])))


@pytest.mark.client
def test_the_snapshot_is_what_the_pinned_client_says() -> None:
    assert differences("newest", program.pinned_version()) == [], "run `make facts CLIENT=` the pinned version"


@pytest.mark.client
def test_an_older_client_differs_and_what_it_does_not_say_is_unreadable() -> None:
    found = differences("one-year", "2.0.50")
    assert {"+ unreadable aliases", "+ client 2.0.50"} <= {*found}
    assert not any(line.startswith(("+ alias", "+ retires")) for line in found)


def test_a_file_that_is_no_client_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "claude").write_bytes(b"\x7fELF" + b"\0" * 100)
    for path in (tmp_path / "claude", tmp_path / "nothing", tmp_path):
        facts, logic = program.read_client(path)
        assert (facts.unreadable, logic) == (FACTS, {})


def test_the_check_of_another_program_fails_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "claude").write_bytes(b"\x7fELF" + b"\0" * 100)
    before = snapshot.CLIENT.read_text()
    command = [sys.executable, "-m", "tests.facts", "--client", str(tmp_path / "claude")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "+ unreadable aliases" in done.stdout
    assert snapshot.CLIENT.read_text() == before


def test_snapshots_are_sorted_and_of_one_fact_a_line() -> None:
    for path in (snapshot.CLIENT, snapshot.LISTS):
        lines = snapshot.read(path)
        assert lines == sorted({*lines})
        assert all(len(line.split()) > 1 for line in lines)


def test_our_data_is_what_the_lists_say() -> None:
    assert [*lists.wrong(snapshot.read(snapshot.LISTS))] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("action bedrock:CountTokens", "action bedrock:Other", "IAM has no action bedrock:CountTokens"),
        ("quota L-A4430697 ", "quota L-00000000 ", '`_quotas.toml` lacks { code = "L-00000000"'),
        ("quota L-A4430697 Cross", "quota L-A4430697 Cruz", "is “Cruz-region"),
        ("profile jp.anthropic.claude-opus-5-5 ", "profile mx.anthropic.claude-opus-5-5 ", "au, eu, global, mx, us"),
    ],
)
def test_a_list_that_says_otherwise_is_reported(old: str, new: str, said: str) -> None:
    lines = [line.replace(old, new) for line in snapshot.read(snapshot.LISTS)]
    assert lines != snapshot.read(snapshot.LISTS)
    found = [*lists.wrong(lines)]
    assert len(found) == 1
    assert said in found[0]


def test_only_what_needs_judgement_is_left_to_a_person() -> None:
    before = ["alias vertex opus a", "client 2.1.1", "managed X", "model m vertex i", "variable A str"]
    now = ["alias vertex opus b", "client 2.1.2", "managed X", "unreadable retirements", "variable B str"]
    sections = {section.title: section for section in report.snapshot_sections(before, now, {})}
    assert sections["New"].lines == ["`variable B str`"]
    assert sections["Gone"].lines == ["`variable A str`"]
    assert sections["Unreadable in this client"].lines == ["retirements"]
    assert len(sections["Moved"].lines) == 5
    text = report.markdown("Facts", [*sections.values()])
    assert text.startswith("# Facts\n\n3 for a human to look at.\n")
    moved = [section for section in sections.values() if not section.asks]
    assert "Nothing for a human to look at." in report.markdown("Facts", moved)


def test_changelog_lines_are_those_of_the_versions_between() -> None:
    text = "# Changelog\n\n## 2.1.10\n- Vertex: a\n\n## 2.1.9\n- Fixed Bedrock regions\n- Fixed a colour\n"
    text += "\n## 2.1.8\n- Foundry\n"
    assert report.changelog_lines(text, "2.1.8", "2.1.9") == ["2.1.9: Fixed Bedrock regions"]
    assert report.changelog_lines(text, "2.1.9", "2.1.10") == ["2.1.10: Vertex: a"]
    assert report.changelog_lines("", "2.1.8", "2.1.9") == []


def test_documentation_of_more_than_ninety_days_ago_is_named() -> None:
    far = datetime.date(2099, 1, 1)
    assert any(line.startswith("`profiles/_policy.toml`: https://") for line in report.old_documents(far))
    assert any(line.startswith("`checks/") for line in report.old_documents(far))
    assert [*report.old_documents(datetime.date(2026, 6, 1))] == []


def test_no_file_of_facts_names_a_registry_s_host() -> None:
    for path in (*(ROOT / "tests" / "facts").glob("*.[pt]*"), ROOT / "Makefile"):
        assert "registry." not in path.read_text().replace('registry."', ""), path
