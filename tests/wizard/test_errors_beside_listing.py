"""The wizard where answers are refused, or a check finds an error beside the provider's listing."""

import pytest

from tests.support.program import Program
from tests.support.wizard_run import CTRL_C, DOWN, ENTER, start
from tests.wizard.test_wizard import running, workspace

__all__ = ["running", "workspace"]


def test_error_with_chosen_pins_is_not_saved_as_verified(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=eu-sso")
    run.takes("AWS region", "us-east-1").takes("be served?").takes("changes it)").sees(
        "A policy of the AWS organisation blocks"
    ).takes("What now?", DOWN, DOWN)
    code, shown = run.ends()
    assert code == 1
    assert "Nothing was saved" in shown
    assert not any(
        line.lstrip().startswith("ccsetup ") and " b" in line.partition("explain")[0] for line in shown.splitlines()
    )
    assert workspace.run("show", "b").code == 2


@pytest.mark.thorough
def test_error_with_chosen_pins_can_be_saved_as_pending(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=eu-sso")
    run.takes("AWS region", "us-east-1").takes("be served?").takes("changes it)").takes("What now?", DOWN).takes(
        "Save it?"
    )
    code, shown = run.ends()
    assert code == 0
    assert "saved b, pending" in shown


def test_refused_answer_can_be_changed(workspace: Program) -> None:
    run = start(workspace, "init", "g", "--surface", "gateway")
    run.sees("Base URL of the gateway").does("https://127.0.0.1:9", ENTER)
    run.takes("Credential").takes("Gateway token", DOWN).takes("Reference", "env:ANTHROPIC_AUTH_TOKEN")
    run.sees("refers to ANTHROPIC_AUTH_TOKEN").takes("What now?").takes("Which one?").sees("Reference")
    run.does(CTRL_C)
    code, shown = run.ends()
    assert code == 130
    assert "Nothing was saved" in shown
