"""Files for elsewhere: valid by the schemas of their platforms, without a secret, and their parts work when run."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.support.desktop import executable, started
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Done, Program
from tests.support.warm import Warm

KEY = "sk-ant-api03-canary-canary-canary"
PACKAGE = ("--package", "ccsetup==0.1.0")
IMAGE = ("--image", "registry.example/team/ccsetup:0.1.0")

FLEET: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "prod": ("bedrock", {"aws_profile": "my-prod", "region": "us-east-1"}),
    "eu": ("bedrock", {"aws_profile": "my-eu", "region": "eu-west-1"}),
    "vertex": ("vertex", {"project": "my-project", "location": "global", "credentials_file": "~/adc.json"}),
    "work": ("api-key", {"key": "file:~/key"}),
    "gateway": ("api-key", {"key": "env:MY_KEY", "base_url": "https://gateway.example/ü"}),
    "max": ("subscription", {"plan": "max-5x"}),
}


@pytest.fixture
def program(program: Program) -> Program:
    return Warm(program.home)


@pytest.fixture
def fleet(program: Program) -> Program:
    """A machine with a profile of each kind, in a git repository."""
    secret = program.home / "key"
    secret.write_text(KEY)
    secret.chmod(0o600)
    program.profiles.mkdir(parents=True)
    for name, (surface, answers) in FLEET.items():
        lines = [f'{key} = "{value.replace("~", str(program.home))}"' for key, value in answers.items()]
        text = "\n".join(("schema = 1", f'surface = "{surface}"', "[set]", *lines, ""))
        (program.profiles / f"{name}.toml").write_text(text)
    (program.home / ".git").mkdir()
    return program


def profiles(text: str) -> dict[str, Any]:
    return dict(tomllib.loads(text)["profiles"])


def documents(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def workflow(fleet: Program, *flags: str) -> dict[Any, Any]:
    """The installed workflow, held to GitHub's schema as check-jsonschema ships it."""
    fleet.ok("schedule", "--with", "github", *PACKAGE, *flags, "--install", "--yes")
    file = fleet.home / ".github" / "workflows" / "ccsetup-drift.yml"
    checked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(file)]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert KEY not in file.read_text()
    return dict(yaml.safe_load(file.read_text()))


def step(steps: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in steps if name in (one.get("name"), one.get("uses")))


def test_the_workflow_signs_in_by_oidc_with_one_job_an_identity(fleet: Program) -> None:
    found = workflow(fleet, "--within", "30")
    assert found[True].keys() == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads `on` so
    assert found["permissions"] == {}
    assert found["jobs"]["drift"]["permissions"] == {"contents": "read", "id-token": "write"}
    legs = found["jobs"]["drift"]["strategy"]["matrix"]["include"]
    assert [(leg["name"], leg["arguments"], leg.get("role"), "google" in leg, "keys" in leg) for leg in legs] == [
        ("keys", "gateway work", None, False, True),
        ("aws-my-eu", "eu", "CCSETUP_AWS_ROLE_MY_EU", False, False),
        ("aws-my-prod", "prod", "CCSETUP_AWS_ROLE_MY_PROD", False, False),
        ("google", "vertex", None, True, False),
    ]
    steps = found["jobs"]["drift"]["steps"]
    assert step(steps, "Sign in to AWS")["with"]["role-to-assume"] == "${{ vars[matrix.role] }}"
    assert "workload_identity_provider" in step(steps, "Sign in to Google Cloud")["with"]
    env = step(steps, "Compare pins with the live catalogue")["env"]
    assert env["CCSETUP_KEY_WORK"] == "${{ matrix.keys && secrets.CCSETUP_KEY_WORK || '' }}"
    assert "--within' '30' --json" in step(steps, "Compare pins with the live catalogue")["run"]
    assert "ccsetup trust gateway" in step(steps, "Bring the profiles in")["run"]


