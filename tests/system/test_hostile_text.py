"""Every command and format with hostile model ids, names, messages, profile values, settings and folder names: nothing
raw leaves, and what is parsed by programs still parses."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import hcl2
import msgspec
import pytest
import yaml

from ccsetup.lab.aws.state import Model
from ccsetup.lab.fault import Error, Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import as_json
from tests.support.program import Done, Program
from tests.support.selection import examples
from tests.support.unsafe import FORGED, HOSTILE, unsafe
from tests.support.warm import Warm
from tests.support.wizard_run import CTRL_C, DOWN, start

TOML = tuple(text for text in HOSTILE if "\0" not in text)
FOLDER = f"work\x1b[2J\u202e\n{FORGED}\n::error::x ##[y]"
ALL = "\n".join(HOSTILE)
BEDROCK = {"aws_profile": "my-prod", "region": "us-east-1"}
VERTEX = {"project": "acme-ml", "location": "global"}
MODELS = (
    ["models", "k"], ["models", "k", "--json"], ["models", "b"], ["models", "b", "--json"], ["models", "v"],
    ["models", "b", "--offline"], ["models", "b", "--all-regions"], ["models", "b", "--all-regions", "--json"],
    ["doctor", "k", "b", "v"], ["doctor", "k", "b", "v", "--verbose"], ["doctor", "k", "b", "v", "--json"],
    ["doctor", "k", "b", "v", "--format", "junit"], ["doctor", "k", "b", "v", "--format", "markdown"],
    ["drift", "k", "b", "v"], ["drift", "k", "b", "v", "--json"], ["drift", "--history"],
    ["drift", "--history", "--json"], ["drift", "b", "--fix", "--yes"], ["quota", "b"], ["quota", "v", "--json"],
    ["policy", "b", "--any-region"], ["policy", "b", "--any-region", "--format", "terraform"],
    ["init", "n", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", "region=us-east-1", "--yes"],
    ["init", "m", "--surface", "vertex", "--set", "project=acme-ml", "--set", "location=global", "--yes", "--dry-run"],
)  # fmt: skip
PROFILES = (
    ["list"], ["list", "--json"], ["show", "{}"], ["show", "{}", "--json"], ["trust", "{}"], ["trust", "{}", "--yes"],
    ["policy", "{}", "--offline", "--any-region"], ["policy", "{}", "--offline", "--any-region", "--format=terraform"],
    ["models", "{}", "--offline"], ["quota", "{}"], ["copy", "{}", "{}-copy"], ["key", "{}"],
    ["apply", "{}", "--dry-run"], ["run", "{}", "--", "true"], ["remove", "{}", "--yes"], ["remove", "{}", "--undo"],
    ["env", "{}", "--shell", "dotenv"],
    ["doctor", "--offline"], ["doctor", "--offline", "--verbose"], ["doctor", "--offline", "--json"],
    ["doctor", "--offline", "--format", "junit"], ["doctor", "--offline", "--format", "markdown"],
    ["drift"], ["drift", "--json"], ["schedule", "--with", "kubernetes", "--image", "a/b:1", "--print"],
    ["schedule", "--with", "github", "--package", "ccsetup==1", "--print"], ["schedule", "--with", "cron", "--print"],
)  # fmt: skip
HERE = (
    ["status"], ["status", "--json"], ["doctor", "--offline"], ["doctor", "--offline", "--json"], ["env", "b"],
    ["doctor", "--offline", "--format", "markdown"], ["doctor", "--offline", "--format", "junit"],
    ["apply", "b", "--scope", "project", "--dry-run"], ["apply", "b", "--scope", "local", "--yes"],
    ["apply", "--undo", "--scope", "local"], ["run", "b", "--", "true"], ["show", "b"],
    ["init", "x", "--from-settings"],
    ["show", FOLDER], ["explain", FOLDER], ["import", FOLDER], [FOLDER], ["env", "b", "--write", "x.env"],
    ["schedule", "--with", "github", "--package", FOLDER, "--print"], ["drift", "--merge", FOLDER],
    ["schedule", "--with", "cron", "--notify", f"tell '{FOLDER}'", "--print"], ["doctor", "--format", FOLDER],
    ["init", "y", "--surface", "bedrock", "--set", f"region={FOLDER}", "--yes"], ["edit", "b"],
)  # fmt: skip
RAW = ("env", "key")  # stdout is for a program; stderr is for a person


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def here(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A home with a profile of each cloud and one of the API; the lab lists hostile models beside the real ones."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    home.mkdir()
    key = next(login.secret for login in lab.world.anthropic.login)
    program = Warm(home, {**lab.environment(home), "LAB_KEY": key})
    program.init("k", "api-key", key="env:LAB_KEY", base_url=lab.url)
    program.init("b", "bedrock", **BEDROCK, **{"models.opus": "us.anthropic.claude-opus-4-8"})
    program.init("v", "vertex", **VERTEX)
    return program


@pytest.fixture
def hostile_listings(lab: Lab) -> Iterator[None]:
    world = lab.world
    more = tuple(
        Model(id=f"anthropic.claude-opus-6-{number}{text}", name=text, profiles=("us", "global"))
        for number, text in enumerate(HOSTILE)
    )
    named = tuple(msgspec.structs.replace(one, name=f"{one.name} {ALL}") for one in world.aws.model)
    lab.world = msgspec.structs.replace(world, aws=msgspec.structs.replace(world.aws, model=(*named, *more)))
    data = [
        {"type": "model", "id": f"claude-opus-6-{number}{text}", "display_name": text, "created_at": text}
        for number, text in enumerate(HOSTILE)
    ]
    listing = as_json({"data": data, "has_more": False, "first_id": None, "last_id": None})
    garden = [{"name": f"publishers/anthropic/models/claude-opus-6{text}", "versionId": text} for text in HOSTILE]
    lab.inject(
        Fault(Reply(listing), "anthropic", "ListModels"),
        Fault(Reply(as_json({"publisherModels": garden})), operation="ListPublisherModels"),
    )
    yield
    lab.clear_faults()
    lab.world = world


def checked(words: list[str], done: Done) -> None:
    assert unsafe(done.err) == [], words
    assert "internal error" not in done.err, (words, done.err)
    if words[0] in RAW:
        return
    assert unsafe(done.out, tabs=True) == [], words
    if done.out.strip():
        parsed(words, done.out)


def parsed(words: list[str], text: str) -> None:
    if "--json" in words or (words[0] == "policy" and not any("terraform" in word for word in words)):
        json.loads(text)
    elif "junit" in words:
        Xml.fromstring(text)
    elif words[0] == "policy":
        assert {*hcl2.loads(text)} <= {"data", "resource", "variable"}
    elif "kubernetes" in words:
        _, _, manifest = text.partition("\n")
        kinds = [one["kind"] for one in yaml.safe_load_all(manifest)]
        assert kinds == ["ServiceAccount", "ConfigMap", "CronJob"]
    elif "--dry-run" in words and words[0] == "init":
        tomllib.loads(text)


@pytest.mark.usefixtures("hostile_listings")
@pytest.mark.parametrize("words", MODELS, ids=" ".join)
def test_hostile_models_are_shown_as_text(here: Program, words: list[str]) -> None:
    checked(words, here.run(*words))


@pytest.mark.parametrize("words", examples(MODELS, *MODELS[8:10], ["models", "k"], ["quota", "b"]), ids=" ".join)
def test_hostile_messages_are_shown_as_text(here: Program, lab: Lab, words: list[str]) -> None:
    lab.inject(Fault(Error(403, "AccessDeniedException", ALL, {"reason": ALL, "service": ALL, "consumer": ALL})))
    try:
        checked(words, here.run(*words))
    finally:
        lab.clear_faults()


def profile_text(text: str) -> str:
    """A Bedrock profile whose every value holds `text`, but those that have a form."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "\n".join(
        (
            f'schema = 1\nsurface = "bedrock"\n[set]\naws_profile = {quoted}\nregion = "us-east-1"',
            f"[models]\nopus = {quoted}\nsonnet = {json.dumps('us.anthropic.claude-sonnet-5-5')}",
            f"[env]\nSOME_NAME = {quoted}\nCLAUDE_CODE_MAX_OUTPUT_TOKENS = {quoted}\n[expect]\naccount = {quoted}\n",
        )
    )


