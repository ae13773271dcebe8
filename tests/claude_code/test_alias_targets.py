"""What an unpinned tier asks for: by the installed client, by ccsetup's own table where none is, and never by guess."""

import json
import os
from pathlib import Path

import pytest

from ccsetup.claude_code import installation
from ccsetup.claude_code.alias_targets import AliasTarget, ClientModels
from ccsetup.claude_code.facts.kept import installed_facts
from ccsetup.claude_code.installation import Client
from ccsetup.knowledge import surfaces
from ccsetup.profile.environment import EnvironmentChange
from tests.support.bun_file import bun_file, install
from tests.support.client_runner import CLIENTS, require_client
from tests.support.program import EXECUTABLE, SYSTEM_PATH, Done
from tests.support.warm import Warm

KNOWN = surfaces.load_surfaces()
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1"}
PREFIX = "ANTHROPIC_BEDROCK_REGION_PREFIX"
IDS = {"opus": "us.anthropic.claude-opus-9", "sonnet": "us.anthropic.claude-sonnet-8-20270101-v1:0"}
REGISTRY = (
    "var o={CLAUDE_CODE_USE_BEDROCK:()=>x,ANTHROPIC_BEDROCK_REGION_PREFIX:()=>y};"
    'var x=H.bool(),y=H.enum(["us","eu","apac","mars"]);'
)


def opus(values: dict[str, str], place: str, client: Client | None, cache: Path) -> AliasTarget:
    return ClientModels(values, place, client, KNOWN, cache).alias_targets()["opus"]


@pytest.mark.parametrize("name", KNOWN.surfaces)
def test_without_a_client_our_own_table_counts_and_says_so(name: str, tmp_path: Path) -> None:
    surface = KNOWN.surfaces[name]
    values = {surface.flag: "1"} if surface.flag else {}
    found = ClientModels(values, "us-east-1", None, KNOWN, tmp_path).alias_targets()
    assert {tier: target.id for tier, target in found.items()} == surface.aliases
    assert {target.origin for target in found.values()} == {"release"}
    assert "ccsetup's own table" in found["opus"].words


def test_the_cloud_gateway_of_claude_apps_is_not_ours_to_tell(tmp_path: Path) -> None:
    values = {"CLAUDE_CODE_USE_GATEWAY": "1", "ANTHROPIC_BASE_URL": "https://g", "ANTHROPIC_AUTH_TOKEN": "t"}
    assert opus(values, "", None, tmp_path).origin == "unknown"


@pytest.mark.parametrize(
    ("region", "chosen", "prefix"),
    [
        ("us-east-1", "", "us"),
        ("eu-west-1", "", "eu"),
        ("ap-south-1", "", "apac"),
        ("ca-central-1", "", "global"),
        ("sa-east-1", "", "global"),
        ("us-gov-west-1", "", "us-gov"),
        ("us-gov-west-1", "eu", "us-gov"),
        ("us-east-1", "jp", "jp"),
        ("ap-south-1", "in", "apac"),
        ("ca-central-1", "ca", "global"),
        ("us-east-1", "xx", "us"),
        ("us-east-1", "us-gov", "us"),
        ("", "", "global"),
    ],
)
def test_prefix_of_an_id_is_by_region_unless_claude_code_takes_the_chosen_one(
    tmp_path: Path, region: str, chosen: str, prefix: str
) -> None:
    """As seen on 2.1.332."""
    assert opus({**BEDROCK, PREFIX: chosen}, region, None, tmp_path).id == f"{prefix}.anthropic.claude-opus-5-5"


def test_the_installed_client_decides_and_not_our_table(tmp_path: Path) -> None:
    client = Client(install(tmp_path, "2.9.1", more=REGISTRY, **IDS), "2.9.1")
    found = ClientModels(BEDROCK, "eu-west-1", client, KNOWN, tmp_path / "cache").alias_targets()
    assert found["opus"] == AliasTarget("eu.anthropic.claude-opus-9", "client", "Claude Code 2.9.1")
    assert found["sonnet"].id == "eu.anthropic.claude-sonnet-8-20270101-v1:0"
    assert found["haiku"] == AliasTarget(None, "unknown", "Claude Code 2.9.1"), "it has none, and ours is not lent"
    vertex = ClientModels({"CLAUDE_CODE_USE_VERTEX": "1"}, "global", client, KNOWN, tmp_path / "cache").alias_targets()
    assert {target.origin for target in vertex.values()} == {"unknown"}
    assert not (tmp_path / "cache").exists(), "a quick look keeps nothing"
    installed_facts(client.code, client.version, tmp_path / "cache")
    assert (
        opus({**BEDROCK, PREFIX: "mars"}, "eu-west-1", client, tmp_path / "cache").id == "mars.anthropic.claude-opus-9"
    )


def test_an_alias_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    code = tmp_path / "claude"
    code.write_bytes(bun_file({"a.js": "ANTHROPIC_API_KEY;var t={latest_per_family:{},aliases:read()}"}))
    found = opus({}, "", Client(code, "2.9.9"), tmp_path)
    assert found == AliasTarget(None, "unknown", "Claude Code 2.9.9")
    assert found.words == "not known for Claude Code 2.9.9"


