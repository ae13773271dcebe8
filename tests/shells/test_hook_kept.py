"""`ccsetup hook --completion`: one line in a start-up file, whose output is kept for the next shell."""

import os
import shutil
import subprocess

import pytest

from tests.support.program import EXECUTABLE, Program

LINES = (("bash",), ("bash", "--completion"), ("zsh", "--cd", "--completion"), ("fish",), ("powershell", "--cd"))


@pytest.mark.parametrize("words", LINES)
def test_kept_output_is_the_computed_one(program: Program, words: tuple[str, ...]) -> None:
    first, second = program.ok("hook", *words), program.ok("hook", *words)
    assert first.out == second.out
    assert ("_CCSETUP_COMPLETE" in first.out) == ("--completion" in words)
    (kept,) = (program.home / ".cache" / "ccsetup" / "hooks").iterdir()
    assert kept.read_text().partition("\n")[2] == first.out


def test_changed_program_or_home_has_its_output_computed_again(program: Program) -> None:
    printed = program.ok("hook", "bash").out
    kept = program.home / ".cache" / "ccsetup" / "hooks" / "bash"
    head, _, text = kept.read_text().partition("\n")
    kept.write_text(f"{head}\n{text}echo planted\n")
    assert "echo planted" in program.ok("hook", "bash").out  # as its owner wrote it
    kept.write_text(f"{head}0\n{text}echo planted\n")
    assert program.ok("hook", "bash").out == printed
    kept.write_bytes(b"")
    assert program.ok("hook", "bash").out == printed


def test_writable_for_others_is_not_used(program: Program) -> None:
    printed = program.ok("hook", "bash").out
    kept = program.home / ".cache" / "ccsetup" / "hooks" / "bash"
    kept.write_text(kept.read_text() + "echo planted\n")
    kept.chmod(0o666)
    assert program.ok("hook", "bash").out == printed


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_one_line_gives_ccuse_and_completion(program: Program) -> None:
    program.bedrock()
    code = f'eval "$({EXECUTABLE} hook bash --completion)"; ccuse bedrock-prod; complete -p ccsetup; echo $AWS_REGION'
    done = subprocess.run(["bash", "-c", code], env=program.environment, capture_output=True, text=True, check=True)
    assert "complete" in done.stdout
    assert done.stdout.splitlines()[-1] == "us-east-1"
    assert os.fspath(program.home) not in done.stderr
