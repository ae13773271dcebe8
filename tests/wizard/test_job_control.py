"""The wizard under job control and signals: Ctrl-Z, and being ended in the middle of a question."""

import os
import signal
import subprocess

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.program import EXECUTABLE, Program
from tests.support.wizard_run import DOWN, ENTER, TERMINAL, Run

CTRL_Z = "\x1a"
CHOICE, LINE = "How should Claude Code reach Claude?", "Name of the profile"


def shell(program: Program) -> Run:
    """A bash with job control in a terminal, which writes $ when it waits."""
    around = {**program.environment, **TERMINAL, "PS1": "$ "}
    arguments = ["--norc", "--noprofile", "-i"]
    child = pexpect.spawn(
        "/bin/bash", arguments, env=around, cwd=str(program.home), dimensions=(40, 100), encoding="utf-8", timeout=60
    )
    return Run(child)


def terminal_modes(child: pexpect.spawn) -> set[str]:
    """The words of `stty -a` for the child's terminal."""
    shown = subprocess.run(["stty", "-a"], stdin=child.child_fd, capture_output=True, text=True, check=True)
    return set(shown.stdout.replace(";", " ").split())


@pytest.mark.parametrize("question", [CHOICE, LINE], ids=["choice", "line"])
def test_ctrl_z_suspends_and_fg_asks_again(program: Program, question: str) -> None:
    run = shell(program).does(f"{EXECUTABLE} init", ENTER).sees(CHOICE)
    if question == LINE:
        run.does(DOWN, ENTER).sees(LINE)
    run.does(CTRL_Z).sees("Stopped", "$ ")
    run.does("echo be''tween", ENTER).sees("between", "$ ").does("fg", ENTER).sees(question)
    run.does("\x03").sees("Nothing was saved").does("exit", ENTER).ends()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("question", [CHOICE, LINE], ids=["choice", "line"])
def test_signal_puts_the_terminal_back(program: Program, question: str, number: signal.Signals) -> None:
    around = {**program.environment, **TERMINAL}
    child = pexpect.spawn(
        "/bin/bash", ["-c", f"{EXECUTABLE} init; echo ended $?; sleep 60"], env=around, cwd=str(program.home),
        dimensions=(40, 100), encoding="utf-8", timeout=60,
    )  # fmt: skip
    run = Run(child).sees(CHOICE)
    if question == LINE:
        run.does(DOWN, ENTER).sees(LINE)
    running = subprocess.run(["pgrep", "-P", str(child.pid)], capture_output=True, text=True, check=True)
    os.kill(int(running.stdout), number)
    run.sees("ended")
    child.expect(r"\d+")
    assert int(child.after) == 128 + number
    assert {"icanon", "isig", "echo"} <= terminal_modes(child)
    assert "Traceback" not in run.seen
    assert "Press ENTER" not in run.seen
    child.close(force=True)
