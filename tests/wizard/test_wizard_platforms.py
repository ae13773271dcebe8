"""The wizard on the further surfaces, driven in a real terminal against the lab."""

import tomllib
from collections.abc import Iterator

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.wizard_run import DOWN, ENTER, command, start
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


@pytest.mark.parametrize("surface", ["mantle", "claude-aws", "claude-gcp"])
def test_enter_alone_leads_to_a_verified_profile_but_for_what_nobody_can_know(workspace: Program, surface: str) -> None:
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


def test_foundry_is_saved_as_told_and_says_that_nothing_was_listed(workspace: Program) -> None:
    run = start(workspace, "init", "new", "--surface", "foundry")
    run.takes("Where is it?").takes("Foundry resource", "my-resource").takes("Credential", DOWN, DOWN)
    code, shown = run.takes("Save it?").ends()
    assert code == 0, shown
    assert "lists no models" in shown
    assert saved(workspace)["set"] == {"resource": "my-resource"}
