"""Private folders and programs are gone after every signal; after SIGKILL the next run removes them."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.desktop import executable
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Program
from tests.trace.test_trace_given import gone

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGXCPU", "SIGABRT")


@pytest.mark.parametrize("name", SIGNALS)
def test_demo_serve_leaves_nothing(program: Program, tmp_path: Path, name: str) -> None:
    with _started(program, tmp_path, "demo", "--serve") as process:
        _wait_for(tmp_path, "ccsetup-demo-*/.aws")
        process.send_signal(signal.Signals[name])
        process.communicate(timeout=30)
    assert process.returncode in (0, 128 + signal.Signals[name])  # this one before it reports that it is ready
    assert [*tmp_path.glob("ccsetup-*")] == []


def test_demo_ends_its_shell_too(program: Program, tmp_path: Path) -> None:
    with _started(program, tmp_path, "demo") as process:
        _wait_for(tmp_path, "ccsetup-demo-*/bin/ccsetup")
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)  # the pipe has no reader any more
    assert process.returncode == 143
    assert [*tmp_path.glob("ccsetup-*")] == []


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["trace", "demo"])
def test_what_a_killed_run_left_is_removed_by_the_next(program: Program, tmp_path: Path, command: str) -> None:
    executable(tmp_path / "bin" / "claude", "#!/bin/sh\nsleep 20\n")
    program.init("work", "api-key", key="cmd:echo k")
    words = ("trace", "work", "--seconds", "60") if command == "trace" else ("demo", "--serve")
    left: list[Path] = []
    for _ in range(2):
        with _started(program, tmp_path, *words) as process:
            _wait_for(tmp_path, f"ccsetup-{command}-*/*", without=left)
            process.kill()
            process.wait()
        left = [*tmp_path.glob(f"ccsetup-{command}-*")]
        assert len(left) == 1
    (tmp_path / "ccsetup-trace-mine").write_text("a file")  # no folder of ours
    with _started(program, tmp_path, *words) as process, _started(program, tmp_path, *words) as other:
        _wait_for(tmp_path, f"ccsetup-{command}-*/*", without=left, count=2)
        assert not left[0].exists()
        for one in (process, other):  # neither removes the other's
            one.send_signal(signal.SIGTERM)
            one.communicate(timeout=30)
    assert [path for path in tmp_path.glob("ccsetup-*") if path.is_dir()] == []


def test_doctor_does_not_wait_for_a_grandchild_that_holds_its_pipe(program: Program, tmp_path: Path) -> None:
    program.init("work", "api-key", key=f"cmd:sleep 300 & echo $! > {tmp_path}/pid; echo k")
    line = f"{EXECUTABLE} doctor --offline 2>&1 | cat"
    done = subprocess.run(["/bin/sh", "-c", line], env=program.environment, capture_output=True, timeout=60, check=True)
    assert b"work" in done.stdout
    assert gone(int((tmp_path / "pid").read_text()))


def _started(program: Program, tmp_path: Path, *words: str) -> "subprocess.Popen[bytes]":
    there = {
        **program.environment,
        "TMPDIR": str(tmp_path),
        "PATH": f"{tmp_path}/bin:{EXECUTABLE.parent}:{SYSTEM_PATH}",
    }
    return subprocess.Popen(
        [EXECUTABLE, *words], env=there, cwd=program.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _wait_for(folder: Path, pattern: str, without: list[Path] | None = None, count: int = 1) -> None:
    until = time.monotonic() + 60
    old = without or []
    while len({path.parent for path in folder.glob(pattern) if path.parent not in old}) < count:
        assert time.monotonic() < until, [*folder.iterdir()]
        time.sleep(0.05)
