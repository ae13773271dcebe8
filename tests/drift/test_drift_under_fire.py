"""drift's memory while runs are killed and race: the old state or the new one, never half of either."""

import functools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from ccsetup.lab.fault import Fault, Hang
from tests.drift.test_drift import OLD, PROFILE, write
from tests.support.desktop import WITHOUT_POWERS, Wrapped
from tests.support.drift_world import OPUS, Watched, watched
from tests.support.program import EXECUTABLE


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def killed(world: Watched, seconds: float, *flags: str) -> None:
    """A run that gets no longer than that."""
    with world.here.running("drift", *flags, environment=world.here.environment) as run:
        time.sleep(seconds)
        run.kill()
        run.wait()


@pytest.mark.thorough
def test_a_run_that_is_killed_leaves_the_old_state_or_the_new_one(world: Watched) -> None:
    """Each run sees another world: the state is the whole of the one or the whole of the other."""
    dice = random.Random(20261124)
    for region in ("us-east-1", "us-west-2", "us-east-2"):
        write(world, region, PROFILE.replace("us-east-1", region))
    world.look()
    began = time.monotonic()
    world.look()
    took = time.monotonic() - began
    path = world.state / "state.json"
    outcomes: set[bool] = set()
    for number in range(16):
        before = path.read_bytes()
        world.model("anthropic.claude-opus-4-8", name=f"Opus of round {number}")
        killed(world, took * dice.uniform(0.2, 1.6))
        after = path.read_bytes()
        places = json.loads(after)["places"]
        names = {one["name"] for place in places.values() for one in place["models"] if "opus-4-8" in one["id"]}
        assert after == before or all(name.endswith(f"Opus of round {number}") for name in names), names
        outcomes.add(after == before)
    assert outcomes == {True, False}, "the dice have to hit both"
    code, findings = world.look()
    assert (code, set(findings)) == (1, {"us-east-1", "us-east-2", "us-west-2"})
    assert [one.name for one in world.state.glob(".*.tmp")] == []


@pytest.mark.thorough
def test_re_pinning_that_is_killed_leaves_files_whole_and_can_be_undone(world: Watched) -> None:
    dice = random.Random(7)
    names = [f"p{number}" for number in range(8)]
    for name in names:
        write(world, name)
    world.here.run("drift")
    began = time.monotonic()
    world.here.run("drift")
    took = time.monotonic() - began
    for _ in range(8):
        killed(world, took * dice.uniform(0.8, 1.3), "--fix", "--yes")
        new = PROFILE.replace(f"'{OLD}'", f'"{OPUS}"')
        texts = {name: (world.here.profiles / f"{name}.toml").read_text() for name in names}
        assert set(texts.values()) <= {PROFILE, new}
        if new in texts.values():
            world.here.ok("drift", "--undo")
            assert {(world.here.profiles / f"{name}.toml").read_text() for name in names} == {PROFILE}


def test_concurrent_runs_keep_each_other_s_results(world: Watched) -> None:
    regions = ("us-east-1", "us-west-2", "us-east-2", "us-west-1", "ca-central-1", "eu-west-1")
    for region in regions:
        write(world, region, PROFILE.replace("us-east-1", region))
    with ExitStack() as running:
        start = functools.partial(world.here.running, environment=world.here.environment)
        runs = [running.enter_context(start("drift", region)) for region in regions]
        assert {run.wait() for run in runs} <= {0, 1}
    state = json.loads((world.state / "state.json").read_bytes())
    assert {place["place"] for place in state["places"].values()} == set(regions)
    assert {one["place"] for one in state["history"]} == set(regions)


def test_ctrl_c_ends_a_run_whose_provider_hangs(world: Watched) -> None:
    write(world)
    world.lab.inject(Fault(Hang(60)))
    with world.here.running("drift", environment=world.here.environment) as run:
        while not world.lab.requests:
            time.sleep(0.05)
        began = time.monotonic()
        os.kill(run.pid, signal.SIGINT)
        assert run.wait() == 130
        assert time.monotonic() - began < 5  # an attempt alone is given ten seconds
    assert not (world.state / "state.json").exists()


@pytest.mark.parametrize("text", ["{", '{"schema": 2}', '{"schema": 1, "places": 3}'])
def test_a_state_that_cannot_be_read_is_named_and_kept(world: Watched, text: str) -> None:
    write(world)
    world.state.mkdir(parents=True)
    (world.state / "state.json").write_text(text)
    done = world.here.run("drift")
    assert (done.code, done.out, "state.json" in done.err) == (2, "", True)
    assert (world.state / "state.json").read_text() == text
    assert world.lab.requests == ()


def test_a_state_folder_that_cannot_be_written_takes_no_answer_away(world: Watched) -> None:
    if os.geteuid() == 0 and not WITHOUT_POWERS:
        pytest.skip("root writes everywhere")
    write(world)
    world.look()
    world.state.chmod(0o500)
    try:
        done = Wrapped(world.here.home, world.here.extra).run("drift", "--json")
    finally:
        world.state.chmod(0o700)
    assert done.code == 1
    assert json.loads(done.out)["profiles"][0]["findings"][0]["check"] == "model-retiring"
    assert "state/ccsetup/drift" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
@pytest.mark.parametrize(("answer", "repinned"), [("y", True), ("n", False), ("", False)])
def test_a_person_is_asked_before_anything_changes(world: Watched, answer: str, repinned: bool) -> None:
    path = write(world)
    terminal = pexpect.spawn(str(EXECUTABLE), ["drift", "--fix"], env=dict(world.here.environment), encoding="utf-8",
                             timeout=60, dimensions=(50, 300))  # fmt: skip
    terminal.expect(r"re-pin this\? \[y/N\] ")
    assert OLD in (terminal.before or "")
    terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (OPUS in path.read_text()) == repinned
    assert terminal.exitstatus == (0 if repinned else 1)
    if not repinned:
        assert "nothing was changed" in (terminal.before or "")


@pytest.mark.parametrize("arguments", [("drift",), ("drift", "--accept")])
def test_a_result_that_cannot_be_kept_is_not_called_a_success(world: Watched, arguments: tuple[str, ...]) -> None:
    if os.geteuid() == 0 and not WITHOUT_POWERS:
        pytest.skip("root writes everywhere")
    answers = ("--set", "aws_profile=my-prod", "--set", "region=us-east-1")
    world.here.ok("init", "b", "--surface", "bedrock", *answers, "--yes")
    world.here.ok("drift")
    world.state.chmod(0o500)
    try:
        done = Wrapped(world.here.home, world.here.extra).run(*arguments)
    finally:
        world.state.chmod(0o700)
    assert (done.code, "exit code 2" in done.err, "agreed" in done.err) == (2, True, False)
