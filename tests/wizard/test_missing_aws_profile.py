"""`init` names a missing AWS profile, rather than the region that it would have given."""

import pytest

from tests.support.program import Program
from tests.support.selection import examples

CONFIG = "[default]\nregion = eu-west-1\n[profile my-prod]\nregion = us-east-1\n[profile empty]\n"
GONE = "AWS profile {} does not exist on this machine"
REGION = "init needs --set region=…"
CASES = (
    ("nope", (GONE.format("nope"), "AWS profiles here: default, my-prod", "--set region=…")),
    ("my-prd", (GONE.format("my-prd"), "did you mean my-prod?")),
    ("empty", (REGION,)),
)


@pytest.mark.parametrize("surface", examples(("bedrock", "mantle", "claude-aws"), "bedrock"))
def test_missing_profile_is_named(program: Program, surface: str) -> None:
    (program.home / ".aws").mkdir()
    (program.home / ".aws" / "config").write_text(CONFIG)
    for name, expected in CASES:
        given = ["--set", "workspace=wrkspc_0123"] if surface == "claude-aws" else []
        given += ["--set", f"aws_profile={name}", "--yes", "--no-verify"]
        done = program.run("init", "x", "--surface", surface, *given)
        assert done.code == 2
        assert all(words in done.err for words in expected), done.err
        assert REGION in expected or REGION not in done.err


def test_profile_of_another_machine_is_saved_with_its_region(program: Program) -> None:
    program.init("x", "bedrock", aws_profile="nope", region="us-east-1")


def test_machine_without_aws_files_names_the_profile_too(program: Program) -> None:
    done = program.run("init", "x", "--surface", "bedrock", "--set", "aws_profile=nope", "--yes", "--no-verify")
    assert (done.code, done.err.splitlines()[0]) == (2, f"ccsetup: {GONE.format('nope')}")
