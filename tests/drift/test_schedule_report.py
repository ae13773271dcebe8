"""`--report`: the team's page after each run, on this machine and from the shards of a cluster."""

import json
import os
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.report.test_team import Rows
from tests.support.desktop import executable, started
from tests.support.priced_world import OPUS, bedrock, here, lab, running
from tests.support.program import EXECUTABLE, Done, Program

__all__ = ["here", "lab", "running"]
Manifest = Any
"""A YAML document, which has no type."""
CLUSTER = ("--with", "kubernetes", "--image", "registry.example/team/ccsetup:0.2.0", "--claim", "state")


def manifest(here: Program, *flags: str) -> list[Manifest]:
    return list(yaml.safe_load_all(here.ok("schedule", *CLUSTER, *flags, "--print").out))


def script(document: Manifest) -> str:
    pod = document["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    shell, option, text = pod["containers"][0]["command"]
    assert (shell, option) == ("/bin/sh", "-c")
    return str(text).replace("$$(", "$(")  # what the kubelet does before a container starts


def test_drift_writes_the_page_whatever_it_finds(here: Program) -> None:
    bedrock(here, "us.anthropic.claude-opus-4-1-20250805-v1:0")
    done = here.run("drift", "--report", "team.html", "--json", cwd=here.home)
    assert done.code == 1
    assert json.loads(done.out)["profiles"]
    assert [name for name, _ in Rows((here.home / "team.html").read_text()).found] == ["b"]


def test_page_of_a_part_or_over_another_file_is_refused(here: Program) -> None:
    bedrock(here, OPUS)
    (here.home / "mine.html").write_text("<p>mine</p>")
    assert here.run("drift", "b", "--report", "team.html", cwd=here.home).code == 2
    assert here.run("drift", "--report", "mine.html", cwd=here.home).code == 2
    assert (here.home / "mine.html").read_text() == "<p>mine</p>"


def test_timer_on_this_machine_names_the_page_by_its_whole_path(here: Program) -> None:
    bedrock(here, OPUS)
    shown = here.run("schedule", "--with", "cron", "--report", "team.html", "--print", cwd=here.home)
    assert shown.code == 0, shown.err
    (line,) = (line for line in shown.out.splitlines() if "--report" in line)
    assert f"{here.home}/team.html" in line


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--with", "github", "--package", "x==1", "--report", "a.html"), "--report has no effect with github"),
        ((*CLUSTER[:4], "--report", "a.html"), "--claim"),
        ((*CLUSTER, "--report", "a b$(x).html"), "plain file name"),
    ],
)
def test_page_that_cannot_be_kept_is_refused(here: Program, flags: tuple[str, ...], words: str) -> None:
    bedrock(here, OPUS)
    (here.home / ".git").mkdir()
    done = here.run("schedule", *flags, "--print", cwd=here.home)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize("shards", [0, 3])
def test_manifest_is_valid_by_the_apis_schemas(here: Program, shards: int) -> None:
    bedrock(here, OPUS)
    found = manifest(here, "--report", "team.html", *(("--shards", str(shards)) if shards else ()))
    for document in found:
        kubernetes_validate.validate(document, "1.33", strict=True)
    assert [one["kind"] for one in found].count("CronJob") == (2 if shards else 1)


@pytest.mark.thorough
def test_shards_run_as_processes_and_the_last_job_merges_them(here: Program, tmp_path: Path) -> None:
    names = ["b", "key", "west"]
    bedrock(here, OPUS)
    bedrock(here, OPUS, name="west", region="us-west-2")
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    *_, indexed, last = manifest(here, "--report", "team.html", "--shards", "2")
    executable(tmp_path / "bin" / "ccsetup", f'#!/bin/sh\nexec {EXECUTABLE} "$@"\n')
    path = f"{tmp_path}/bin:{os.defpath}"
    state = tmp_path / "state"
    (state / "report").mkdir(parents=True)
    (state / "report" / "0.json").write_text("stale")

    def run(document: Manifest, index: str) -> Done:
        text = script(document).replace("/home/ccsetup/state", str(state))
        return started(
            ["/bin/sh", "-c", text], {**here.environment, "PATH": path, "JOB_COMPLETION_INDEX": index}, tmp_path
        )

    run(indexed, "0")
    assert run(last, "").code == 3  # a shard is missing, so the job is tried again
    assert not (state / "team.html").exists()
    run(indexed, "1")
    done = run(last, "")
    assert done.code == 0, done.err
    assert sorted(name or "" for name, _ in Rows((state / "team.html").read_text()).found) == names
    assert list((state / "report").iterdir()) == []