def test_no_identity_is_asked_for_that_no_profile_needs(program: Program) -> None:
    program.init("work", "api-key", key="env:MY_KEY")
    (program.home / ".git").mkdir()
    found = workflow(program)
    assert found["jobs"]["drift"]["permissions"] == {"contents": "read"}
    env = step(found["jobs"]["drift"]["steps"], "Compare pins with the live catalogue")["env"]
    assert env["CCSETUP_KEY_WORK"] == "${{ secrets.CCSETUP_KEY_WORK }}"
    assert not [one for one in found["jobs"]["drift"]["steps"] if "Sign in" in one.get("name", "")]


def test_shards_are_merged_into_one_report(fleet: Program) -> None:
    found = workflow(fleet, "--shards", "3")
    jobs = found["jobs"]
    assert (found["permissions"], "permissions" in jobs["report"]) == ({}, False)
    assert [leg["arguments"] for leg in jobs["drift"]["strategy"]["matrix"]["include"]] == [
        f"--shard {number}/3" for number in (1, 2, 3)
    ]
    assert "--merge shards/*/drift.json" in step(jobs["report"]["steps"], "Merge the shards")["run"]


def test_what_was_seen_is_kept_before_drift_fails_the_job_and_by_each_job_alone(fleet: Program) -> None:
    steps = workflow(fleet)["jobs"]["drift"]["steps"]
    named = [one.get("name") or one["uses"] for one in steps]
    kept = named.index("actions/cache/save@v5")
    assert named.index("Compare pins with the live catalogue") < kept < named.index("Report")
    restored = step(steps, "actions/cache/restore@v5")["with"]
    assert steps[kept]["with"] == {"path": restored["path"], "key": restored["key"]}
    # `aws-my` would find what `aws-my-prod` kept, were the name not closed.
    assert restored["key"].startswith(restored["restore-keys"])
    assert restored["restore-keys"].endswith("/${{ matrix.name }}/")


def test_profiles_for_remote_schedules_have_no_secret_and_no_local_path(fleet: Program) -> None:
    done = fleet.ok("schedule", "--with", "github", *PACKAGE, "--install", "--yes")
    file = fleet.home / ".github" / "ccsetup-profiles.toml"
    assert str(fleet.home) not in file.read_text()
    found = profiles(file.read_text())
    assert found["prod"]["set"] == {"region": "us-east-1"}
    assert found["vertex"]["set"] == {"project": "my-project", "location": "global"}
    assert found["work"]["set"] == {"key": "env:CCSETUP_KEY_WORK"}
    assert "max" not in found
    assert "max is left out" in done.err
    assert "gh secret set CCSETUP_KEY_WORK" in done.err
    assert "gh variable set CCSETUP_AWS_ROLE_MY_PROD" in done.err
    other = Program(fleet.home / "other")
    other.home.mkdir()
    other.ok("import", str(file))
    assert other.ok("list").out.count("bedrock") == 2


def ran(script: str, folder: Path, environment: Mapping[str, str], shell: str = "bash") -> Done:
    words = [sys.executable, "-c", script] if shell == "python" else ["bash", "-eo", "pipefail", "-c", script]
    return started(words, {"PATH": f"{folder}/bin:{SYSTEM_PATH}", **environment}, folder)


def test_an_unreadable_profile_is_left_out_of_remote_schedules(fleet: Program) -> None:
    (fleet.profiles / "broken.toml").write_text("schema = 1\nsurface = \n")
    done = fleet.run("schedule", "--with", "github", *PACKAGE, "--install", "--yes")
    assert done.code == 3
    assert "left out, because unreadable: broken" in done.err
    found = profiles((fleet.home / ".github" / "ccsetup-profiles.toml").read_text())
    assert set(found) == {"prod", "eu", "vertex", "work", "gateway"}


