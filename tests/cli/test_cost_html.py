"""`ccsetup cost --html FILE`, as a process."""

import os
import stat
from pathlib import Path

import pytest

from tests.support import prefix_rows
from tests.support.program import Program
from tests.support.transcripts import answer, write

SINCE = ("--since", "2026-11-01")


@pytest.fixture
def page(program: Program) -> Path:
    write(program.home / ".claude", "s1", *prefix_rows.session())
    return program.home / "cost.html"


def test_page_is_private_and_written_at_once(program: Program, page: Path) -> None:
    done = program.ok("cost", *SINCE, "--parts", "--html", str(page))
    assert done.out == ""
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text()
    assert "mcp:docs" in text
    assert "Before every prompt" in text
    assert list(program.home.glob(".*.tmp")) == []


def test_page_replaces_a_page_and_nothing_else(program: Program, page: Path) -> None:
    program.ok("cost", *SINCE, "--html", str(page))
    first = page.read_text()
    write(program.home / ".claude", "s2", answer("m9", 5, (1, 0, 0, 0, 1), session="s2"))
    program.ok("cost", *SINCE, "--html", str(page))
    assert page.read_text() != first
    for content in ("my own page", "<!DOCTYPE html><meta name=generator content=other>"):
        page.write_text(content)
        done = program.run("cost", *SINCE, "--html", str(page))
        assert (done.code, done.out) == (2, "")
        assert "not a page of ccsetup" in done.err
        assert page.read_text() == content


def test_places_that_are_no_file_are_refused(program: Program, page: Path) -> None:
    page.write_text("")
    link = program.home / "link.html"
    link.symlink_to(page)
    os.mkfifo(program.home / "pipe.html")
    for place in (link, program.home / "pipe.html", program.home, program.home / "missing" / "a.html", page / "a.html"):
        done = program.run("cost", *SINCE, "--html", str(place))
        assert (done.code, "Traceback" in done.err, done.out) == (2, False, "")
    assert page.read_text() == ""


def test_names_of_the_work_are_not_in_an_anonymous_page(program: Program, page: Path) -> None:
    write(program.home / ".claude", "s1", answer("m1", 0, (1, 0, 0, 0, 1), cwd="/home/ada/CANARY", gitBranch="CANARY"))
    program.ok("cost", *SINCE, "--anonymous", "--html", str(page))
    assert "CANARY" not in page.read_text()


def test_no_transcripts_write_no_page(program: Program) -> None:
    done = program.run("cost", "--html", str(program.home / "cost.html"))
    assert done.code == 3
    assert not (program.home / "cost.html").exists()


def test_charts_are_imported_for_a_page_alone(program: Program, page: Path) -> None:
    done = program.run("cost", *SINCE, "--json", environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "ccsetup.usage.document" in done.err
    assert "pygal" not in done.err
    assert "jinja2" not in done.err
