"""The wizard on the further surfaces, driven in a real terminal against the lab."""

import tomllib
from collections.abc import Iterator

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.wizard_run import CTRL_C, DOWN, ENTER, ESC, command, start
from tests.wizard.test_wizard import KEYRING


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def workspace(lab: Lab, program: Program) -> Program:
    variables = {**lab.environment(program.home), **lab.proxied, "HOME": str(program.home)}
    del variables["ANTHROPIC_BASE_URL"]
    (program.home / "modules").mkdir()
    (program.home / "modules" / "ring.py").write_text(KEYRING)
    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "RING": str(program.home / "ring.json")}
    return Program(program.home, {**variables, **ring, "PYTHONPATH": str(program.home / "modules")})


def saved(workspace: Program) -> dict[str, dict[str, str]]:
    return tomllib.loads((workspace.profiles / "new.toml").read_text())


@pytest.mark.thorough
@pytest.mark.parametrize("surface", ["mantle", "claude-aws", "claude-gcp"])
def test_enter_alone_leads_to_a_verified_profile_where_defaults_exist(workspace: Program, surface: str) -> None:
    run = start(workspace, "init", "new", "--surface", surface)
    if surface == "claude-gcp":
        run.takes("Google Cloud project id")
    if surface == "claude-aws":  # the first question, without anything to go back to or to propose, has no hint
        run.sees("Workspace id").does("wrkspc_lab", ENTER)
    if surface == "claude-gcp":
        run.takes("Workspace id", "wrkspc_lab")
    if surface == "claude-gcp":
        run.takes("Google credentials")
    else:
        run.takes("AWS credentials").takes("AWS region")
    code, shown = run.takes("Models").takes("Save it?").ends()
    assert code == 0, shown
    profile = saved(workspace)
    assert {"opus", "sonnet", "haiku"} <= set(profile["models"])
    (workspace.profiles / "new.toml").unlink()
    workspace.ok(*command(shown))
    assert saved(workspace) == profile


def test_a_gateway_s_key_is_kept_as_what_it_is(workspace: Program, lab: Lab) -> None:
    """The second of two secrets goes into its own entry of the keyring, and the printed command says so."""
    key = lab.world.anthropic.login[0].secret
    run = start(workspace, "init", "new", "--surface", "gateway")
    run.sees("Base URL of the gateway").does(lab.tls_url, ENTER)
    run.takes("Credential", DOWN)
    run.takes("Gateway key (sent as x-api-key)").takes("Gateway key (sent as x-api-key)", key)
    code, shown = run.takes("Models").takes("Save it?").ends()
    assert code == 0, shown
    assert key not in shown
    assert saved(workspace)["set"] == {"base_url": lab.tls_url, "key": "keyring:"}
    words = command(shown)
    assert {"key=keyring:", "--key-stdin"} <= set(words)
    assert workspace.ok("key", "new").out.strip() == key
    before = saved(workspace)
    (workspace.profiles / "new.toml").unlink()
    workspace.ok(*words, stdin=key)
    assert saved(workspace) == before


@pytest.mark.thorough
def test_foundry_is_saved_as_told_and_says_that_nothing_was_listed(workspace: Program) -> None:
    run = start(workspace, "init", "new", "--surface", "foundry")
    url = "https://My-Resource.services.ai.azure.com/models"
    run.takes("Where is it?").takes("Foundry resource", url).takes("Credential", DOWN, DOWN)
    run.takes("Model or deployment for opus", "our-opus").takes("deployment for sonnet").takes("deployment for haiku")
    code, shown = run.takes("deployment for fable").takes("Save it?").ends()
    assert code == 0, shown
    assert "No model listing here" in shown
    assert "using the resource My-Resource of that URL" in shown
    assert saved(workspace)["set"] == {"resource": "My-Resource"}
    assert saved(workspace)["models"] == {"opus": "our-opus"}


@pytest.mark.thorough
def test_gateway_address_is_understood_as_people_type_it(workspace: Program, lab: Lab) -> None:
    run = start(workspace, "init", "new", "--surface", "gateway")
    run.sees("Base URL of the gateway").does(f"{lab.tls_url.removeprefix('https://')}/v1/", ENTER)
    run.sees("added https:// and removed /v1, which Claude Code adds itself", "Esc goes back").does(ESC)
    run.sees(f"Base URL of the gateway, without /v1 [{lab.tls_url.removeprefix('https://')}/v1/]").does(ENTER)
    run.sees("Credential", "Esc goes back").does(CTRL_C)
    code, shown = run.ends()
    assert (code, "Nothing was saved." in shown) == (130, True)


def test_flags_understand_urls_as_the_wizard_does(workspace: Program) -> None:
    words = ("--yes", "--no-verify", "--set", "key=env:LAB_KEY", "--set")
    done = workspace.ok("init", "new", "--surface", "gateway", *words, "base_url=llm.example.com/v1")
    assert saved(workspace)["set"]["base_url"] == "https://llm.example.com"
    assert "note: base_url: added https:// and removed /v1" in done.err
    resource = "resource=https://my-resource.services.ai.azure.com/anthropic"
    workspace.ok("init", "new", "--surface", "foundry", *words, resource, "--force")
    assert saved(workspace)["set"]["resource"] == "my-resource"


@pytest.mark.thorough
def test_region_left_out_is_the_aws_profiles(workspace: Program) -> None:
    done = workspace.ok("init", "new", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--yes", "--no-verify")
    assert "note: region is us-east-1" in done.err
    assert saved(workspace)["set"]["region"] == "us-east-1"
