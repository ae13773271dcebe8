"""A profile without a default model begins with what a settings layer chooses: doctor checks that model too.

Each was seen on Claude Code 2.1.332: it sends the word as it stands, "default" included; an alias counts in any case.
"""

import json
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.examined import a_profile, examined, slugs

REGION = {"region": "us-east-1", "aws_profile": "my-prod"}
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5-5"


@pytest.fixture(autouse=True)
def _environment(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in lab.environment(tmp_path).items():
        monkeypatch.setenv(variable, value)  # which boto3 reads itself


def roots(lab: Lab, home: Path, settings: object, models: dict[str, str]) -> tuple[str, list[str]]:
    (home / ".claude").mkdir(exist_ok=True)
    (home / ".claude/settings.json").write_text(json.dumps(settings))
    profile = a_profile("bedrock", set=REGION, models=models)
    report = examined(home, {"PATH": "/usr/bin:/bin", **lab.environment(home)}, {"p": profile})["p"]
    return report.verdict, slugs(report, "error")


@pytest.mark.parametrize(
    "model",
    [
        "default",
        "us.anthropic.claude-opus-9-9",
        "bedrock/us.anthropic.claude-opus-5-5",
        ARN.replace("arn:aws", "ARN:AWS"),
    ],
)
@pytest.mark.parametrize("place", ["line", "variable"])
def test_chosen_model_that_does_not_exist_is_an_error(lab: Lab, tmp_path: Path, model: str, place: str) -> None:
    settings: object = {"model": model} if place == "line" else {"env": {"ANTHROPIC_MODEL": model}}
    verdict, errors = roots(lab, tmp_path, settings, {})
    assert verdict == "error"
    assert "bedrock-model-id-invalid" in errors


@pytest.mark.parametrize("model", ["Opus", "OPUSPLAN[1m]", "us.anthropic.claude-opus-5-5", " sonnet "])
def test_chosen_model_that_works_is_not_an_error(lab: Lab, tmp_path: Path, model: str) -> None:
    assert roots(lab, tmp_path, {"model": model}, {})[0] in ("ok", "warning")


def test_profile_with_a_default_of_its_own_keeps_it(lab: Lab, tmp_path: Path) -> None:
    verdict, _ = roots(lab, tmp_path, {"model": "default"}, {"default": "opus"})
    assert verdict in ("ok", "warning")
