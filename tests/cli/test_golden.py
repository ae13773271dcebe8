"""What ccsetup prints, word for word: help, status, doctor's formats and the wizard's screens."""

import datetime
import json
import re
from collections.abc import Iterator, Mapping

import pytest

from ccsetup.commands.registry import COMMANDS
from ccsetup.knowledge import surfaces
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.bun_file import models_text
from tests.support.desktop import executable
from tests.support.golden import FOLDER, Golden
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm
from tests.support.wizard_run import start
from tests.wizard.test_wizard import KEYRING

HELP: Mapping[str, tuple[str, ...]] = {
    "help/ccsetup.txt": ("--help",),
    **{f"help/{command.name}.txt": (command.name, "--help") for command in COMMANDS},
}
EXAMINED = ("healthy", "stale", "denied", "vertex", "key")
DOCTOR: Mapping[str, tuple[str, ...]] = {
    "doctor/text.txt": (),
    "doctor/verbose.txt": ("--verbose",),
    "doctor/json.json": ("--json",),
    "doctor/junit.xml": ("--format", "junit"),
    "doctor/markdown.md": ("--format", "markdown"),
}
STATUS: Mapping[str, tuple[str, ...]] = {"status/text.txt": (), "status/json.json": ("--json",)}
WIDTHS = (60, 80, 120)
COLOUR = re.compile("\x1b\\[[0-9;]*(?<![0-9])(?:3[0-8]|9[0-7])[0-9;]*m")
BEDROCK = (
    "reach Claude?",
    "Name of the profile",
    "AWS credentials",
    "AWS region",
    "be served?",
    "changes it)",
    "Save it?",
)
ASCII = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SIGNS = {"utf-8": {}, "ascii": ASCII}
QUESTIONS = {(columns, signs): f"wizard/questions-{columns}-{signs}.txt" for columns in WIDTHS for signs in SIGNS}
WIZARD = (
    *(f"wizard/bedrock-{columns}.txt" for columns in WIDTHS), "wizard/api-key-80.txt", *QUESTIONS.values()
)  # fmt: skip


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date()), tls=True) as lab:
        yield lab


@pytest.fixture
def furnished(program: Program, lab: Lab) -> Program:
    """A home with the lab's credentials, and a Claude Code that only has a version."""
    environment = dict(lab.environment(program.home))
    del environment["ANTHROPIC_BASE_URL"]
    text = models_text({name: surfaces.load_surfaces().surfaces[name].aliases for name in ("bedrock", "vertex")})
    client = executable(program.home / "bin" / "claude", f"#!/bin/sh\necho '2.1.330 (Claude Code)'\nexit\n{text}\n")
    path = f"{client.parent}:{program.environment['PATH']}"
    return Warm(program.home, {**environment, "LAB_KEY": "sk-ant-api03-lab-console-AAAA", "PATH": path})


def test_every_golden_file_is_compared() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    kept -= {name for name in kept if name.startswith("json/")}  # test_json_shapes.py
    assert kept == {*HELP, *DOCTOR, *STATUS, *WIZARD}


def test_help_is_as_its_file_has_it(program: Program, golden: Golden) -> None:
    for name, words in HELP.items():
        done = program.run(*words, environment={"COLUMNS": "80"})
        assert (done.code, done.err) == (0, "")
        golden.check(name, done.out)


def test_doctor_is_as_its_files_have_it(furnished: Program, lab: Lab, golden: Golden) -> None:
    opus = {"models.opus": "us.anthropic.claude-opus-5-5"}
    for name, aws_profile in (("healthy", "my-prod"), ("stale", "stale"), ("denied", "sandbox")):
        furnished.init(name, "bedrock", aws_profile=aws_profile, region="us-east-1", **opus)
    furnished.init("vertex", "vertex", project="acme-ml", location="global", base_url=f"{lab.base}/v1")
    furnished.init("key", "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"])
    for name, flags in DOCTOR.items():
        done = furnished.run("doctor", *EXAMINED, *flags, environment={"COLUMNS": "80"})
        assert done.code == 1, done.err
        golden.check(name, done.out)


def test_status_is_as_its_files_have_it(furnished: Program, golden: Golden) -> None:
    furnished.bedrock()
    (furnished.home / ".claude").mkdir(exist_ok=True)
    (furnished.home / ".claude" / "settings.json").write_text(json.dumps({"env": {"AWS_REGION": "eu-west-1"}}))
    switched = json.loads(furnished.ok("env", "bedrock-prod", "--shell", "json").out)["env"]
    active = {name: value for name, value in switched.items() if value is not None}
    for name, flags in STATUS.items():
        golden.check(name, furnished.run("status", *flags, environment={**active, "COLUMNS": "80"}).out)


@pytest.mark.parametrize("columns", WIDTHS)
def test_wizard_shows_the_screens_of_its_files(furnished: Program, golden: Golden, columns: int) -> None:
    (furnished.home / ".claude" / ".credentials.json").unlink()
    run = start(furnished, "init", dimensions=(200, columns))
    for question in BEDROCK:
        run.takes(question)
    golden.check(f"wizard/bedrock-{columns}.txt", run.screen(columns, 200))


@pytest.mark.parametrize("colour", examples((True, False), True))
@pytest.mark.parametrize(("columns", "signs"), examples(QUESTIONS, (80, "utf-8")))
def test_wizard_draws_its_questions_as_its_files_have_them(
    furnished: Program, golden: Golden, columns: int, signs: str, colour: bool
) -> None:
    (furnished.home / ".claude" / ".credentials.json").unlink()
    environment = {**SIGNS[signs], **({} if colour else {"NO_COLOR": "1"})}
    run = start(furnished, "init", environment=environment, dimensions=(60, columns))
    screens = [run.question(question, columns, 60) for question in BEDROCK]
    code, shown = run.ends()
    assert code == 0
    assert bool(COLOUR.search(run.seen)) is colour
    assert signs != "ascii" or shown.isascii()
    rule = "\n" + "-" * columns + "\n"
    golden.check(QUESTIONS[columns, signs], rule.join(screens))


def test_wizard_asks_for_a_key_as_its_file_has_it(furnished: Program, golden: Golden) -> None:
    modules = furnished.home / "modules"
    modules.mkdir()
    (modules / "ring.py").write_text(KEYRING)
    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "RING": str(modules / "ring.json"), "PYTHONPATH": str(modules)}
    words = ("init", "work", "--surface", "api-key", "--no-verify")
    run = start(furnished, *words, environment=ring, dimensions=(200, 80))
    run.takes("Anthropic API key").takes("hidden)", "sk-ant-api03-lab-console-AAAA").takes("Save it?")
    golden.check("wizard/api-key-80.txt", run.screen(80, 200))
