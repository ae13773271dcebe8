"""The filter of long lists in a real terminal: only what matches, and may be taken, can be taken."""

import io
import sys
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.wizard_run import DOWN, ENTER, TERMINAL, UP

BACKSPACE = "\x7f"
QUIET = 0.5  # seconds
ASKS = """
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.terminal import Terminal

choices = [Choice(f"v{n}", f"model-{n}", closed="ended" if n in (0, 5) else "") for n in range(8)]
print("taken:", Terminal().choose("Which?", [*choices, Choice("vz", "zeta", closed="ended")], "v3", back=False))
"""


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ((), "v3"),
        (("model-4",), "v4"),
        (("MODEL-4",), "v4"),
        (("model", UP), "v7"),
        (("model", DOWN), "v2"),
        (("model-4", UP), "v4"),
    ],
)
def test_what_matches_can_be_taken(typed: tuple[str, ...], taken: str, tmp_path: Path) -> None:
    terminal = _terminal(tmp_path)
    for keys in (*typed, ENTER):
        terminal.send(keys)
    terminal.expect_exact(f"taken: {taken}")


@pytest.mark.parametrize(
    ("typed", "shown"), [("zz", "no match for 'zz'"), ("model-5", "model-5 (ended)"), ("zeta", "zeta (ended)")]
)
def test_enter_takes_nothing_that_is_not_there_or_has_ended(typed: str, shown: str, tmp_path: Path) -> None:
    terminal = _terminal(tmp_path)
    terminal.send(typed)
    assert shown in _screen(terminal)
    for keys in (ENTER, DOWN, UP, ENTER, *[BACKSPACE] * len(typed), "model-6"):
        terminal.send(keys)
    assert "taken" not in _screen(terminal)
    terminal.send(ENTER)
    terminal.expect_exact("taken: v6")


def _screen(terminal: pexpect.spawn) -> str:
    """The terminal's text once nothing more is drawn."""
    import pyte

    drawn = None
    while drawn != terminal.before:
        drawn = terminal.before
        terminal.expect(pexpect.TIMEOUT, timeout=QUIET)
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(terminal.logfile_read.getvalue())
    return "\n".join(screen.display)


def _terminal(home: Path) -> pexpect.spawn:
    environment = {**TERMINAL, "PATH": "/usr/bin:/bin", "HOME": str(home)}
    terminal = pexpect.spawn(
        sys.executable, ["-c", ASKS], env=environment, dimensions=(24, 80), encoding="utf-8", timeout=60
    )
    terminal.logfile_read = io.StringIO()
    terminal.expect_exact("type to filter")
    terminal.expect_exact("zeta")
    return terminal
