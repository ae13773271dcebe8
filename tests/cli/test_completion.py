"""Completion of commands and names without the parser gives what the parser would give."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import pytest
import typer
from typer.completion import completion_init  # type: ignore[attr-defined]

from ccsetup.cli import app
from ccsetup.commands import quick_completion
from ccsetup.commands.registry import COMMANDS
from ccsetup.system import system
from ccsetup.workspace import Workspace
from tests.support.program import SYSTEM_PATH, Program
from tests.support.real_shells import shell
from tests.support.selection import examples

NAMES = [command.name for command in COMMANDS]
SHELLS = ("bash", "zsh", "fish")
LINES = ("", "s", "st", "zz", *(f"{name} " for name in NAMES), *(f"{name} be" for name in NAMES), "show zz", "copy a ")


def asked(shell: str, line: str) -> dict[str, str]:
    """What the shell's completion puts into the environment for this line."""
    words = f"ccsetup {line}"
    if shell == "bash":
        at = len(words.split(" ")) - 1
        return {"_CCSETUP_COMPLETE": "complete_bash", "COMP_WORDS": words.replace(" ", "\n"), "COMP_CWORD": str(at)}
    more = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"} if shell == "fish" else {}
    return {"_CCSETUP_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": words, **more}


@contextmanager
def within(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield


@pytest.mark.parametrize("shell", examples(SHELLS, "bash"))
def test_quick_answers_are_those_of_the_parser(program: Program, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program.bedrock()
    program.bedrock("bee")
    completion_init()
    whole = typer.main.get_command(app())
    answered = set()
    with within({"HOME": str(program.home)}, monkeypatch):
        for line in LINES:
            environment = asked(shell, line)
            with within(environment, monkeypatch):
                quick = quick_completion.answer(os.environ, NAMES, Workspace(system.here()))
                printed = StringIO()
                with redirect_stdout(printed), pytest.raises(SystemExit):
                    whole.main([], prog_name="ccsetup", complete_var="_CCSETUP_COMPLETE")
            if quick is not None:
                answered.add(line)
                assert quick == (0, printed.getvalue().rstrip("\n")), line
    with_names = {name for name in NAMES if f"{name} be" in answered}
    assert with_names == quick_completion.NAMED
    assert {"", "s", "zz"} < answered


@pytest.mark.parametrize("shell", examples(SHELLS, "bash"))
def test_options_are_completed_too(program: Program, shell: str) -> None:
    assert "--offline" in program.run(environment=asked(shell, "doctor --o")).out


def test_fish_asks_whether_there_is_anything(program: Program) -> None:
    program.bedrock()
    for line, code in (("show ", 0), ("show zz", 1)):
        environment = {**asked("fish", line), "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
        assert program.run(environment=environment).code == code


@pytest.mark.parametrize("line", ["show 'be", 'show "', "show \\", "", "ccsetup"])
def test_unusual_lines_leave_it_to_the_parser_or_answer(program: Program, line: str) -> None:
    environment = {"_CCSETUP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "1"}
    assert "Traceback" not in program.run(environment=environment).err


def test_zsh_without_its_own_completion_gets_it_too(program: Program) -> None:
    script = program.ok("completion", "zsh").out
    done = shell("zsh").run(f"{script}\nprint -r -- $_comps[ccsetup]", {"HOME": str(program.home), "PATH": SYSTEM_PATH})
    assert (done.out, done.err) == ("_ccsetup_completion\n", "")
