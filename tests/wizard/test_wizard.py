"""The wizard, driven in a real terminal against the lab."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccsetup.lab.fault import Fault, Reset
from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.wizard_run import CTRL_C, DOWN, ENTER, UP, command, start

KEYRING = """
import json, os, pathlib
from keyring.backend import KeyringBackend
class Ring(KeyringBackend):
    priority = 9
    path = pathlib.Path(os.environ["RING"])
    def _all(self): return json.loads(self.path.read_text()) if self.path.exists() else {}
    def get_password(self, s, u): return self._all().get(u)
    def set_password(self, s, u, p): self.path.write_text(json.dumps(self._all() | {u: p}))
    def delete_password(self, s, u): self.path.write_text(json.dumps({k: v for k, v in self._all().items() if k != u}))
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def workspace(lab: Lab, program: Program) -> Program:
    """The program in a home with the lab's credentials, its Claude login left out."""
    variables = {**lab.environment(program.home), "HOME": str(program.home)}
    del variables["ANTHROPIC_BASE_URL"]
    (program.home / ".claude" / ".credentials.json").unlink()
    (program.home / "modules").mkdir()
    (program.home / "modules" / "ring.py").write_text(KEYRING)
    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "RING": str(program.home / "ring.json")}
    return Program(program.home, {**variables, **ring, "PYTHONPATH": str(program.home / "modules")})


def file(program: Program, name: str) -> bytes:
    return (program.profiles / f"{name}.toml").read_bytes()


def again(program: Program, words: list[str], **more: str) -> bytes:
    """The file that the printed command makes from nothing."""
    (program.profiles / f"{words[1]}.toml").unlink()
    program.ok(*words, **more)
    return file(program, words[1])


def nothing_half_made(program: Program) -> None:
    assert not list(program.profiles.glob("*")) if program.profiles.exists() else True
    assert not (program.home / "ring.json").exists() or (program.home / "ring.json").read_text() == "{}"


def test_enter_alone_leads_to_a_verified_profile_and_the_printed_command_makes_the_same(workspace: Program) -> None:
    run = start(workspace, "init")
    for question in ("reach Claude?", "Name of the profile", "AWS credentials", "AWS region", "be served?",
                     "changes it)", "Save it?"):  # fmt: skip
        run.takes(question)
    code, shown = run.ends()
    assert code == 0, shown
    made = file(workspace, "bedrock")
    assert made.decode() == (
        'schema = 1\nsurface = "bedrock"\n\n[set]\naws_profile = "my-prod"\nregion = "us-east-1"\nprefix = "us"\n\n'
        '[models]\nopus = "us.anthropic.claude-opus-5-5"\nsonnet = "us.anthropic.claude-sonnet-5-5"\n'
        'haiku = "us.anthropic.claude-haiku-5-5"\nfable = "us.anthropic.claude-fable-5-2"\n'
    )
    assert all(f"  {line}" in shown for line in made.decode().splitlines() if line)
    assert "saved bedrock, verified" in shown
    assert 'eval "$(ccsetup env bedrock)"' in shown
    assert "ccsetup run bedrock" in shown
    assert again(workspace, command(shown)) == made


@pytest.mark.thorough
def test_the_same_comes_from_flags_that_name_only_the_place(workspace: Program) -> None:
    workspace.ok(
        "init", "flags", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", "region=us-east-1", "--yes"
    )
    run = start(workspace, "init", "asked", "--surface", "bedrock", "--set", "aws_profile=my-prod")
    for question in ("AWS region", "be served?", "changes it)", "Save it?"):
        run.takes(question)
    code, shown = run.ends()
    assert code == 0
    assert "reach Claude?" not in shown
    assert "AWS credentials" not in shown
    assert file(workspace, "asked") == file(workspace, "flags")


@pytest.mark.thorough
def test_everything_by_flags_asks_nothing_in_a_terminal(workspace: Program) -> None:
    run = start(
        workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", "region=us-east-1"
    )
    code, shown = run.ends()
    assert code == 0
    assert "?" not in shown