@pytest.mark.client
def test_the_client_of_a_year_ago_is_not_given_todays_aliases(tmp_path: Path) -> None:
    client = Client(Path(os.path.realpath(require_client(CLIENTS["one-year"]))), "2.0.50")
    assert {target.origin for target in ClientModels({}, "", client, KNOWN, tmp_path).alias_targets().values()} == {
        "unknown"
    }


@pytest.fixture
def here(tmp_path: Path) -> Warm:
    home = tmp_path / "home"
    home.mkdir()
    return Warm(home, {"PATH": f"{home / 'bin'}:{EXECUTABLE.parent}:{SYSTEM_PATH}"})


def checks(done: Done) -> dict[str, dict[str, str]]:
    profile = json.loads(done.out)["profiles"][0]
    return {one["check"]: {"severity": one["severity"], **one["facts"]} for one in profile["findings"]}


def test_status_names_the_id_of_each_tier_and_who_says_so(here: Warm) -> None:
    install(here.home, "2.9.1", **IDS)
    here.init("b", "bedrock", aws_profile="my-prod", region="eu-west-1", **{"models.sonnet": "eu.anthropic.mine"})
    active = json.loads(here.ok("env", "b", "--shell", "json").out)["env"]
    environment = {name: value for name, value in active.items() if value is not None}
    done = here.run("status", "--json", environment=environment)
    document = json.loads(done.out)
    ours = "eu.anthropic.claude-opus-9"
    assert document["models"] == {
        "main": "eu.anthropic.mine",  # only Sonnet is pinned: Claude Code starts on it
        "opus": ours,
        "sonnet": "eu.anthropic.mine",
        "haiku": None,
        "fable": None,
    }
    assert document["aliases"] == {
        "opus": {"id": ours, "from": "client", "by": "Claude Code 2.9.1"},
        "haiku": {"id": None, "from": "unknown", "by": "Claude Code 2.9.1"},
        "fable": {"id": None, "from": "unknown", "by": "Claude Code 2.9.1"},
    }
    assert f"{ours} in Claude Code 2.9.1 (not pinned)" in here.run("status", environment=environment).out


def test_a_prefix_that_claude_code_ignores_is_named_with_where_models_go(here: Warm) -> None:
    install(here.home, "2.9.1", more=REGISTRY, **IDS)
    here.init("b", "bedrock", aws_profile="my-prod", region="ap-south-1", prefix="in")
    found = checks(here.run("doctor", "b", "--offline", "--json"))
    ignored = found["bedrock-prefix-ignored"]
    assert (ignored["severity"], ignored["prefix"], ignored["tiers"]) == ("warning", "in", "opus, sonnet")
    assert ignored["ids"] == "apac.anthropic.claude-opus-9, apac.anthropic.claude-sonnet-8-20270101-v1:0"
    assert found["variable-unknown-to-claude"]["variable"] == f"{PREFIX}=in"
    pins = {"models.opus": "in.anthropic.a", "models.sonnet": "in.anthropic.b", "models.haiku": "in.anthropic.c"}
    pins["models.fable"] = "in.anthropic.d"
    here.init("p", "bedrock", aws_profile="my-prod", region="ap-south-1", prefix="in", **pins)
    assert "bedrock-prefix-ignored" not in checks(here.run("doctor", "p", "--offline", "--json"))


def test_a_value_that_may_be_a_secret_is_not_repeated(tmp_path: Path) -> None:
    client = Client(install(tmp_path, "2.9.1", more=REGISTRY, **IDS), "2.9.1")
    secret = "sk-ant-api03-" + "x" * 40
    found = [*installation.unknown_variables(client, change(**{PREFIX: secret}), tmp_path / "cache")]
    assert [one.facts["variable"] for one in found] == [f"{PREFIX}=…"]
    assert [*installation.unknown_variables(client, change(**{PREFIX: " eu "}), tmp_path / "cache")] == []


def change(**values: str) -> EnvironmentChange:
    return EnvironmentChange("b", values, frozenset(), {})


def test_a_newer_client_that_says_the_same_is_no_news(here: Warm) -> None:
    aliases = KNOWN.surfaces["bedrock"].aliases
    here.init("b", "bedrock", aws_profile="my-prod", region="us-east-1")
    install(here.home, "2.9.1", **aliases)
    assert "facts-older-than-client" not in checks(here.run("doctor", "b", "--offline", "--json"))
    install(here.home, "2.9.2", **{**aliases, "sonnet": "us.anthropic.claude-sonnet-8"})
    news = checks(here.run("doctor", "b", "--offline", "--json"))["facts-older-than-client"]
    assert (news["severity"], news["differences"], news["version"]) == ("info", "sonnet", "2.9.2")
    install(here.home, "2.1.100", **{**aliases, "sonnet": "us.anthropic.claude-sonnet-3"})
    assert "facts-older-than-client" not in checks(here.run("doctor", "b", "--offline", "--json"))