@pytest.fixture(scope="module")
def holding(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A home whose profiles hold hostile values, in a repository of a hostile name; half of them are imported."""
    home = tmp_path_factory.mktemp("holding") / "home"
    (home / ".git").mkdir(parents=True)
    program = Warm(home, {**lab.environment(home), "AWS_EC2_METADATA_DISABLED": "true"})
    program.profiles.mkdir(parents=True)
    for number, text in enumerate((*TOML, "\n".join(TOML))):
        (program.profiles / f"p{number}.toml").write_text(profile_text(text))
    return program


@pytest.mark.parametrize("words", PROFILES, ids=" ".join)
def test_hostile_profiles_are_shown_as_text(holding: Program, words: list[str]) -> None:
    given = [word.replace("{}", f"p{len(TOML)}") for word in words]
    checked(given, holding.run(*given))


@pytest.mark.thorough
@pytest.mark.parametrize("words", [words for words in PROFILES if "{}" in words], ids=" ".join)
def test_each_hostile_profile_is_shown_as_text(holding: Program, words: list[str]) -> None:
    for number in range(len(TOML)):
        given = [word.replace("{}", f"p{number}") for word in words]
        checked(given, holding.run(*given))


@pytest.mark.thorough
def test_hostile_bundle_is_imported_as_text(here: Program, tmp_path: Path) -> None:
    for number, text in enumerate(("\n".join(TOML), *TOML)):
        _, *tables = profile_text(text).split("\n[")
        body = "\n".join(f"[profiles.i{number}.{table}" for table in tables)
        file = tmp_path / "bundle.toml"
        file.write_text(f'schema = 1\n[profiles.i{number}]\nschema = 1\nsurface = "bedrock"\n{body}')
        for words in (
            ["import", str(file)],
            ["trust", f"i{number}"],
            ["doctor", f"i{number}"],
            ["drift", f"i{number}"],
        ):
            checked(words, here.run(*words))


def test_exported_profiles_keep_their_characters(holding: Program) -> None:
    shown = holding.ok("export", *(f"p{number}" for number in range(len(TOML)))).out
    profiles = tomllib.loads(shown)["profiles"]
    assert [profiles[f"p{number}"]["set"]["aws_profile"] for number in range(len(TOML))] == [*TOML]


@pytest.fixture(scope="module")
def folder(here: Program) -> Path:
    """A project of a hostile name with hostile settings."""
    found = here.home / FOLDER.replace("/", "_")
    (found / ".claude").mkdir(parents=True)
    (found / ".git").mkdir()
    env = {f"ANTHROPIC_DEFAULT_OPUS_MODEL{text}": text for text in HOSTILE}
    env |= {"ANTHROPIC_MODEL": ALL, "AWS_PROFILE": ALL, "AWS_REGION": ALL, "CLAUDE_CODE_USE_BEDROCK": "1"}
    (found / ".claude" / "settings.json").write_text(json.dumps({"env": env, "model": ALL, "awsAuthRefresh": ALL}))
    return found


@pytest.mark.parametrize("words", HERE, ids=lambda words: ascii(" ".join(words)))
def test_hostile_folders_and_settings_are_shown_as_text(here: Program, folder: Path, words: list[str]) -> None:
    checked(words, here.run(*words, cwd=folder, environment={"EDITOR": "false", "AWS_PROFILE": ALL.replace("\0", "")}))


def test_webhook_is_posted_no_raw_characters(here: Program, lab: Lab, hostile_listings: None, tmp_path: Path) -> None:
    posted = tmp_path / "posted"
    here.init("w", "bedrock", **BEDROCK, **{"models.opus": "us.anthropic.claude-opus-4"})
    assert here.run("drift", "w", "b", "--notify", f"tee {posted}").code == 1
    shown = posted.read_text()
    assert unsafe(shown) == []
    assert json.loads(shown)["profiles"]


@pytest.mark.thorough
def test_questions_of_the_wizard_hide_nothing(lab: Lab, program: Program, hostile_listings: None) -> None:
    """A real terminal: what the screen library writes itself is known, and none of it is from outside."""
    variables = {**lab.environment(program.home), "HOME": str(program.home)}
    file = program.home / ".aws" / "credentials"  # Claude Code takes any name in this file
    (program.home / ".claude" / ".credentials.json").unlink()
    file.write_text(
        f"{file.read_text()}\n[evil\x1b]52,c,QQ==\x07\u202e\u2066x]\naws_access_key_id = AKIA\x1b[5mu\x9b3m\n"
        "aws_secret_access_key = x\n"
    )
    cold = Program(program.home, variables)
    run = start(cold, "init", "w", "--surface", "bedrock", environment={"AWS_PROFILE": "my-prod"})
    run.takes("AWS credentials").takes("AWS region").takes("be served?").takes("changes it)", DOWN)
    run.sees("us.anthropic.claude-opus-6", "active").does(CTRL_C)
    run.ends()
    assert "\\u202e" in run.seen
    for raw in ("\x1b]", "\x1bP", "\x1b[5m", "##[", *"\x07\x9b\x90\u202e\u2066\u2028\u200b\u3164\U000e0041"):
        assert raw not in run.seen, ascii(raw)
