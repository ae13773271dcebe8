"""Doctor of many profiles says a shared warning once, with the profiles that have it."""

import json

import pytest

from ccsetup.doctor.formats import text
from ccsetup.doctor.report import Report
from ccsetup.knowledge.pages import Finding
from tests.support.program import EXECUTABLE, Program
from tests.support.selection import examples

GONE = "/nowhere/bin/ccsetup"


@pytest.fixture
def several(program: Program) -> Program:
    for name in ("one", "two"):
        program.init(name, "bedrock", aws_profile="gone", region="us-east-1")
    program.init("plan", "subscription", plan="pro")
    return program


def settings(program: Program, content: object) -> None:
    (program.home / ".claude").mkdir(exist_ok=True)
    (program.home / ".claude" / "settings.json").write_text(json.dumps(content))


def test_warning_of_some_profiles_is_reported_once_and_names_them(several: Program) -> None:
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "NODE_EXTRA_CA_CERTS": "/nowhere/ca.pem"}
    settings(several, {"statusLine": {"type": "command", "command": f"{GONE} statusline"}})
    out = several.run("doctor", "--offline", environment=environment).out
    assert out.count("statusLine in ~/.claude/settings.json starts ccsetup the wrong way") == 1
    head = out.split("\n\n")[0].splitlines()[0]
    assert head == "every profile"
    assert "statusline-outdated: see above" not in out  # every profile has it


def test_profiles_that_share_a_warning_are_named_in_its_heading() -> None:
    def report(name: str, *checks: str) -> Report:
        facts = {"path": "~/.claude/settings.json", "reason": "gone", "layer": "user", "profile": name}
        return Report(name, "bedrock", tuple(Finding(check, facts) for check in checks))

    reports = [
        report("one", "helper-outdated"),
        report("two", "helper-outdated", "statusline-outdated"),
        report("plan"),
    ]
    shown = [line.text for line in text.lines(reports, {}, verbose=False)]
    assert shown[0] == "one, two"
    assert sum("apiKeyHelper in ~/.claude/settings.json" in line for line in shown) == 1
    assert "$ ccsetup apply NAME --scope user" in shown
    assert shown.count("! helper-outdated: see above") == 2
    assert sum("statusLine in ~/.claude/settings.json" in line for line in shown) == 1
    [alone] = [place for place, line in enumerate(shown) if line.startswith("! The statusLine")]
    assert alone > shown.index("two  bedrock: OK, with warnings")


@pytest.mark.parametrize(
    ("command", "found"),
    examples(
        (
            (f"{GONE} statusline", "is gone"),
            ("/nowhere/python3 -P -m ccsetup statusline", "is gone"),
            (f"CCSETUP_HOME=/x {GONE} statusline", "is gone"),
            (f"{EXECUTABLE} statusline", ""),
            ("ccsetup statusline", ""),
            ("my-status-line", ""),
        ),
        (f"{GONE} statusline", "is gone"),
        (f"{EXECUTABLE} statusline", ""),
    ),
)
def test_outdated_status_line_is_named_with_the_command_that_renews_it(
    several: Program, command: str, found: str
) -> None:
    settings(several, {"statusLine": {"type": "command", "command": command}})
    done = several.run("doctor", "plan", "--offline", "--json")
    [report] = json.loads(done.out)["profiles"]
    named = [one for one in report["findings"] if one["check"] == "statusline-outdated"]
    assert [found in one["title"] for one in named] == [True] * bool(found)
    if found:
        assert named[0]["remedy"]["commands"] == ["ccsetup statusline --install"]
        assert several.ok("statusline", "--install", "--yes").code == 0
        [report] = json.loads(several.run("doctor", "plan", "--offline", "--json").out)["profiles"]
        assert not [one for one in report["findings"] if one["check"] == "statusline-outdated"]


def test_checks_of_a_guard_are_those_of_profiles_that_have_one(several: Program) -> None:
    several.init("guarded", "bedrock", "--set", "expect.account=123456789012", region="us-east-1")
    path = several.profiles / "guarded.toml"
    path.write_text(path.read_text() + 'operator = "aws"\n')
    reports = json.loads(several.run("doctor", "--offline", "--json").out)["profiles"]
    skipped = {report["profile"]: {one["check"] for one in report["skipped"]} for report in reports}
    assert {"agreed", "account"} <= skipped["guarded"]
    assert not {"agreed", "account"} & (skipped["one"] | skipped["plan"])
