"""With which identity a remote schedule's job runs: what signs decides, not the cloud that grants access."""

import pytest
import yaml

from tests.support.program import Program

AWS, GOOGLE = 'aws_profile = "my-eu"\nregion = "eu-west-1"', 'project = "my-project"\nlocation = "global"'
WORKSPACE = 'workspace = "wrkspc_01"'


@pytest.mark.parametrize(
    ("surface", "answers", "job"),
    [
        ("mantle", AWS, "aws-my-eu"),
        ("claude-aws", f"{AWS}\n{WORKSPACE}", "aws-my-eu"),
        ("claude-gcp", f"{GOOGLE}\n{WORKSPACE}", "google"),
        ("gateway", 'base_url = "https://llm.example.com"', "keys"),
    ],
    ids=["mantle", "claude-aws", "claude-gcp", "open-gateway"],
)
def test_what_signs_decides_the_job(program: Program, surface: str, answers: str, job: str) -> None:
    program.profiles.mkdir(parents=True)
    (program.profiles / "one.toml").write_text(f'schema = 1\nsurface = "{surface}"\n[set]\n{answers}\n')
    (program.home / ".git").mkdir()
    program.ok("schedule", "--with", "github", "--package", "ccsetup==0.2.0", "--install", "--yes")
    workflow = yaml.safe_load((program.home / ".github" / "workflows" / "ccsetup-drift.yml").read_text())
    (leg,) = workflow["jobs"]["drift"]["strategy"]["matrix"]["include"]
    assert (leg["name"], leg["arguments"]) == (job, "one")
