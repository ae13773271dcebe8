"""`policy` allows what a profile names, and nothing that only matches it."""

import pytest

from tests.support.program import Program

PATTERNS = (
    "us.anthropic.*",
    "*",
    "anthropic.claude-opus-?",
    "us.anthropic.claude-opus-5-5*",
    "global.anthropic.*-5-5",
    "?",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/*",
    "arn:aws:bedrock:*::foundation-model/anthropic.claude-opus-5-5",
    "arn:aws:bedrock:us-east-1:*:application-inference-profile/2kbsta0lwebx",
    "arn:*:bedrock:us-east-1::foundation-model/x",
    "anthropic.${aws:username}",
    "us.anthropic.${*}",
    "us.anthropic.claude opus",
    "us.anthropic.claude-opus-5-5\\n*",
    "**[1m]",
    "us.anthropic.claude-opus-5-5,us.anthropic.x",
    "us.anthropic.claude-\\u2217",
    "anthropic.claude-opus-5-5?[1m]",
    "[*]",
    "us.*.x",
    'us.anthropic.\\"*',
    "us.anthropic.claude-opus-5-5%2a",
)


@pytest.mark.parametrize("pin", PATTERNS)
def test_a_pin_that_is_a_pattern_is_refused(program: Program, pin: str) -> None:
    _bedrock(program, pin)
    for flags in ((), ("--any-region",), ("--format", "terraform", "--any-region")):
        done = program.run("policy", "b", "--offline", *flags)
        assert (done.code, done.out) == (2, ""), done
        assert "not patterns" in done.err


@pytest.mark.parametrize("account", ["*", "12345678901?", "${aws:PrincipalAccount}"])
def test_an_account_that_is_a_pattern_is_refused(program: Program, account: str) -> None:
    _bedrock(program, "us.anthropic.claude-opus-5-5", f'[expect]\naccount = "{account}"\n')
    assert program.run("policy", "b", "--offline", "--any-region").code == 2


def test_an_id_is_not(program: Program) -> None:
    _bedrock(program, "us.anthropic.claude-opus-5-5[1m]")
    assert "foundation-model/anthropic.claude-opus-5-5" in program.ok("policy", "b", "--offline", "--any-region").out


def _bedrock(program: Program, pin: str, more: str = "") -> None:
    program.profiles.mkdir(parents=True, mode=0o700)
    text = f'schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n[models]\nopus = "{pin}"\n{more}'
    file = program.profiles / "b.toml"
    file.write_text(text)
    file.chmod(0o600)