def test_the_steps_of_the_workflow_say_problems_as_annotations(fleet: Program, tmp_path: Path) -> None:
    """The scripts of the workflow, run as a runner runs them, with a drift that found something."""
    steps = workflow(fleet, "--notify", "a 'b' ${{ x }}")["jobs"]["drift"]["steps"]
    finding = {
        "check": "model-retiring",
        "severity": "warning",
        "title": "us.old|1% ends on 2027-01-01",
        "tier": "opus",
        "model": "us.old|1%",
        "replacement": "us.new",
        "date": "2027-01-01",
    }
    document = {"schema": 1, "profiles": [{"profile": "eu", "verdict": "warning", "findings": [finding]}]}
    stand_in = f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/words\ncat <<'X'\n{json.dumps(document)}\nX\nexit 1\n"
    executable(tmp_path / "bin" / "ccsetup", stand_in)
    environment = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    script = step(steps, "Compare pins with the live catalogue")["run"].replace("${{ '${{' }}", "${{")
    done = ran(script, tmp_path, {**environment, "ARGUMENTS": "eu --shard 1/2"})
    assert done.code == 0, done.err
    assert (tmp_path / "output").read_text() == "code=1\n"
    words = ["drift", "eu", "--shard", "1/2", "--notify", "a 'b' ${{ x }}", "--json"]
    assert (tmp_path / "words").read_text().splitlines() == words
    told = ran(step(steps, "Report")["run"], tmp_path, {**environment, "CODE": "1"}, "python")
    assert told.code == 1
    assert told.out == "::warning title=ccsetup model-retiring::eu: us.old|1%25 ends on 2027-01-01; use us.new\n"
    assert (
        "| eu | warning | model-retiring | opus | us.old\\|1% | us.new | 2027-01-01 |"
        in (tmp_path / "summary").read_text()
    )


