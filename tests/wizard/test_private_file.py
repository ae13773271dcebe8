"""The wizard on a machine without a keyring: a server, a container, SSH."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.wizard_run import start

FAIL, NULL = "keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def workspace(lab: Lab, program: Program) -> Program:
    variables = {**lab.environment(program.home), "HOME": str(program.home)}
    del variables["ANTHROPIC_BASE_URL"]
    (program.home / ".claude" / ".credentials.json").unlink()
    return Program(program.home, variables)


@pytest.mark.parametrize("backend", [FAIL, pytest.param(NULL, marks=pytest.mark.thorough)])
def test_a_private_file_is_offered_before_the_key_is_asked_for(workspace: Program, lab: Lab, backend: str) -> None:
    key = next(login.secret for login in lab.world.anthropic.login if login.name == "console")
    words = ("init", "work", "--surface", "api-key", "--set", f"base_url={lab.url}")
    run = start(workspace, *words, environment={"PYTHON_KEYRING_BACKEND": backend})
    run.takes("Anthropic API key").sees("has no keyring").takes("hidden)", key)
    run.takes("changes it)").sees("Will write", "private").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert "private file" in shown.partition("has no keyring")[0]
    assert key not in shown
    path = workspace.home / ".config/ccsetup/secrets/work.key"
    assert (path.read_text(), path.stat().st_mode & 0o777) == (key, 0o600)
    profile = (workspace.profiles / "work.toml").read_text()
    assert f'key = "file:{path}"' in profile
    assert "keyring:" not in re.sub(r"\s", "", shown.partition("Save it?")[0].rpartition("Will write")[2])
    assert workspace.run("run", "work", "--", "printenv", "ANTHROPIC_API_KEY").out == f"{key}\n"


def test_a_key_of_the_shell_goes_into_a_private_file_too(workspace: Program, lab: Lab) -> None:
    key = next(login.secret for login in lab.world.anthropic.login if login.name == "console")
    more = {"ANTHROPIC_API_KEY": key, "PYTHON_KEYRING_BACKEND": FAIL}
    run = start(workspace, "init", "work", "--surface", "api-key", "--set", f"base_url={lab.url}", environment=more)
    run.takes("Anthropic API key").takes("changes it)").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert key not in shown
    assert "private file" in shown
    assert Path(workspace.home / ".config/ccsetup/secrets/work.key").read_text() == key
