"""The demo's story, as a newcomer sees it on a machine without a network."""

import subprocess

import pytest

from tests.support.program import EXECUTABLE, Program


@pytest.mark.thorough
def test_every_scene_stays_on_this_machine(program: Program) -> None:
    """What is meant to fail in it names a cause, and no real host was tried: none can be reached here."""
    done = subprocess.run(
        [EXECUTABLE, "demo"], env=program.environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr
    shown = done.stdout + done.stderr
    assert "cannot be reached" not in shown
    assert "Traceback" not in shown
    for name in ("bedrock-prod", "vertex-ml", "work", "max", "tokyo"):
        assert f"saved {name}," in shown