@pytest.mark.thorough
def test_vertex_by_enter_alone(workspace: Program) -> None:
    run = start(workspace, "init", "--surface", "vertex", environment={"NO_COLOR": "1"})
    for question in ("Name of the profile", "Google Cloud project", "Location", "Google credentials", "changes it)",
                     "Save it?"):  # fmt: skip
        run.takes(question)
    code, shown = run.ends()
    assert code == 0, shown
    made = file(workspace, "vertex")
    assert b'location = "global"' in made
    assert b"opus = " in made
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7])[;m]", run.seen), "no colour with NO_COLOR"
    assert again(workspace, command(shown)) == made


def test_a_pasted_key_goes_to_the_keyring_and_is_never_shown(workspace: Program, lab: Lab) -> None:
    key = next(one.secret for one in lab.world.anthropic.login if one.name == "console")
    run = start(workspace, "init", "work", "--surface", "api-key", "--set", f"base_url={lab.url}")
    run.takes("Anthropic API key").takes("hidden)", key).takes("changes it)").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert key not in shown
    assert key in (workspace.home / "ring.json").read_text()
    made = file(workspace, "work")
    assert b'key = "keyring:"' in made
    words = command(shown)
    assert "--key-stdin" in words
    assert again(workspace, words, stdin=key) == made


@pytest.mark.thorough
def test_key_in_the_environment_moves_to_the_keyring(workspace: Program, lab: Lab) -> None:
    key = next(one.secret for one in lab.world.anthropic.login if one.name == "console")
    environment = {"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": lab.url}
    run = start(workspace, "init", environment=environment)
    run.takes("reach Claude?").takes("Name of the profile").takes("Anthropic API key")
    # A variable of the shell may be a leftover: it is offered, and not what Enter takes.
    run.takes("Base URL", DOWN).takes("changes it)").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert key not in shown
    assert b'key = "keyring:"' in file(workspace, "api-key")  # the next switch unsets the variable


@pytest.mark.thorough
def test_a_subscription_by_the_help(lab: Lab, workspace: Program) -> None:
    run = start(replace(workspace, extra={**workspace.extra, "HTTPS_PROXY": lab.url}), "init")
    run.takes("reach Claude?", UP).takes("What is it for?", DOWN, DOWN).takes("Which cloud bill")
    run.takes("one geography?").takes("suits best").takes("Name of the profile", "mine").takes("Plan")
    run.takes("Folder of this login").takes("setup-token").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert file(workspace, "mine").decode() == 'schema = 1\nsurface = "subscription"\n\n[set]\nplan = "max-5x"\n'
    assert again(workspace, command(shown)) == file(workspace, "mine")


