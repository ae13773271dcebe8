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
def desk(lab: Lab, program: Program) -> Program:
    variables = {**lab.environment(program.home), **lab.proxied, "HOME": str(program.home)}
    del variables["ANTHROPIC_BASE_URL"]
    (program.home / "modules").mkdir()
    (program.home / "modules" / "ring.py").write_text(KEYRING)
    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "RING": str(program.home / "ring.json")}
    return Program(program.home, {**variables, **ring, "PYTHONPATH": str(program.home / "modules")})


def saved(desk: Program) -> dict[str, dict[str, str]]:
    return tomllib.loads((desk.profiles / "new.toml").read_text())


@pytest.mark.parametrize("surface", ["mantle", "claude-aws", "claude-gcp"])
def test_enter_alone_leads_to_a_verified_profile_but_for_what_nobody_can_know(desk: Program, surface: str) -> None:
    run = start(desk, "init", "new", "--surface", surface)
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
    profile = saved(desk)
    assert {"opus", "sonnet", "haiku"} <= set(profile["models"])
    (desk.profiles / "new.toml").unlink()
    desk.ok(*command(shown))
    assert saved(desk) == profile


def test_a_gateway_s_key_is_kept_as_what_it_is(desk: Program, lab: Lab) -> None:
    """The second of two secrets goes into its own entry of the keyring, and the printed command says so."""
    key = lab.world.anthropic.login[0].secret
    run = start(desk, "init", "new", "--surface", "gateway")
    run.sees("Base URL of the gateway").does(lab.tls_url, ENTER)
    run.takes("Credential", DOWN)
    run.takes("Gateway key (sent as x-api-key)").takes("Gateway key (sent as x-api-key)", key)
    code, shown = run.takes("Models").takes("Save it?").ends()
    assert code == 0, shown
    assert key not in shown
    assert saved(desk)["set"] == {"base_url": lab.tls_url, "key": "keyring:"}
    words = command(shown)
    assert {"key=keyring:", "--key-stdin"} <= set(words)
    assert desk.ok("key", "new").out.strip() == key
    before = saved(desk)
    (desk.profiles / "new.toml").unlink()
    desk.ok(*words, stdin=key)
    assert saved(desk) == before


def test_foundry_is_saved_as_told_and_says_that_nothing_was_listed(desk: Program) -> None:
    run = start(desk, "init", "new", "--surface", "foundry")
    run.takes("Where is it?").takes("Foundry resource", "my-resource").takes("Credential", DOWN, DOWN)
    code, shown = run.takes("Save it?").ends()
    assert code == 0, shown
    assert "lists no models" in shown
    assert saved(desk)["set"] == {"resource": "my-resource"}
