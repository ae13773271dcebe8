"""Whatever is too long to read is not repeated whole: not on stderr, and not in a document's facts."""

import json
from pathlib import Path

import pytest

from ccsetup.system import bounds
from tests.support.program import Program

HUGE = "A" * 10_000_000
LONG = "A" * 60_000  # a profile that holds it is still one
ARGUMENT = "A" * 120_000  # the system takes no longer one
MOST = 20_000  # characters that a command may write
PROFILE = 'schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\naws_profile = "p"\n'
FILES = {
    "value": PROFILE.replace("us-east-1", LONG),
    "value-with-spaces": PROFILE.replace("us-east-1", "A " * 30_000),
    "surface": PROFILE.replace("bedrock", LONG),
    "key": PROFILE.replace("region", LONG),
    "table": f"{PROFILE}[{LONG}]\n",
    "model": f'{PROFILE}[models]\nopus = "{LONG}"\n',
    "variable": f'{PROFILE}[env]\n{LONG} = "1"\n',
    "account": f'{PROFILE}[expect]\naccount = "{LONG}"\n',
    "no-toml": LONG,
    "reference": f'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:/{LONG}"\n',
    "reference-to-a-variable": f'schema = 1\nsurface = "api-key"\n[set]\nkey = "env:{LONG}"\n',
    "too-large": PROFILE.replace("us-east-1", HUGE),
}
READING = (
    ["list"],
    ["show", "p"],
    ["key", "p"],
    ["trust", "p"],
    ["doctor", "p", "--offline"],
    ["doctor", "p", "--offline", "--json"],
    ["doctor", "p", "--offline", "--format", "junit"],
    ["doctor", "p", "--offline", "--format", "markdown"],
    ["models", "p", "--offline"],
    ["policy", "p", "--offline"],
    ["quota", "p"],
    ["copy", "p", "q"],
)
ARGUMENTS = (
    [ARGUMENT],
    ["show", ARGUMENT],
    ["env", ARGUMENT],
    ["env", "p", "--shell", ARGUMENT],
    ["run", "p", "--", ARGUMENT],
    ["init", ARGUMENT, "--surface", "bedrock", "--yes"],
    ["init", "n", "--surface", ARGUMENT, "--yes"],
    ["init", "n", "--surface", "bedrock", "--yes", "--no-verify", "--set", f"region={ARGUMENT}"],
    ["init", "n", "--surface", "bedrock", "--yes", "--no-verify", "--set", f"{ARGUMENT}=x"],
    ["init", "n", "--surface", "bedrock", "--yes", "--no-verify", "--set", f"models.{ARGUMENT}=x"],
    ["init", "n", "--surface", "api-key", "--yes", "--no-verify", "--set", f"key={ARGUMENT}"],
    ["import", ARGUMENT],
    ["explain", ARGUMENT],
    ["doctor", "--format", ARGUMENT],
    ["doctor", f"--{ARGUMENT}"],
    ["drift", "--shard", ARGUMENT],
    ["drift", "--merge", ARGUMENT],
    ["schedule", "--with", ARGUMENT],
    ["hook", ARGUMENT],
    ["completion", ARGUMENT],
    ["remove", ARGUMENT, "--yes"],
    ["remove", ARGUMENT, "--undo"],
)


def is_short(program: Program, *words: str, **environment: str) -> None:
    done = program.run(*words, environment=environment)
    assert len(done.err) < MOST, (words[0], done.err[:300])
    assert len(done.out) < MOST, (words[0], done.out[:300])
    assert "internal error" not in done.err, (words[0], done.err)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.thorough] * (place % 3 > 0)) for place, kind in enumerate(FILES)]
)
def test_a_huge_profile_is_named_in_short(program: Program, kind: str) -> None:
    program.bedrock("p")
    (program.profiles / "p.toml").write_text(FILES[kind])
    for words in READING:
        is_short(program, *words)


@pytest.mark.thorough
def test_a_huge_argument_is_named_in_short(program: Program) -> None:
    program.bedrock("p")
    for words in ARGUMENTS:
        is_short(program, *words)


def test_huge_variables_and_settings_are_named_in_short(program: Program) -> None:
    program.bedrock("p")
    for words in (["doctor", "p", "--offline", "--json"], ["status"], ["env", "nope"]):
        is_short(program, *words, ANTHROPIC_BASE_URL=f"http://{ARGUMENT}", AWS_PROFILE=ARGUMENT)
    settings = program.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"env": {"AWS_REGION": HUGE}, "model": HUGE, "apiKeyHelper": HUGE}))
    for words in (["doctor", "p", "--offline"], ["status"], ["run", "p", "--", "true"]):
        is_short(program, *words)


def test_what_is_short_or_can_be_pasted_stays_whole() -> None:
    path = "rm " + "/a folder" * 40
    assert bounds.short("x" * 400) == "x" * 400
    assert bounds.command(path) == path
    assert len(bounds.command("rm " + HUGE)) < 1_000
    shown = bounds.short(f"key region: {HUGE} is no region")
    assert shown.startswith("key region: AAA")
    assert shown.endswith("AAA is no region")
    assert "10,000,000 characters" in shown


def test_ordinary_paths_stay_whole(program: Program, tmp_path: Path) -> None:
    done = program.run("import", str(tmp_path / "missing.toml"))
    assert str(tmp_path / "missing.toml") in done.err


@pytest.mark.parametrize("spelled", ["a", '"a"', "'a'", "a ", "\ta"])
def test_key_of_many_parts_is_refused_before_it_takes_the_memory(program: Program, spelled: str) -> None:
    program.profiles.mkdir(parents=True)
    deep = ".".join([spelled] * 8000)
    for file in (program.profiles / "p.toml", program.home / "team.toml"):
        file.write_text(f"schema = 1\n{deep} = 1\n")
    (program.profiles / "good.toml").write_text('schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n')
    for words in (("env", "p"), ("import", "team.toml"), ("env", "good")):
        done = program.run(*words)
        assert done.code == (0 if "good" in words else 2), done.err[:500]
        assert "good" in words or "a key has more than 32 parts" in done.err
    listed = program.run("list")
    assert (listed.code, "good" in listed.out) == (1, True)
