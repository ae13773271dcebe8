"""docs/teams.md as a story: a profile travels from one machine to another by git, is changed, and is updated."""

import subprocess
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.warm import Warm

FLAGS = ("--surface", "bedrock", "--set", "aws_profile=team", "--set", "region=eu-west-1", "--yes", "--no-verify")
PIN = ("--set", "models.opus=eu.anthropic.claude-opus-5-5")


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Program, Program, Path]:
    """Ada's machine with a repository that she pushes to, Bob's machine, and where both repositories are."""
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(tmp_path / "ada", "clone", "--quiet", str(tmp_path / "remote.git"), "repo")
    return Warm(tmp_path / "ada", {}), Warm(tmp_path / "bob", {}), tmp_path


def commit(ada: Program, message: str) -> None:
    repository = ada.home / "repo"
    (repository / "team.toml").write_text(ada.ok("export", "team").out)
    git(repository, "add", "team.toml")
    git(repository, "commit", "--quiet", "--message", message)
    git(repository, "push", "--quiet", "origin", "HEAD")


def test_export_commit_import_change_update(machines: tuple[Program, Program, Path]) -> None:
    ada, bob, folder = machines
    ada.ok("init", "team", *FLAGS, "--set", "expect.account=123456789012")
    commit(ada, "Add the team's profile")

    git(bob.home, "clone", "--quiet", str(folder / "remote.git"), "repo")
    repository = bob.home / "repo"
    bob.run("import", "team.toml", cwd=repository)
    assert (bob.profiles / "team.toml").exists()
    bob.ok("trust", "team", "--yes")
    assert "123456789012" in bob.ok("show", "team").out
    assert bob.run("env", "team", "--shell", "json").code == 0

    ada.ok("init", "team", *FLAGS, *PIN, "--force")
    commit(ada, "Pin Opus")
    git(repository, "pull", "--quiet")
    asked = bob.run("import", "team.toml", "--update", cwd=repository)
    assert asked.code == 2  # no terminal to ask in: the difference, and the flag
    assert "eu.anthropic.claude-opus-5-5" in asked.out
    assert "--yes" in asked.err
    assert "claude-opus-5-5" not in (bob.profiles / "team.toml").read_text()
    assert bob.run("import", "team.toml", "--update", "--yes", cwd=repository).code == 0
    assert "claude-opus-5-5" in (bob.profiles / "team.toml").read_text()
    again = bob.run("import", "team.toml", "--update", "--yes", cwd=repository)
    assert (again.code, "unchanged" in again.err) == (0, True)
    assert git(repository, "status", "--porcelain") == ""
