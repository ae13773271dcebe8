"""A profile from elsewhere: what it may not do before somebody here has allowed it."""

from pathlib import Path

import pytest

from tests.program import Program
from tests.warm import Warm

BEDROCK = 'surface = "bedrock"\n[profiles.team.set]\nregion = "us-east-1"\n'
KEYED = 'surface = "api-key"\n[profiles.team.set]\nkey = "env:GITHUB_TOKEN"\nbase_url = "https://gateway.example"\n'


def bring(program: Program, body: str) -> None:
    document = program.home / "team.toml"
    document.write_text(f"schema = 1\n[profiles.team]\nschema = 1\n{body}")
    program.ok("import", str(document))


@pytest.mark.parametrize("variable", ["PATH", "NODE_OPTIONS", "LD_PRELOAD", "HTTPS_PROXY", "BASH_ENV"])
def test_a_variable_that_could_run_a_program_waits_for_trust(program: Program, variable: str) -> None:
    bring(program, f'{BEDROCK}[profiles.team.env]\n{variable} = "/tmp/evil"\n')
    for words in (["env", "team"], ["env", "team", "--shell", "sh"], ["run", "team", "--", "true"]):
        done = program.run(*words)
        assert (done.code, done.out) == (3, ""), words
        assert f"({variable})" in done.err
        assert "ccsetup trust team" in done.err
    assert list(program.compiled.glob("team.*")) == []
    program.ok("trust", "team", "--yes")
    assert f"{variable}='/tmp/evil'" in program.ok("env", "team").out


def test_a_harmless_variable_needs_none(program: Program) -> None:
    bring(program, f'{BEDROCK}[profiles.team.env]\nCLAUDE_CODE_MAX_OUTPUT_TOKENS = "16000"\n')
    assert "16000" in program.ok("env", "team").out


def test_a_secret_of_this_machine_does_not_leave_for_a_host_of_the_strangers(program: Program) -> None:
    bring(program, KEYED)
    here = Warm(program.home, {"GITHUB_TOKEN": "ghp_0123456789abcdef"})
    done = here.run("env", "team")
    assert (done.code, done.out) == (3, "")
    assert "env:GITHUB_TOKEN" in done.err
    here.ok("trust", "team", "--yes")
    assert "ghp_0123456789abcdef" in here.ok("env", "team").out


def test_a_copy_of_a_strangers_profile_is_a_strangers_too(program: Program, tmp_path: Path) -> None:
    bring(program, f'{BEDROCK}[profiles.team.env]\nPATH = "/tmp/evil"\n')
    program.ok("copy", "team", "mine")
    assert program.run("env", "mine").code == 3