@pytest.mark.thorough
def test_an_unknown_region_is_asked_again_with_the_nearest(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod")
    run.takes("AWS region", "us-esat-1").sees("no region 'us-esat-1'", "us-east-1").takes("AWS region", "eu-west-1")
    for question in ("be served?", "changes it)", "Save it?"):
        run.takes(question)
    assert run.ends()[0] == 0
    assert b'prefix = "eu"' in file(workspace, "b")


@pytest.mark.thorough
def test_going_back_changes_an_answer(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock")
    run.takes("AWS credentials").takes("AWS region", "<").takes("AWS credentials", DOWN)
    run.takes("AWS region").takes("be served?", UP).takes("AWS region", "eu-west-1").takes("be served?")
    run.takes("changes it)", DOWN).takes("Model for opus", DOWN).takes("changes it)").takes("Save it?", DOWN)
    run.takes("Which one?", UP, UP, UP).takes("be served?", DOWN).takes("changes it)").takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    made = file(workspace, "b").decode()
    assert 'aws_profile = "claude-only"' in made
    assert 'region = "eu-west-1"' in made
    assert 'prefix = "global"' in made


@pytest.mark.thorough
@pytest.mark.parametrize("questions", [0, 2, 5])
def test_ctrl_c_saves_nothing_and_says_so(workspace: Program, questions: int) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock")
    asked = ("AWS credentials", "AWS region", "be served?", "changes it)", "Save it?", "")
    for question in asked[:questions]:
        run.takes(question) if question != "Save it?" else run.sees(question)
    if questions == 0:
        run.sees("AWS credentials")
    run.does(CTRL_C)
    code, shown = run.ends()
    assert code == 130
    assert "Nothing was saved" in shown
    nothing_half_made(workspace)


def test_a_refused_permission_can_be_saved_as_pending(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=no-list")
    run.takes("AWS region").sees("no-list").takes("What now?", DOWN, DOWN)
    run.takes("Save it?")
    code, shown = run.ends()
    assert code == 0, shown
    assert "saved b, pending" in shown
    assert "--force --yes" in " ".join(command(shown))
    assert "pending" in workspace.ok("list").out


@pytest.mark.thorough
def test_no_network_then_a_second_try_then_giving_up(workspace: Program, lab: Lab) -> None:
    lab.inject(Fault(Reset()))
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod")
    run.takes("AWS region").takes("What now?").takes("What now?", UP, UP)
    code, shown = run.ends()
    assert code == 3, shown
    assert "Nothing was saved" in shown
    nothing_half_made(workspace)
    lab.clear_faults()


@pytest.mark.thorough
def test_a_network_that_comes_back_is_enough(workspace: Program, lab: Lab) -> None:
    lab.inject(Fault(Reset(), times=4))
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod")
    for question in ("AWS region", "What now?", "be served?", "changes it)", "Save it?"):
        run.takes(question)
    assert run.ends()[0] == 0


@pytest.mark.thorough
def test_an_expired_session_is_reported_with_its_command(workspace: Program) -> None:
    config = workspace.home / ".aws" / "config"
    config.write_text(
        "[profile corp]\nsso_session = s\nregion = us-west-2\n[sso-session s]\nsso_start_url = https://x\n"
    )
    (workspace.home / ".aws" / "credentials").unlink()
    run = start(workspace, "init", "b", "--surface", "bedrock")
    run.sees("SSO, not signed in").does(ENTER).sees("aws sso login --profile corp").sees("[us-west-2]").does(CTRL_C)
    assert run.ends()[0] == 130


@pytest.mark.thorough
def test_a_legacy_model_is_marked_with_its_date_and_dry_run_saves_nothing(workspace: Program) -> None:
    run = start(workspace, "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--dry-run")
    run.takes("AWS region").takes("be served?").takes("changes it)", DOWN)
    run.sees("legacy, ends 2027-01-08").does(ENTER).takes("changes it)")
    code, shown = run.ends()
    assert code == 0
    assert 'surface = "bedrock"' in shown
    nothing_half_made(workspace)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("surface", "answers", "near"),
    [
        ("bedrock", ("region=us-esat-1",), "us-east-1"),
        ("vertex", ("project=acme-ml", "location=us-east55"), "us-east5"),
        ("vertex", ("project=acme-ml", "location=glbal"), "global"),
    ],
)
def test_an_unknown_place_by_flag_is_refused_before_any_request(
    workspace: Program, lab: Lab, surface: str, answers: tuple[str, ...], near: str
) -> None:
    flags = [word for answer in answers for word in ("--set", answer)]
    done = workspace.run("init", "b", "--surface", surface, *flags, "--yes")
    assert done.code == 2
    assert near in done.err
    assert lab.requests == ()
    workspace.ok("init", "b", "--surface", surface, *flags, "--yes", "--no-verify")


@pytest.mark.thorough
def test_without_a_terminal_or_with_yes_nothing_is_asked(workspace: Program) -> None:
    assert workspace.run("init").code == 2
    code, shown = start(workspace, "init", "--yes").ends()
    assert code == 2
    assert "init needs" in shown
    code, shown = start(workspace, "init", "b", environment={"TERM": "dumb"}).ends()
    assert code == 2
    assert "--surface" in shown


def test_a_taken_name_is_refused_before_anything_is_asked(workspace: Program, tmp_path: Path) -> None:
    workspace.init("b", "bedrock", region="us-east-1")
    code, shown = start(workspace, "init", "b").ends()
    assert code == 2
    assert "already exists" in shown
