"""What a document from elsewhere says wrongly, or makes look like something else."""

import pytest

from tests.support.program import Program


def write(program: Program, body: str) -> None:
    (program.home / "team.toml").write_text(f"schema = 1\n[profiles.team]\nschema = 1\n{body}")


def test_a_host_of_look_alike_letters_shows(program: Program) -> None:
    write(program, 'surface = "gateway"\n[profiles.team.set]\nbase_url = "https://api.\u0430nthropic.com"\n')
    program.ok("import", str(program.home / "team.toml"))
    shown = program.run("trust", "team").err
    assert "\u0430" not in shown
    assert "requests go to   api.xn--nthropic-06g.com" in shown
    assert r"ANTHROPIC_BASE_URL=https://api.\u0430nthropic.com" in shown


@pytest.mark.parametrize(
    "body",
    [
        'surface = "gateway"\n[profiles.team.set]\nbase_url = "https://gateway.example\\u202e/"\n',
        'surface = "gateway"\n[profiles.team.set]\nbase_url = "https://user:canary@gateway.example/"\n',
        'surface = "cloud"\n',
        'surface = "bedrock"\n[profiles.team.set]\nwrong = "1"\n',
    ],
)
def test_what_is_wrong_is_in_the_document(program: Program, body: str) -> None:
    """No file of the profile is there that could be edited."""
    write(program, body)
    done = program.run("import", "team.toml", cwd=program.home)
    assert done.code == 2
    assert "team.toml: profile team" in done.err
    assert "profiles/team.toml" not in done.err
    assert "ccsetup edit team" not in done.err
    assert "canary" not in done.err
