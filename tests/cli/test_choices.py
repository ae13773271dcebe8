"""A misspelt choice: what was meant is suggested, whatever kind of choice it is."""

import re

import pytest

from tests.support.program import Program

MISSPELT = (
    ("init x --surface bedrok --yes", "bedrock"),
    ("surfaces vertx", "vertex"),
    ("explain foo --surface gatway", "gateway"),
    ("env x --shell zhs", "zsh"),
    ("hook zhs", "zsh"),
    ("completion bahs", "bash"),
    ("choose --need residncy=eu", "residency=eu"),
    ("choose --need cloud=azur", "cloud=azure"),
    ("choose --need invoce", "invoice"),
    ("cost --by wek", "week"),
    ("apply good --scope usr", "user"),
    ("policy good --format terrafrm", "terraform"),
    ("policy good --with scop", "scope"),
    ("doctor --format junt", "junit"),
    ("prices --format settigns", "settings"),
    ("scope good --format jsn", "json"),
    ("schedule --with systmd --print", "systemd"),
    ("schedule --with cron --every dayly --print", "daily"),
    ("doctr", "doctor"),
    ("cost --sinc 7d", "--since"),
    ("init x --surface bedrock --set regin=us-east-1 --yes", "region"),
    ("init x --surface bedrock --set region=us-east-1 --set models.opsu=x --yes --no-verify", "opus"),
    ("init x --surface bedrock --set region=us-east-1 --set expect.acount=x --yes --no-verify", "account"),
    ("init x --surface bedrock --set region=us-east-1 --set expect.operator=googel --yes --no-verify", "google"),
    ("init x --surface subscription --set plan=max5x --yes --no-verify", "max-5x"),
)


@pytest.mark.parametrize(("command", "meant"), MISSPELT, ids=[command for command, _ in MISSPELT])
def test_misspelt_choice_gets_a_suggestion(program: Program, command: str, meant: str) -> None:
    program.bedrock("good", "--no-verify")
    done = program.run(*command.split())
    assert done.code == 2
    suggested = re.search(r"did you mean (.*)\?", done.err)
    assert suggested
    assert meant in suggested[1].split(" or ")


def test_choice_like_no_other_lists_all(program: Program) -> None:
    done = program.run("surfaces", "zzz")
    assert (done.code, "did you mean" in done.err) == (2, False)
    assert "one of: api-key, bedrock," in done.err
