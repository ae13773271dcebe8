"""A timer's own run of `drift`, in the bare environment that a timer has, with the lab as the provider."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.desktop import started
from tests.support.drift_world import OPUS, Watched, watched
from tests.support.program import EXECUTABLE, Done
from tests.support.timers import in_world

ARN = "anthropic.claude-opus-5-5"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        world.bedrock(**{"models.opus": OPUS})
        yield world


def within(world: Watched, script: str) -> Done:
    return in_world(script, world.here.home, world.here.environment, systemd=True)


@pytest.mark.thorough
def test_a_systemd_timer_runs_drift_and_its_status_tells_what_it_found(world: Watched) -> None:
    told = world.here.home / "notified"
    notify = f"--notify 'sh -c \"cat > {told}\"'"
    run = 'systemctl --user start ccsetup-drift.timer; systemctl --user start ccsetup-drift.service; echo "run $?"'
    status = f'{EXECUTABLE} schedule --status --json > status.json; echo "status $?"'
    quiet = within(world, f"{EXECUTABLE} schedule --install {notify} --yes >/dev/null || exit 5; {run}; {status}")
    assert quiet.out == "run 0\nstatus 0\n", quiet.err
    last = json.loads((world.here.home / "status.json").read_text())["last_run"]
    assert (last["code"], last["summary"]) == (0, "1 profile: nothing to do")
    assert not told.exists()

    world.model(ARN, profiles=("eu",))
    loud = within(world, f"{run}; {status}; {EXECUTABLE} schedule --status")
    assert loud.out.startswith("run 1\nstatus 1\n"), loud.err
    assert "exit code 1: 1 profile: 1 model-gone (b)" in loud.out
    assert json.loads(told.read_text())["profiles"][0]["findings"][0]["check"] == "model-gone"


@pytest.mark.thorough
def test_the_line_of_the_crontab_runs_drift_with_crons_environment(world: Watched) -> None:
    install = f"{EXECUTABLE} schedule --with cron --install --yes >/dev/null && crontab -l > mine"
    done = in_world(install, world.here.home, world.here.environment)
    assert done.code == 0, done.err
    line = (world.here.home / "mine").read_text().splitlines()[1]
    command = line.split(" ", 5)[5].replace("\\%", "%")
    bare = {"HOME": "/", "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    for pins, code in ((None, 0), (("eu",), 1)):
        if pins:
            world.model(ARN, profiles=pins)
        assert started(["/bin/sh", "-c", command], bare, Path("/")).code == code
        log = world.here.home / ".local" / "state" / "ccsetup" / "drift" / "cron.log"
        assert log.read_text().splitlines()[-1].endswith(f"exit code {code}")
    assert world.here.run("schedule", "--status").code == 1


@pytest.mark.thorough
def test_the_jobs_of_the_workflow_make_one_report(world: Watched) -> None:
    """The drift of every job and the merge, by the workflow's own scripts and the real program."""
    world.bedrock("second", region="eu-west-1")
    (world.here.home / ".git").mkdir()
    flags = ("--with", "github", "--package", "x", "--shards", "2")
    world.here.ok("schedule", *flags, "--install", "--yes")
    text = (world.here.home / ".github" / "workflows" / "ccsetup-drift.yml").read_text()
    jobs = yaml.safe_load(text)["jobs"]
    world.model(ARN, profiles=("eu",))
    for leg in jobs["drift"]["strategy"]["matrix"]["include"]:
        folder = world.here.home / "shards" / leg["name"]
        folder.mkdir(parents=True)
        step = next(one for one in jobs["drift"]["steps"] if one.get("id") == "drift")
        environment = {**world.here.environment, "ARGUMENTS": leg["arguments"], "GITHUB_OUTPUT": str(folder / "out")}
        assert started(["bash", "-eo", "pipefail", "-c", step["run"]], environment, folder).code == 0
    merge = next(one for one in jobs["report"]["steps"] if one.get("id") == "merge")
    environment = {**world.here.environment, "GITHUB_OUTPUT": str(world.here.home / "out")}
    assert started(["bash", "-eo", "pipefail", "-c", merge["run"]], environment, world.here.home).code == 0
    assert (world.here.home / "out").read_text() == "code=1\n"
    document = json.loads((world.here.home / "drift.json").read_text())
    assert sorted(profile["profile"] for profile in document["profiles"]) == ["b", "second"]
    assert shlex.split(jobs["drift"]["strategy"]["matrix"]["include"][0]["arguments"]) == ["--shard", "1/2"]