@pytest.mark.parametrize("flags", [(), ("--shards", "4"), ("--claim", "state", "--aws-role", "arn:aws:iam::1:role/x")])
def test_the_manifest_is_valid_and_locked_down(fleet: Program, flags: tuple[str, ...]) -> None:
    text = fleet.ok("schedule", "--with", "kubernetes", *IMAGE, *flags, "--print").out
    assert KEY not in text
    account, config, cron = documents(text)
    for document in (account, config, cron):
        kubernetes_validate.validate(document, "1.33", strict=True)
    annotations = account["metadata"].get("annotations", {})
    assert annotations.get("eks.amazonaws.com/role-arn") == ("arn:aws:iam::1:role/x" if "--aws-role" in flags else None)
    assert profiles(config["data"]["profiles.toml"])["gateway"]["set"]["base_url"] == "https://gateway.example/ü"
    spec = cron["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    job = spec["jobTemplate"]["spec"]
    assert job.get("completions") == (4 if "--shards" in flags else None)
    pod = job["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    containers = [*pod["initContainers"], *pod["containers"]]
    assert [one["name"] for one in containers] == ["import", "trust-gateway", "trust-work", "drift"]
    assert all(one["securityContext"]["readOnlyRootFilesystem"] for one in containers)
    writable = {one["name"] for one in pod["volumes"] if "emptyDir" in one or "persistentVolumeClaim" in one}
    assert writable == {"home", "tmp", *(["state"] if "--claim" in flags else [])}
    assert {
        "name": "CCSETUP_KEY_WORK",
        "valueFrom": {"secretKeyRef": {"name": "ccsetup-drift", "key": "CCSETUP_KEY_WORK"}},
    } in (pod["containers"][0]["env"])


def test_a_webhook_is_a_secret_of_the_platform(fleet: Program) -> None:
    url = "https://hooks.example/T0KEN"
    fleet.ok("schedule", "--with", "github", *PACKAGE, "--notify", url, "--install", "--yes")
    manifest = fleet.ok("schedule", "--with", "kubernetes", *IMAGE, "--notify", url, "--print").out
    workflow_text = (fleet.home / ".github" / "workflows" / "ccsetup-drift.yml").read_text()
    assert url not in manifest + workflow_text
    assert "CCSETUP_NOTIFY: ${{ secrets.CCSETUP_NOTIFY }}" in workflow_text
    assert "key: CCSETUP_NOTIFY" in manifest


def test_an_indexed_pod_takes_its_shard_from_its_index(fleet: Program, tmp_path: Path) -> None:
    flags = ("--shards", "4", "--notify", "a $(HOME) 'b'")
    cron = documents(fleet.ok("schedule", "--with", "kubernetes", *IMAGE, *flags, "--print").out)[2]
    shell, option, script = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    executable(tmp_path / "bin" / "ccsetup", f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/words\n")
    environment = {"PATH": f"{tmp_path}/bin:{os.defpath}", "JOB_COMPLETION_INDEX": "3"}
    # What the kubelet does with $$( before a container starts.
    assert started([shell, option, script.replace("$$(", "$(")], environment, tmp_path).code == 0
    words = ["drift", "--notify", "a $(HOME) 'b'", "--shard", "4/4"]
    assert (tmp_path / "words").read_text().splitlines() == words


@pytest.mark.thorough
def test_the_pod_runs_as_its_manifest_says(fleet: Program, tmp_path: Path) -> None:
    """Its init containers, with the real program and a fresh home: the profiles are in and trusted."""
    _, config, cron = documents(fleet.ok("schedule", "--with", "kubernetes", *IMAGE, "--print").out)
    file = tmp_path / "profiles.toml"
    file.write_text(config["data"]["profiles.toml"])
    pod = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    environment = {"PATH": SYSTEM_PATH, "CCSETUP_HOME": str(tmp_path / "pod"), "HOME": str(tmp_path / "pod")}
    for container in pod["initContainers"]:
        words = [str(EXECUTABLE), *container["command"][1:]]
        words = [str(file) if word == "/profiles/profiles.toml" else word for word in words]
        done = started(words, environment, tmp_path)
        assert done.code == 0, done.err
    listed = started([str(EXECUTABLE), "key", "gateway"], {**environment, "CCSETUP_KEY_GATEWAY": KEY}, tmp_path)
    assert listed.out.strip() == KEY, listed.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--with", "github"), "--package is missing"),
        (("--with", "kubernetes"), "the image with ccsetup in it is missing"),
        (("--with", "kubernetes", "--image", "YOUR IMAGE"), "'YOUR IMAGE' is not a valid image name"),
        (("--with", "cron", "--shards", "2"), "--shards has no effect with cron"),
        (("--with", "github", *PACKAGE, *IMAGE), "--image has no effect with github"),
    ],
)
def test_what_is_missing_or_means_nothing_is_named(fleet: Program, flags: tuple[str, ...], words: str) -> None:
    done = fleet.run("schedule", *flags, "--print")
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_files_for_elsewhere_are_removed_where_they_were_made(fleet: Program) -> None:
    before = sorted(path for path in fleet.home.rglob("*") if ".local" not in path.parts)
    fleet.ok("schedule", "--with", "github", *PACKAGE, "--install", "--yes")
    assert "github" in fleet.ok("schedule", "--status").out
    fleet.ok("schedule", "--with", "github", "--remove")
    left = [path for path in fleet.home.rglob("*") if path.is_file() and ".local" not in path.parts]
    assert sorted(left) == [path for path in before if path.is_file()]


def test_secrets_that_would_share_a_name_are_refused(program: Program) -> None:
    for name in ("a-b", "a.b"):
        program.init(name, "api-key", key="env:MY_KEY")
    done = program.run("schedule", "--with", "kubernetes", *IMAGE, "--print")
    assert done.code == 2
    assert "the secrets of a-b and a.b would have the same name" in done.err


def test_roles_that_would_share_a_name_are_refused(program: Program) -> None:
    for name, account in (("a", "my-prod"), ("b", "my.prod")):
        program.init(name, "bedrock", aws_profile=account, region="us-east-1")
    (program.home / ".git").mkdir()
    done = program.run("schedule", "--with", "github", *PACKAGE, "--print")
    assert done.code == 2
    assert "would have the same name: my-prod, my.prod" in done.err
