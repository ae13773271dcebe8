"""The further surfaces: which answers go together, and what an imported one may not do."""

import json

import pytest

from tests.support.program import Program

KEY = "file:/nowhere/key"


@pytest.mark.parametrize(
    ("surface", "answers", "complaint"),
    [
        ("foundry", {}, "needs --set resource or --set base_url"),
        ("foundry", {"resource": "a", "base_url": "https://b"}, "takes --set resource or --set base_url, not both"),
        ("foundry", {"resource": "a", "key": KEY, "auth_token": KEY}, "takes --set key or --set auth_token, not both"),
        ("foundry", {"resource": "a.evil.test/x"}, "--set resource: "),
        ("gateway", {"auth_token": KEY}, "init needs --set base_url"),
        ("gateway", {"base_url": "https://g", "auth_token": KEY, "key": KEY}, ", not both"),
        (
            "gateway",
            {"base_url": "https://g", "headers": "X-Team: a\nAuthorization: Bearer b"},
            "holds the header Authorization",
        ),
        ("claude-aws", {"region": "us-east-1"}, "init needs --set workspace"),
        ("claude-aws", {"region": "us-east-1", "workspace": "mine"}, "--set workspace: "),
        ("claude-gcp", {"project": "my-project"}, "init needs --set workspace"),
        ("mantle", {}, "init needs --set region"),
    ],
)
def test_answers_that_do_not_go_together_are_refused(
    program: Program, surface: str, answers: dict[str, str], complaint: str
) -> None:
    given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    done = program.run("init", "new", "--surface", surface, *given, "--yes", "--no-verify")
    assert (done.code, program.profiles.exists()) == (2, False)
    assert complaint in done.err
    assert "Bearer b" not in done.err


def test_a_gateway_s_environment_is_its_address_and_its_token(program: Program) -> None:
    program.init("g", "gateway", base_url="https://g.example.test", auth_token="env:TOKEN", headers="X-Team: a")
    document = json.loads(program.run("env", "g", "--shell", "json", environment={"TOKEN": "t-1"}).out)
    assert {name: value for name, value in document["env"].items() if value is not None} == {
        "ANTHROPIC_BASE_URL": "https://g.example.test",
        "ANTHROPIC_AUTH_TOKEN": "t-1",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Team: a",
        "CCSETUP_PROFILE": "g",
    }


def test_an_imported_resource_gets_no_secret_of_this_machine_before_it_is_trusted(program: Program) -> None:
    """Its name is the host that the key would be sent to."""
    program.init("f", "foundry", resource="somebody", key="env:MY_KEY")
    shared = program.home / "shared"
    shared.write_text(program.ok("export", "f").out)
    program.ok("remove", "f", "--yes")
    program.ok("import", str(shared))
    done = program.run("env", "f", environment={"MY_KEY": "sk-secret-of-mine"})
    assert (done.code, "sk-secret-of-mine" in done.out) == (3, False)
    program.ok("trust", "f", "--yes")
    assert "sk-secret-of-mine" in program.run("env", "f", environment={"MY_KEY": "sk-secret-of-mine"}).out


def test_they_are_exported_and_imported_as_they_are(program: Program) -> None:
    program.init("p", "claude-aws", workspace="wrkspc_1", region="us-east-1", key="keyring:")
    text = (program.profiles / "p.toml").read_text()
    shared = program.home / "shared"
    shared.write_text(program.ok("export", "p").out)
    program.ok("remove", "p", "--yes")
    program.ok("import", str(shared))
    assert (program.profiles / "p.toml").read_text() == text
    assert "claude-aws" in program.ok("list").out
    assert "wrkspc_1" in program.ok("show", "p").out
