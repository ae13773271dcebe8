"""`trace`: what three versions of the real client do with every surface, and that the user's files are safe."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import surfaces
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.trace import trace
from tests.support.client_runner import CLIENTS, require_client
from tests.support.program import SYSTEM_PATH, Program
from tests.support.selection import examples
from tests.support.targets import FIRST, TARGETS

pytestmark = pytest.mark.client
PATIENT = ("--seconds", "60")  # several tests share a core
KNOWN_A_YEAR_AGO = ("api-key", "subscription", "bedrock", "bedrock-key", "vertex", "foundry", "gateway")
KNOWN_THREE_MONTHS_AGO = (*KNOWN_A_YEAR_AGO, "mantle", "bedrock-with-mantle", "claude-aws-key", "claude-gcp")
EXAMPLES = (("three-months", "mantle"), ("one-year", "bedrock"))
KNOWN = {"newest": tuple(TARGETS), "three-months": KNOWN_THREE_MONTHS_AGO, "one-year": KNOWN_A_YEAR_AGO}
TRIED = examples(
    ((age, name) for age, names in KNOWN.items() for name in names),
    *EXAMPLES,
)


def path_to(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join((*map(str, folders), SYSTEM_PATH))}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the variables of each version are kept, so that it is read once."""
    return tmp_path_factory.mktemp("cache")


def traced(program: Program, cache: Path, age: str = "newest", **more: str) -> tuple[int, dict[str, Any]]:
    client = require_client(CLIENTS[age])
    environment = {**path_to(client.parent), "XDG_CACHE_HOME": str(cache), **more}
    done = program.run("trace", "wanted", "--json", *PATIENT, cwd=program.home / "repo", environment=environment)
    assert done.code in (0, 1), done.err
    return done.code, json.loads(done.out)


def unknown(document: Mapping[str, Any]) -> set[str]:
    found = [one["facts"] for one in document["findings"] if one["check"] == "variable-unknown-to-claude"]
    return {facts["variable"] for facts in found}


@pytest.mark.parametrize(("age", "name"), TRIED)
def test_a_surface_that_the_version_knows_traces_as_declared(
    program: Program, cache: Path, age: str, name: str
) -> None:
    target = TARGETS[name]
    target.make(program)
    code, document = traced(program, cache, age)
    assert (document["differences"], document["verdict"], code) == ([], "as-declared", 0)
    calls = {request["role"]: request for request in document["requests"]}
    for role, tier in (("main", "opus"), ("background", "haiku")):
        if (age, name, role) == ("newest", "subscription", "background"):
            assert role not in calls  # seen: with a token alone this version fetches no pages
            continue
        seen = [calls[role][key] for key in ("host", "provider", "place", "project", "model")]
        assert seen == [target.host, target.provider, target.place, target.project, target.pins[tier]]
        assert calls[role]["auth"] == target.auths[0].kind
    assert age != "newest" or not unknown(document)


@pytest.mark.thorough
def test_what_a_plan_did_not_offer_then_is_seen_as_it_was(program: Program, cache: Path) -> None:
    """A year ago Pro had no Opus, and the client took Sonnet without a word."""
    TARGETS["login"].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, document["differences"]) == (1, ["model: claude-sonnet-5, declared claude-opus-4-8"])


@pytest.mark.parametrize(
    ("name", "variable"), [("mantle", "CLAUDE_CODE_USE_MANTLE"), ("claude-aws", "CLAUDE_CODE_USE_ANTHROPIC_AWS")]
)
def test_a_surface_that_the_version_does_not_know_differs_and_its_variable_is_named(
    program: Program, cache: Path, name: str, variable: str
) -> None:
    TARGETS[name].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, document["verdict"]) == (1, "differs")
    assert "no model was asked for" in document["differences"][0]
    assert variable in unknown(document)


@pytest.mark.thorough
def test_a_variable_that_the_version_does_not_know_is_reported_although_nothing_differs(
    program: Program, cache: Path
) -> None:
    TARGETS["bedrock"].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, "ANTHROPIC_BEDROCK_REGION_PREFIX" in unknown(document)) == (0, True)


