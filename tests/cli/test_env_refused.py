"""`ccsetup env` at a terminal shows a summary; and what it refuses makes the shell fail that evaluates it."""

from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.real_shells import shell
from tests.support.selection import examples
from tests.support.warm import Warm
from tests.support.wizard_run import start

KEY = "sk-ant-api03-0123456789abcdefghij"
WRONG = ("env nope", "env", "env prod --nope", "env prod --shell nope", "env ../x", "env prod other", "env locked")
POSIX = ("bash", "dash", "zsh", "ksh")


@pytest.fixture
def furnished(tmp_path: Path) -> Program:
    program = Warm(tmp_path / "home", {"MY_KEY": KEY})
    program.home.mkdir()
    program.bedrock("prod")
    program.init("key", "api-key", key="env:MY_KEY")
    program.init("locked", "api-key", key="env:NOT_THERE")
    return program


@pytest.mark.parametrize("name", examples(POSIX, "bash"))
def test_evaluating_a_refusal_fails(furnished: Program, name: str) -> None:
    for words in WRONG:
        script = f'eval "$(ccsetup {words})" && echo WENT ON\nset -e\neval "$(ccsetup {words})"\necho WENT ON'
        ran = shell(name).run(script, furnished.environment, cwd=furnished.home)
        assert (ran.code != 0, ran.out) == (True, ""), words
        assert ran.err.startswith("ccsetup: "), words
    ran = shell(name).run('eval "$(ccsetup env prod)" && echo $AWS_REGION', furnished.environment, cwd=furnished.home)
    assert ran.out == "us-east-1\n"


@pytest.mark.thorough
def test_fish_fails_too(furnished: Program) -> None:
    for words in WRONG:
        script = f"ccsetup {words} | source; and echo WENT ON"
        ran = shell("fish").run(script, furnished.environment, cwd=furnished.home)
        assert (ran.code != 0, ran.out) == (True, ""), words


@pytest.mark.thorough
def test_what_is_printed_for_a_refusal_is_right_for_the_format(furnished: Program) -> None:
    assert furnished.run("env", "nope", "--shell", "powershell").out.startswith("throw ")
    for format_ in ("dotenv", "json", "github"):
        assert furnished.run("env", "nope", "--shell", format_).out == ""
    assert furnished.run("env", "nope", "--write", "x").out == ""
    assert furnished.run("env", "--help").out.startswith("Usage")


def test_a_terminal_gets_a_summary_without_secrets(furnished: Program) -> None:
    more = {"AWS_REGION": "eu-west-1", "ANTHROPIC_API_KEY": KEY}
    code, shown = start(furnished, "env", "prod", environment=more).ends()
    assert code == 0
    assert "export" not in shown
    for text in ("Amazon Bedrock", "us-east-1", "ANTHROPIC_API_KEY", 'eval "$(ccsetup env prod)"', "ccuse prod"):
        assert text in shown
    code, shown = start(furnished, "env", "key").ends()
    assert (code, KEY in shown, "env:MY_KEY" in shown) == (0, False, True)
    code, shown = start(furnished, "env", "--off", environment={"CCSETUP_PROFILE": "prod"}).ends()
    assert (code, "ccsetup env --off" in shown, "unset " in shown) == (0, True, False)
    assert "export" in start(furnished, "env", "prod", "--shell", "bash").ends()[1]
    code, shown = start(furnished, "env", "nope").ends()
    assert (code, "false" in shown) == (2, False)
