"""The line of bars that `ccsetup cost` draws in a terminal."""

import re

import pexpect  # type: ignore[import-untyped]
import pytest

from ccsetup.commands.cost.show import spark
from tests.support.program import EXECUTABLE, Program
from tests.support.transcripts import answer, write


def test_bars_are_as_high_as_their_share_of_the_largest() -> None:
    assert spark([0, 1, 4, 8, 0]) == " ▁▄█ "
    assert spark([1, 10**9]) == "▁█"
    assert spark([]) == ""


@pytest.mark.parametrize(("variables", "drawn"), [({"LANG": "C.UTF-8"}, True), ({"TERM": "dumb"}, False)])
def test_bars_are_drawn_where_the_terminal_can_show_them(
    program: Program, variables: dict[str, str], drawn: bool
) -> None:
    rows = [answer("m1", -200_000, (5, 0, 0, 0, 1)), answer("m2", 0, (50, 0, 0, 0, 1))]
    write(program.home / ".claude", "s1", *rows)
    environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **program.environment, **variables}
    words = ["cost", "--since", "2026-11-01"]
    terminal = pexpect.spawn(
        str(EXECUTABLE), words, env=environment, encoding="utf-8", timeout=60, dimensions=(40, 140)
    )
    terminal.expect(pexpect.EOF)
    assert bool(re.search("▁ +█", terminal.before or "")) is drawn
    assert re.search("[▁█]", program.ok(*words).out) is None
