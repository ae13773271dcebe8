"""A switch names the user's own values that it clears, and `--off` names those that it does not restore."""

import json

import pytest

from ccsetup.shells import powershell
from tests.support.hooked import Hooked
from tests.support.program import Program
from tests.support.screen import shown
from tests.support.selection import examples

pytestmark = pytest.mark.shells

MINE = {
    "ANTHROPIC_API_KEY": "sk-ant-mine",
    "ANTHROPIC_MODEL": "opus",
    "ANTHROPIC_BASE_URL": "",
    "AWS_REGION": "eu-west-3",
}
CLEARED = "ccsetup: cleared from this shell: ANTHROPIC_API_KEY, ANTHROPIC_MODEL (not restored by --off)"
UNSET = "ccsetup: still unset: ANTHROPIC_API_KEY, ANTHROPIC_MODEL (set again if you need it)"
USING = "ccsetup: now using {}"
BEDROCK, VERTEX = "bedrock-prod (Amazon Bedrock, us-east-1)", "vertex (Google Vertex AI, global)"
SHELLS = ("bash", "zsh", "fish")
TAKE = {"fish": "ccsetup env {} | source"}


@pytest.fixture
def hooked(request: pytest.FixtureRequest, program: Program) -> Hooked:
    program.bedrock()
    program.init("vertex", "vertex", project="my-project", location="global")
    return Hooked(request.param, program).load()


each_shell = pytest.mark.parametrize("hooked", examples(SHELLS, *SHELLS), indirect=True)


@each_shell
def test_switch_names_what_it_clears_and_off_what_stays_unset(hooked: Hooked) -> None:
    ran = hooked.run("ccuse bedrock-prod; ccuse vertex; ccuse --off; ccuse --off", MINE)
    assert ran.err.splitlines() == [
        USING.format(BEDROCK),
        CLEARED,
        USING.format(VERTEX),
        "ccsetup: vertex is off",
        UNSET,
        "ccsetup: no profile is active",
    ]
    assert ran.environment["AWS_REGION"] == "eu-west-3"
    assert not ran.environment.keys() & {*MINE, "CCSETUP_CLEARED"} - {"AWS_REGION", "ANTHROPIC_BASE_URL"}


@each_shell
def test_evaluated_code_says_the_same(hooked: Hooked) -> None:
    take = TAKE.get(hooked.name, 'eval "$(ccsetup env {})"')
    script = "\n".join(take.format(name) for name in ("bedrock-prod", "vertex", "--off", "--off"))
    assert hooked.run(script, MINE).err.splitlines() == [CLEARED, UNSET]


@each_shell
def test_switch_that_clears_no_user_variable_is_quiet(hooked: Hooked) -> None:
    ran = hooked.run("ccuse bedrock-prod; ccuse --off; ccuse vertex; ccuse --off", {"AWS_REGION": "eu-west-3"})
    assert not [line for line in ran.err.splitlines() if "cleared" in line or "unset" in line]


@pytest.mark.parametrize("hooked", ["bash", "zsh"], indirect=True)
def test_default_of_a_new_shell_names_what_it_clears(hooked: Hooked) -> None:
    hooked.program.ok("use", "bedrock-prod")
    hooked.load()
    assert hooked.run("true", MINE).err.splitlines() == [CLEARED]


@pytest.mark.parametrize("name", ["fish", "powershell"])
def test_hook_that_inlines_the_default_names_what_it_clears(name: str, program: Program) -> None:
    program.bedrock()
    program.ok("use", "bedrock-prod")
    assert program.run("hook", name, environment=MINE).err.splitlines() == [CLEARED]


@pytest.mark.parametrize("hooked", examples(SHELLS, "bash"), indirect=True)
def test_profile_with_a_secret_names_what_it_replaces(hooked: Hooked) -> None:
    (hooked.program.home / "key").write_text("sk-ant-api03-of-the-profile")
    (hooked.program.home / "key").chmod(0o600)
    hooked.program.init("paid", "api-key", key=f"file:{hooked.program.home}/key")
    ran = hooked.run("ccuse paid; ccuse --off", MINE)
    assert [line for line in ran.err.splitlines() if "(Anthropic" not in line] == [
        CLEARED,
        "ccsetup: paid is off",
        UNSET,
    ]
    assert "ANTHROPIC_API_KEY" not in ran.environment


def test_powershell_keeps_and_forgets_the_names(program: Program) -> None:
    program.bedrock()
    on = program.run("env", "bedrock-prod", "--shell", "powershell", environment=MINE)
    assert on.err.splitlines() == [CLEARED]
    assert on.out.splitlines()[-1] == "$env:CCSETUP_CLEARED = 'ANTHROPIC_API_KEY, ANTHROPIC_MODEL'"
    assert "CCSETUP_CLEARED" in powershell.off(())


def test_files_and_json_carry_no_note(program: Program) -> None:
    program.bedrock()
    ran = program.run("env", "bedrock-prod", "--shell", "json", environment=MINE)
    assert "CCSETUP_CLEARED" not in json.loads(ran.out)["env"]
    program.ok("env", "bedrock-prod", "--write", "here.sh", "--shell", "sh")
    assert "CCSETUP_CLEARED" not in (program.home / "here.sh").read_text()


def test_summary_on_a_terminal_says_it_too(program: Program) -> None:
    program.bedrock()
    assert "--off does not restore ANTHROPIC_API_KEY, ANTHROPIC_MODEL" in shown(
        program, 80, "env", "bedrock-prod", **MINE
    )
