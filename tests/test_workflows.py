"""The workflows for maintainers: held to GitHub's schema as check-jsonschema ships it; the Makefile has their logic."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
SCHEMAS = ("vendor.github-workflows", "custom.github-workflows-require-timeout")
COMMAND = re.compile(r"(make (?P<targets>[a-z -]+?)( [A-Z]+=\S+)*|sudo --preserve-env=PATH \.ci/run)")


def workflow(path: Path) -> dict[Any, Any]:
    return dict(yaml.safe_load(path.read_text()))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in workflow(path)["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_what_github_takes(path: Path) -> None:
    for schema in SCHEMAS:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_nothing_but_targets_of_the_makefile(path: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for step in steps(path):
        if "run" in step:
            found = COMMAND.fullmatch(step["run"])
            assert found, step["run"]
            assert {*(found["targets"] or "").split()} <= {*targets}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_but_what_a_job_asks_for(path: Path) -> None:
    found = workflow(path)
    assert found["permissions"] == {}
    assert "secrets." not in path.read_text()
    written = {name for job in found["jobs"].values() for name, level in job["permissions"].items() if level == "write"}
    allowed = {"facts": {"contents", "pull-requests", "actions"}, "release": {"id-token", "attestations"}}
    assert written == allowed.get(path.stem, set())


def test_every_python_and_system_that_we_support_is_tested() -> None:
    matrix = workflow(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["test"]["strategy"]["matrix"]
    first = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert first == f">={matrix['python'][0]}"
    assert matrix["python"] == [f"3.{minor}" for minor in range(11, 15)]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_facts_are_looked_at_once_a_day() -> None:
    found = workflow(ROOT / ".github" / "workflows" / "facts.yml")
    assert re.fullmatch(r"\d+ \d+ \* \* \*", found[True]["schedule"][0]["cron"])  # YAML 1.1 reads `on` so


def test_only_a_tag_publishes_and_only_what_was_attested() -> None:
    found = workflow(ROOT / ".github" / "workflows" / "release.yml")
    assert found[True] == {"push": {"tags": ["v*"]}}
    assert found["jobs"]["publish"]["needs"] == "build"
    assert found["jobs"]["publish"]["environment"] == "pypi"


def test_a_tag_of_another_version_is_not_built() -> None:
    command = ["make", "-o", ".venv/ready", "dist", "TAG=v99.0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "v99.0 is not v" in done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a remote, a report, and a `gh` that writes down what it is asked; one request is open after."""
    (tmp_path / "bin").mkdir()
    gh = f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n[ "$2" = create ] && touch {tmp_path}/open\n'
    gh += f'[ "$2" = list ] && [ -e {tmp_path}/open ] && echo 7\nexit 0\n'
    (tmp_path / "bin" / "gh").write_text(gh)
    (tmp_path / "bin" / "gh").chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    git(tmp_path, "clone", "--quiet", "remote", "work")
    work = tmp_path / "work"
    (work / "data").write_text("1")
    (work / ".gitignore").write_text("facts.md\n")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "first")
    return work


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def pull_request(work: Path) -> int:
    command = ["make", "-s", "-f", str(ROOT / "Makefile"), "facts-pull-request"]
    environment = {"PATH": f"{work.parent / 'bin'}:{os.environ['PATH']}", "HOME": str(work.parent)}
    return subprocess.run(command, cwd=work, env=environment, capture_output=True, check=False).returncode


def test_facts_open_one_pull_request_and_then_change_it(checkout: Path) -> None:
    (checkout / "facts.md").write_text("# Facts of Claude Code 9\n\n2 for a human to look at.\n")
    start = git(checkout, "rev-parse", "HEAD").strip()
    for number in ("2", "3"):
        git(checkout, "switch", "--quiet", "--detach", start)
        (checkout / "data").write_text(number)
        assert pull_request(checkout) == 0
        assert git(checkout, "show", "origin/facts:data") == number
        assert git(checkout, "log", "--format=%s", "origin/facts").splitlines() == ["Facts of Claude Code 9", "first"]
    asked = (checkout.parent / "asked").read_text().splitlines()
    assert [line.split()[1] for line in asked] == ["list", "create", "run", "list", "edit", "run"]
    assert all(
        "--title Facts of Claude Code 9 --body-file " in line for line in asked if line.split()[1] in "create edit"
    )


def test_without_a_report_or_without_a_change_there_is_no_pull_request(checkout: Path) -> None:
    assert pull_request(checkout) != 0
    (checkout / "facts.md").write_text("# Facts\n\nNothing for a human to look at.\n")
    assert pull_request(checkout) == 0
    (checkout / "facts.md").write_text("# Facts\n\n1 for a human to look at.\n")
    assert pull_request(checkout) != 0, "the job fails, so that it is read"
    assert not (checkout.parent / "asked").exists()
