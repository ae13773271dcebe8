"""A project's settings file that moves credentials or the route to the provider: doctor, which does not follow it,
never calls such a set-up broken."""

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.client_runner import run_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm

FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass(frozen=True)
class World:
    """A project's variables, the shell's, and what the client and doctor make of them; `{repo}` is its folder."""

    project: Mapping[str, str]
    shell: Mapping[str, str]
    works: bool
    verdict: str = "unknown"
    root: str | None = None


BOTH = {"AWS_CONFIG_FILE": "{repo}/aws/config", "AWS_SHARED_CREDENTIALS_FILE": "{repo}/aws/credentials"}
WORLDS: Mapping[str, World] = {
    "both files": World({"AWS_PROFILE": "corp", **BOTH}, {}, True),
    "profile of the shell": World(BOTH, {"AWS_PROFILE": "corp"}, True),
    "credentials alone": World({"AWS_SHARED_CREDENTIALS_FILE": BOTH[FILES[1]]}, {"AWS_PROFILE": "corp"}, True),
    "profile that only the home has": World(BOTH, {"AWS_PROFILE": "my-prod"}, False),
    "profile that neither has": World({"AWS_PROFILE": "nope", **BOTH}, {}, False),
    "files of another sign-in": World(
        {"EDITOR": "vi", "AZURE_CONFIG_DIR": "x"}, {"AWS_PROFILE": "nope"}, False, "error", "aws-profile-missing"
    ),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date())) as lab:
        yield lab


@pytest.mark.client
@pytest.mark.parametrize("name", examples(WORLDS, "both files"))
def test_doctor_says_what_the_client_does_or_unknown(program: Program, lab: Lab, tmp_path: Path, name: str) -> None:
    world, repo = WORLDS[name], tmp_path / "repo"
    shell = Warm(program.home, {**lab.environment(program.home), "ANTHROPIC_BASE_URL": ""})
    for folder in (".claude", "aws"):
        (repo / folder).mkdir(parents=True)
    credentials = (program.home / ".aws" / "credentials").read_text()
    (repo / "aws" / "credentials").write_text(credentials.replace("[my-prod]", "[corp]"))
    (repo / "aws" / "config").write_text("")
    project = {variable: value.format(repo=repo) for variable, value in world.project.items()}
    (repo / ".claude" / "settings.json").write_text(json.dumps({"env": project}))
    variables = {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-east-1",
        "ANTHROPIC_BEDROCK_BASE_URL": lab.base_urls["bedrock"],
        "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5",
        **world.shell,
    }
    ran = run_client("claude -p hello", home=shell.home, cwd=repo, environment={**shell.extra, **variables})
    assert (ran.exit_code == 0) == world.works, (ran.stdout, ran.stderr)
    done = shell.run("doctor", "--here", "--json", environment=variables, cwd=repo)
    (found,) = json.loads(done.out)["profiles"]
    assert (found["verdict"], found["root"]) == (world.verdict, world.root), found["findings"]
    if world.verdict == "unknown":
        reasons = " ".join(broken["reason"] for broken in found["broken"])
        assert all(variable in reasons for variable in FILES if variable in project), reasons
