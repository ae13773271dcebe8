"""A `claude` that does not run is never a passed check: what `claude --version` did is reported."""

import json

import pytest

from tests.support.program import Program

FAILS = {
    "exits": ("#!/bin/sh\necho oops >&2; exit 7\n", "ended with exit code 7"),
    "killed": ("#!/bin/sh\nkill -9 $$\n", "was ended by signal 9"),
    "no interpreter": ("#!/nonexistent/sh\n", "could not be started"),
    "not a program": ("\x7fELF garbage", "could not be started"),
}


def check_client(program: Program, script: str) -> tuple[str, list[str], str]:
    """The verdict, the checks that passed, and why the client's could not run."""
    folder = program.home / "bin"
    folder.mkdir()
    claude = folder / "claude"
    claude.write_text(script)
    claude.chmod(0o755)
    program.bedrock("b")
    path = f"{folder}:/usr/bin:/bin"
    report = json.loads(program.run("doctor", "b", "--offline", "--json", environment={"PATH": path}).out)["profiles"][
        0
    ]
    reasons = [broken["reason"] for broken in report["broken"] if broken["check"] == "client"]
    return report["verdict"], report["passed"], "".join(reasons)


@pytest.mark.parametrize("case", FAILS)
def test_failing_client_is_named_with_what_it_did(program: Program, case: str) -> None:
    script, said = FAILS[case]
    verdict, passed, reason = check_client(program, script)
    assert (verdict, "client" in passed) == ("unknown", False)
    assert "/bin/claude does not work: `claude --version` " in reason
    assert said in reason


@pytest.mark.parametrize("script", ["#!/bin/sh\necho '2.1.332 (Claude Code)'\n", "#!/bin/sh\ntrue\n"])
def test_wrapper_that_runs_is_not_a_fault(program: Program, script: str) -> None:
    _, passed, reason = check_client(program, script)
    assert ("client" in passed, reason) == (True, "")
