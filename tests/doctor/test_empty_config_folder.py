"""CLAUDE_CONFIG_DIR, set and empty: Claude Code takes the current folder, whose settings may send work elsewhere."""

import json
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.client_runner import run_client
from tests.support.program import Program

EMPTY = {"CLAUDE_CONFIG_DIR": ""}


@pytest.mark.parametrize("words", [("p",), ("--here",)], ids=["profile", "shell"])
def test_verdict_is_unknown_with_the_reason(program: Program, words: tuple[str, ...]) -> None:
    program.init("p", "api-key", key="env:MY_KEY", base_url="http://127.0.0.1:9")
    done = program.run("doctor", *words, "--offline", "--json", environment=EMPTY)
    (found,) = json.loads(done.out)["profiles"]
    reasons = [one["reason"] for one in found["broken"] if one["check"] == "settings"]
    assert reasons
    assert reasons[0].startswith("CLAUDE_CONFIG_DIR is set and empty")


def test_set_or_moved_by_the_profile_it_is_read(program: Program, tmp_path: Path) -> None:
    program.init("p", "subscription", plan="pro", config_dir=str(tmp_path / "work"))
    program.init("q", "api-key", key="env:MY_KEY")
    for words, environment in ((("p",), EMPTY), (("q",), {}), (("q",), {"CLAUDE_CONFIG_DIR": str(tmp_path)})):
        done = program.run("doctor", *words, "--offline", "--json", environment=environment)
        (found,) = json.loads(done.out)["profiles"]
        assert [one for one in found["broken"] if one["check"] == "settings"] == []


@pytest.mark.client
@pytest.mark.thorough
def test_client_takes_the_current_folder(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"env": {"ANTHROPIC_API_KEY": "sk-ant-api03-lab-nope-AAAA"}}))
    environment = {
        **lab.environment(tmp_path / "home"),
        **EMPTY,
        "ANTHROPIC_BASE_URL": lab.base_urls["api-key"],
        "ANTHROPIC_API_KEY": "sk-ant-api03-lab-console-AAAA",
    }
    (tmp_path / "home").mkdir(exist_ok=True)
    for folder, works in ((tmp_path / "home", True), (tmp_path, False)):
        ran = run_client("claude -p hello", home=tmp_path / "home", cwd=folder, environment=environment)
        assert (ran.exit_code == 0) == works, (ran.stdout, ran.stderr)