EXPORT = 'echo \'{"Credentials":{"AccessKeyId":"ASIATHEIRS","SecretAccessKey":"s","SessionToken":"t"}}\''
HIJACKS: Mapping[str, tuple[str, str, Mapping[str, object], str]] = {
    "region": ("bedrock", ".claude/settings.json", {"env": {"AWS_REGION": "us-west-2"}}, "place: us-west-2, declared"),
    "provider": (
        "api-key",
        "repo/.claude/settings.json",
        {"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "my-prod"}},
        "provider: bedrock, declared anthropic",
    ),
    "provider without a project": (
        "api-key",
        ".claude/settings.json",
        {"env": {"CLAUDE_CODE_USE_VERTEX": "1"}},
        "provider: Google Vertex AI, declared Anthropic API",
    ),
    "model": (
        "bedrock",
        "repo/.claude/settings.local.json",
        {"env": {"ANTHROPIC_MODEL": "eu.anthropic.claude-fable-5"}},
        "model: eu.anthropic.claude-fable-5, declared eu.anthropic.claude-opus-4-8",
    ),
    "aws profile": (
        "bedrock",
        ".claude/settings.json",
        {"env": {"AWS_PROFILE": "other"}},
        "identity: AKIA…HER0, AWS profile other, declared AKIA…PROD, AWS profile my-prod",
    ),
    "key": (
        "login",
        ".claude-work/settings.json",
        {"env": {"ANTHROPIC_API_KEY": "sk-ant-api03-of-the-settings-file-9876"}},
        "identity: …9876, ANTHROPIC_API_KEY of",
    ),
    "token": (
        "login",
        "repo/.claude/settings.json",
        {"env": {"ANTHROPIC_AUTH_TOKEN": "token-of-the-settings-file-5432"}},
        "identity: …5432, ANTHROPIC_AUTH_TOKEN of",
    ),
    "helper": ("api-key", ".claude/settings.json", {"apiKeyHelper": "touch ran"}, "auth: bearer and x-api-key"),
    "gateway helper": (
        "gateway-key",
        ".claude/settings.json",
        {"apiKeyHelper": "touch ran"},
        "identity: apiKeyHelper of",
    ),
    "export": (
        "bedrock",
        ".claude/settings.json",
        {"awsCredentialExport": f"touch ran; {EXPORT}"},
        "identity: awsCredentialExport of",
    ),
    "credentials": (
        "vertex",
        ".claude/settings.json",
        {"env": {"GOOGLE_APPLICATION_CREDENTIALS": "{home}/other-adc.json"}},
        "identity: ",
    ),
    "address": (
        "gateway",
        ".claude/settings.json",
        {"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}},
        "host: 127.0.0.1, declared gateway.example.test",
    ),
}


@pytest.mark.parametrize("hijack", examples(HIJACKS, "provider", "helper"))
def test_one_line_left_in_a_settings_file_is_seen_and_named(program: Program, cache: Path, hijack: str) -> None:
    name, layer, content, line = HIJACKS[hijack]
    TARGETS[name].make(program)
    file = program.home / layer
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content).replace("{home}", str(program.home)))
    code, document = traced(program, cache)
    assert (code, document["verdict"]) == (1, "differs")
    assert any(line in difference for difference in document["differences"]), document["differences"]
    overridden = [one["facts"]["path"] for one in document["findings"] if one["check"] == "settings-override"]
    assert [path.removeprefix("~/") for path in overridden][:1] == [layer]
    assert not [*program.home.rglob("ran")], "a command of the user's was run"


@pytest.mark.thorough
def test_a_model_of_a_settings_file_is_a_difference_where_the_profile_names_none(program: Program, cache: Path) -> None:
    program.init("wanted", "api-key", key="env:NOT_SET_HERE")
    (program.home / "repo" / ".claude").mkdir(parents=True)
    file = program.home / "repo" / ".claude" / "settings.json"
    file.write_text(json.dumps({"env": {"ANTHROPIC_MODEL": "claude-sonnet-5"}}))
    code, document = traced(program, cache)
    assert code == 1
    assert document["differences"][0].startswith("model: claude-sonnet-5, by ANTHROPIC_MODEL of ~/repo/.claude/")


def test_users_own_settings_are_not_touched(program: Program, cache: Path) -> None:
    TARGETS["login"].make(program)
    (program.home / ".claude").mkdir()
    before = snapshot(program.home)
    assert traced(program, cache, TMPDIR=str(program.home))[0] == 0
    assert snapshot(program.home) == before


def snapshot(home: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in home.rglob("*") if ".local" not in path.parts)
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in files}


def test_without_a_client_it_says_how_to_install_one(program: Program) -> None:
    program.bedrock()
    done = program.run("trace", "bedrock-prod")
    assert done.code == 3
    assert "npm install -g @anthropic-ai/claude-code" in done.err


@pytest.mark.thorough
def test_unreadable_secret_is_replaced_by_a_placeholder(program: Program, cache: Path) -> None:
    program.init("wanted", "api-key", key="env:NOT_SET_HERE")
    (program.home / "repo").mkdir()
    code, document = traced(program, cache)
    assert (code, document["differences"]) == (0, [])


@pytest.mark.parametrize("layer", ["managed", "user"])
def test_managed_settings_that_lead_elsewhere_are_refused(layer: str) -> None:
    """They override what the traced client is given."""
    layers = (Layer(layer, Path("/etc/m.json"), {"HTTPS_PROXY": "http://p"}, {"env": {}, "hooks": {"Stop": []}}),)
    if layer == "user":
        trace.refuse_uncontained(layers, surfaces.load_surfaces())
        return
    with pytest.raises(UserError, match="HTTPS_PROXY, hooks") as why:
        trace.refuse_uncontained(layers, surfaces.load_surfaces())
    assert why.value.exit_code == UNAVAILABLE


def test_for_a_person_it_is_a_table_and_a_verdict(program: Program, cache: Path) -> None:
    TARGETS["bedrock"].make(program)
    environment = {**path_to(require_client().parent), "XDG_CACHE_HOME": str(cache)}
    done = program.run("trace", "wanted", *PATIENT, environment=environment)
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["REQUEST", "HOST", "PLACE", "PROJECT", "MODEL", "AUTH", "IDENTITY"]
    assert [row[0] for row in rows if row][1:4] == ["listing", "main", "background"]
    assert done.out.endswith(": matches the profile\n")
    assert "bedrock" in FIRST
