"""`--debug`: what was requested and how long it took, and no secret."""

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program

KEY = "sk-ant-api03-lab-console-AAAA"


@pytest.fixture
def here(program: Program, lab: Lab) -> Program:
    program.init("work", "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"])
    return program


@pytest.mark.parametrize("words", ["--debug models work", "models --debug work", "models work --debug"])
def test_each_request_is_shown_with_its_time(here: Program, words: str) -> None:
    done = here.run(*words.split(), environment={"LAB_KEY": KEY})
    assert done.code == 0
    (line,) = [line for line in done.err.splitlines() if line.startswith("debug: GET ")]
    assert "/v1/models → 200, " in line
    assert line.endswith(" ms")
    assert KEY not in done.err + done.out


def test_failed_request_is_shown_with_its_error(here: Program) -> None:
    done = here.run("doctor", "work", "--debug", environment={"LAB_KEY": f"{KEY}-not"})
    assert "/v1/models → 401, " in done.err
    assert f"{KEY}-not" not in done.err + done.out


def test_program_is_shown_without_its_arguments(program: Program) -> None:
    program.init("work", "api-key", key="cmd:cat key.txt", base_url="http://127.0.0.1:9")
    (program.home / "key.txt").write_text("sk-ant-api03-from-a-command")
    done = program.run("doctor", "work", "--debug")
    assert "debug: run sh → exit code 0, " in done.err
    assert "/v1/models → " in done.err
    assert "from-a-command" not in done.err


def test_nothing_is_shown_without_it_and_run_passes_it_on(here: Program) -> None:
    assert "debug:" not in here.run("models", "work", environment={"LAB_KEY": KEY}).err
    done = here.run("run", "work", "--", "echo", "--debug", environment={"LAB_KEY": KEY})
    assert done.out == "--debug\n"
