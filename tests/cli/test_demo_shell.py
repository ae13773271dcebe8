"""`demo --shell`: the user's shell among simulated providers."""

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.program import EXECUTABLE, Program


@pytest.mark.thorough
def test_shell_has_working_profiles(program: Program) -> None:
    environment = {**program.environment, "TERM": "xterm", "NO_COLOR": "1", "SHELL": "/bin/sh"}
    child = pexpect.spawn(str(EXECUTABLE), ["demo", "--shell"], env=environment, encoding="utf-8", timeout=120)
    child.expect_exact("(ccsetup demo) $ ")
    child.sendline("ccsetup models work")
    child.expect_exact("claude-opus-5-5")
    child.sendline("ccsetup cost")
    child.expect_exact("mcp__github__search_code")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_shell_needs_a_terminal(program: Program) -> None:
    done = program.run("demo", "--shell")
    assert (done.code, "not a terminal" in done.err, "ccsetup demo --serve" in done.err) == (2, True, True)
