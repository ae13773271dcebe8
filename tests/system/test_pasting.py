"""Commands to paste, in the shell of the person who reads them."""

import os
import pty
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from ccsetup.knowledge import pages
from ccsetup.system.pasting import in_shell
from tests.support.program import EXECUTABLE, Program

SHELLS = [pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"no {name} here"))
          for name in ("bash", "zsh", "fish", "ksh", "dash")]  # fmt: skip
LINES = {
    "read -rs WORK_KEY && export WORK_KEY   # paste the key, then Enter": "secret",
    "export WORK_KEY=/path/to/company-ca.pem   # trust it": "/path/to/company-ca.pem",
    'export WORK_KEY="$PWD/company-ca.pem"   # an absolute path': "PWD/company-ca.pem",
    "unset OTHER WORK_KEY   # in this shell": "(unset)",
}


def run(shell: str, script: str, folder: Path) -> str:
    """What the program that the shell starts next has in WORK_KEY."""
    end = "sh -c 'echo \"${WORK_KEY-(unset)}\"'"
    done = subprocess.run(
        [shell, "-c", f"{script}\n{end}"], input="secret\n", cwd=folder, text=True, capture_output=True, check=False,
        env={"PATH": os.defpath, "HOME": str(folder), "WORK_KEY": "before", "OTHER": "x"},
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("shell", SHELLS)
def test_command_sets_in_each_shell_what_it_sets_in_bash(shell: str, line: str, tmp_path: Path) -> None:
    assert run(shell, in_shell(line, shell), tmp_path) == LINES[line].replace("PWD", str(tmp_path))


@pytest.mark.parametrize(
    ("line", "powershell"),
    [
        ("$ read -rs K && export K   # paste it", "$ $env:K = Read-Host -MaskInput   # paste it"),
        ('  eval "$(ccsetup env work)"', "  ccsetup env work | Out-String | Invoke-Expression"),
        ("export A=1", "$env:A = '1'"),
        ('export PATH="$HOME/.local/bin:$PATH"', '$env:PATH = "$HOME/.local/bin:$env:PATH"'),
        ("unset A B", "Remove-Item 'Env:A', 'Env:B'"),
        ("ccsetup doctor work   # check again", "ccsetup doctor work   # check again"),
    ],
)
def test_powershell_has_its_own_spelling(line: str, powershell: str) -> None:
    assert in_shell(line, "pwsh") == in_shell(line, "powershell") == powershell


def test_unknown_shell_gets_the_line_as_it_is() -> None:
    for line in LINES:
        assert in_shell(line, "python3.11") == in_shell(line, "bash") == in_shell(line, "zsh") == line


def test_every_command_of_the_pages_that_only_some_shells_know_is_translated() -> None:
    foreign = re.compile(r"(export|unset|eval|read|local|set) |.*(\$\(|`)")
    facts = {"secret_variable": "K", "variable": "V", "token_variable": "T", "profile": "p", "other_flag": "O"}
    for slug in pages.slugs():
        for command in pages.load_page(slug).filled(facts)[1].bare:
            for shell in ("fish", "pwsh"):
                assert not foreign.match(command) or in_shell(command, shell) != command, (slug, command)


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
def test_terminal_shows_the_callers_spelling_and_a_pipe_the_pages(program: Program) -> None:
    program.init("p", "api-key", key="env:WORK_KEY")
    reader, writer = pty.openpty()
    shown = b""
    with subprocess.Popen(
        ["fish", "--no-config", "-c", f"{EXECUTABLE} env p --shell fish; true"],
        env={**program.environment, "COLUMNS": "100", "TERM": "xterm"},
        stdout=subprocess.DEVNULL, stderr=writer, stdin=subprocess.DEVNULL,
    ):  # fmt: skip
        os.close(writer)
        with suppress(OSError):  # how Linux says that no process writes any more
            while piece := os.read(reader, 65_536):
                shown += piece
    os.close(reader)
    assert "read --silent --export --global WORK_KEY" in shown.decode()
    piped = program.run("env", "p", "--shell", "fish").err
    assert "read -rs WORK_KEY && export WORK_KEY" in piped
