"""Other programs: each ends within its time, with what it started."""

import os
import time
from pathlib import Path

import pytest

from ccsetup.claude_code import installation
from ccsetup.system import process
from tests.support.desktop import executable
from tests.trace.test_trace_given import gone, runs


def test_what_does_not_end_is_ended_with_what_it_started(tmp_path: Path) -> None:
    hanging = f"sleep 300 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(process.TimeoutExpired):
        process.run(hanging, environment={"PATH": os.defpath}, seconds=0.5)
    assert gone(int((tmp_path / "pid").read_text()))


def test_what_floods_is_ended_before_it_takes_the_memory() -> None:
    with pytest.raises(process.Flood):
        process.run("yes", environment={"PATH": os.defpath}, seconds=30, most=10_000)


def test_what_ends_by_itself_says_how(tmp_path: Path) -> None:
    """And what it leaves running, it meant to."""
    line = f"sleep 300 >/dev/null & echo $! > {tmp_path}/pid; pwd; exit 3"
    assert process.run(line, environment={"PATH": os.defpath}, seconds=10, cwd=tmp_path) == (
        3,
        f"{tmp_path}\n".encode(),
    )
    left = int((tmp_path / "pid").read_text())
    assert runs(left)
    os.kill(left, 9)


def test_a_client_that_does_not_tell_its_version_is_not_waited_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "claude"
    program.write_text(f"#!/bin/sh\nsleep 300 & echo $! > {tmp_path}/pid; wait\n")
    program.chmod(0o755)
    monkeypatch.setattr(installation, "VERSION_SECONDS", 0.5)
    began = time.monotonic()
    found = installation.find({"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"})
    assert time.monotonic() - began < 5
    assert found is not None
    assert (found.version, found.name) == ("", str(program))
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("path", ["", ".", ":", "bin", "bin:.:"])
def test_path_without_an_absolute_part_finds_nothing_in_the_current_folder(tmp_path: Path, path: str) -> None:
    for folder in (tmp_path, tmp_path / "bin"):
        executable(folder / "helper", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    environment = process.with_user_path({"PATH": path})
    assert process.run("helper", environment=environment, seconds=10, cwd=tmp_path).code == 127
    assert not (tmp_path / "ran").exists()
