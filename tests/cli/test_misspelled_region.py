"""A region or location that does not exist: warned about wherever a profile is saved unchecked, and found by doctor."""

import json

import pytest

from tests.support.program import Program
from tests.support.selection import examples

SURFACES = {
    "bedrock": ("region=us-eats-1", "us-east-1", "aws-region-invalid"),
    "mantle": ("region=us-eats-1", "us-east-1", "aws-region-invalid"),
    "claude-aws": ("region=eu-wset-1", "eu-west-1", "aws-region-invalid"),
    "vertex": ("location=us-est5", "us-east5", "vertex-location-invalid"),
}
MORE = {"claude-aws": ("--set", "workspace=wrkspc_0123"), "vertex": ("--set", "project=my-project")}


@pytest.mark.parametrize("surface", examples(tuple(SURFACES), "mantle"))
def test_unknown_place_is_named_at_each_save_and_by_doctor(program: Program, surface: str) -> None:
    setting, nearest, slug = SURFACES[surface]
    given = ("--surface", surface, "--set", setting, *MORE.get(surface, ()), "--yes")
    refused = program.run("init", "x", *given)
    assert refused.code == 2
    assert nearest in refused.err

    saved = program.ok("init", "x", *given, "--no-verify")
    assert saved.err.startswith("warning: ")
    assert nearest in saved.err.splitlines()[0]

    exported = program.ok("export", "x").out
    program.ok("remove", "x", "--yes")
    imported = program.ok("import", "-", stdin=exported)
    assert "warning: " in imported.err
    assert nearest in imported.err

    report = json.loads(program.run("doctor", "x", "--offline", "--json").out)["profiles"][0]
    assert slug in [finding["check"] for finding in report["findings"]]


@pytest.mark.parametrize("region", ["us-gov-west-1", "ap-east-2", "us-east-1"])
def test_existing_region_is_not_doubted(program: Program, region: str) -> None:
    done = program.ok("init", "x", "--surface", "mantle", "--set", f"region={region}", "--yes", "--no-verify")
    assert "warning" not in done.err


@pytest.mark.parametrize("pin", ["claude opus", "claude\topus", "us.anthropic.claude\nopus"])
def test_a_model_id_with_a_blank_is_refused_unverified_too(program: Program, pin: str) -> None:
    done = program.run("init", "b", "--surface", "bedrock", "--set", "region=us-east-1", "--set", f"models.opus={pin}",
                       "--yes", "--no-verify")  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert "models.opus" in done.err
    assert not list(program.home.rglob("b.toml"))


LOOKUPS = ("models x", "quota x", "policy x", "prices x", "drift x")


@pytest.mark.parametrize("line", LOOKUPS)
@pytest.mark.parametrize(("region", "said"), [("us-eats-1", "did you mean us-east-1"), ("cn-north-1", "has no region")])
def test_lookup_that_fails_names_the_region(program: Program, line: str, region: str, said: str) -> None:
    pin = ("--set", "models.opus=us.anthropic.claude-opus-5-5")
    place = ("--set", "aws_profile=p", "--set", f"region={region}")
    program.ok("init", "x", "--surface", "bedrock", *place, *pin, "--yes", "--no-verify")
    (program.home / ".aws").mkdir()
    (program.home / ".aws" / "credentials").write_text("[p]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n")
    done = program.run(*line.split())
    assert done.code == 3, done
    assert said in (done.out if line == "drift x" else done.err.splitlines()[0]), done


@pytest.mark.parametrize("surface", ["vertex", "claude-gcp"])
def test_project_number_is_taken_as_the_client_takes_it(program: Program, surface: str) -> None:
    place = ("--set", "location=global", "--set", "project=482910573621", "--set", "workspace=wrkspc_0123")
    program.ok(
        "init", "x", "--surface", surface, *(place[:4] if surface == "vertex" else place), "--yes", "--no-verify"
    )
    document = json.loads(program.ok("env", "x", "--shell", "json").out)["env"]
    assert document["GOOGLE_CLOUD_PROJECT"] == "482910573621"


@pytest.mark.parametrize("number", ["12345", "1" * 21, "482910573621/x", "-482910573621"])
def test_other_digits_are_no_project(program: Program, number: str) -> None:
    place = ("--set", f"project={number}", "--set", "location=global")
    done = program.run("init", "x", "--surface", "vertex", *place, "--yes", "--no-verify")
    assert (done.code, "is not a valid Google Cloud project id" in done.err) == (2, True), done
