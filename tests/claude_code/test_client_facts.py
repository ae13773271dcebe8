"""What is read in a client's program text: of the real ones, of every layout, and of other files."""

import datetime
import os
import random
from pathlib import Path

import pytest

from ccsetup.claude_code.facts import client_facts, kept
from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts, read_aliases, read_facts
from ccsetup.claude_code.facts.variables import Registered
from tests.support.bun_file import ASSET, HEADS, TRAILER, bun_file
from tests.support.client_runner import CLIENTS, require_client

MODELS = (
    'var t={"//":"by hand \\u2014 \\"x={\\" and \\x41",models:['
    '{id:"claude-haiku-4-5",provider_ids:{first_party:"claude-haiku-4-5-20251001",bedrock:"us.anthropic.haiku-v1:0",'
    'mantle:"anthropic.claude-haiku-4-5",vertex:void 0},vertex_region_env_var:"VERTEX_REGION_CLAUDE_HAIKU_4_5"},'
    '{id:"claude-sonnet-4-5",provider_ids:{first_party:"claude-sonnet-4-5-20250929",mantle:null,gateway:"g"},ok:!0}],'
    'aliases:{haiku:{default:"claude-haiku-4-5"},sonnet:{default:"claude-haiku-4-5",per_provider:'
    '{mantle:"claude-sonnet-4-5",first_party:"claude-sonnet-4-5"}}},best:"sonnet",'
    'latest_per_family:{haiku:"claude-haiku-4-5"},pricing:{small:1e5,other:0.25}};function f(){return{}}'
)
PROVIDERS = (
    'var a=["A_URL",...b],b=["ANTHROPIC_API_KEY"],s=new Set(["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST",...a,"X"]),'
    'p=["VERTEX_REGION_CLAUDE_"],q=["AWS_ENDPOINT_URL"];function u(e){return s.has(e)||p.some((r)=>e.startsWith(r))||'
    'q.some((r)=>e.startsWith(r))}function be(){return n.CLAUDE_CODE_USE_BEDROCK?"bedrock":'
    'n.CLAUDE_CODE_USE_ANTHROPIC_AWS?"anthropicAws":"firstParty"}'
)
REGISTRY = (
    "var o={CLAUDE_CODE_USE_BEDROCK:()=>x1,ANTHROPIC_BEDROCK_REGION_PREFIX:()=>$2,npm_config_proxy:()=>y,OTHER:()=>Z,"
    'CLAUDE_CODE_LIMIT:()=>l};var w=["us","eu"],x1=H.bool(),$2=H.enum(w),y=H.str(),Z=zod.str(),l=H.int({min:1,max:9});'
)
RETIREMENTS = (
    'var R={"claude-3-opus":{modelName:"Opus",retirementDates:{firstParty:"January 5, 2026",anthropicAws:null}}}'
)
MODULES = {"a.js": "var p=process.env.ANTHROPIC_MODEL", "models.js": MODELS, "providers.js": PROVIDERS} | {
    "registry.js": REGISTRY,
    "old.js": RETIREMENTS,
    "key.js": 'var k={id:"claude-code-release-signing-key",spkiBase64:"TUlJ"},z={id:"other",spkiBase64:"QUJD"}',
}
READ = ClientFacts(
    aliases={
        "bedrock": {"haiku": "us.anthropic.haiku-v1:0", "sonnet": "us.anthropic.haiku-v1:0"},
        "first_party": {"haiku": "claude-haiku-4-5-20251001", "sonnet": "claude-sonnet-4-5-20250929"},
        "gateway": {"haiku": "claude-haiku-4-5-20251001", "sonnet": "claude-haiku-4-5-20251001"},
        "mantle": {"haiku": "anthropic.claude-haiku-4-5", "sonnet": "anthropic.claude-haiku-4-5"},
    },
    best="sonnet",
    catalogue_keys=("TUlJ",),
    managed=(
        *("ANTHROPIC_API_KEY", "AWS_ENDPOINT_URL*", "A_URL"),
        *("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "VERTEX_REGION_CLAUDE_*", "X"),
    ),
    models={
        "claude-haiku-4-5": {
            "bedrock": "us.anthropic.haiku-v1:0",
            "first_party": "claude-haiku-4-5-20251001",
            "gateway": "claude-haiku-4-5-20251001",
            "mantle": "anthropic.claude-haiku-4-5",
        },
        "claude-sonnet-4-5": {"first_party": "claude-sonnet-4-5-20250929", "gateway": "g"},
    },
    names=(
        *("ANTHROPIC_API_KEY", "ANTHROPIC_BEDROCK_REGION_PREFIX", "ANTHROPIC_MODEL", "CLAUDE_CODE_LIMIT"),
        *("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "CLAUDE_CODE_USE_ANTHROPIC_AWS", "CLAUDE_CODE_USE_BEDROCK"),
    ),
    order=(("CLAUDE_CODE_USE_BEDROCK", "bedrock"), ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "anthropic_aws")),
    regions={"claude-haiku-4-5": "VERTEX_REGION_CLAUDE_HAIKU_4_5"},
    retirements={"claude-3-opus": {"first_party": datetime.date(2026, 1, 5)}},
    variables={
        "ANTHROPIC_BEDROCK_REGION_PREFIX": Registered("enum", ("us", "eu")),
        "CLAUDE_CODE_LIMIT": Registered("int", (), 1, 9),
        "CLAUDE_CODE_USE_BEDROCK": Registered("bool"),
        "npm_config_proxy": Registered("str"),
    },
)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.client
@pytest.mark.parametrize(
    ("age", "missing"),
    [
        ("newest", ()),
        ("three-months", ("catalogue_keys",)),
        ("one-year", ("aliases", "best", "catalogue_keys", "managed", "models", "retirements", "variables")),
    ],
)
def test_what_the_text_of_a_real_client_does_not_say_is_named(age: str, missing: tuple[str, ...]) -> None:
    facts = read_facts(Path(os.path.realpath(require_client(CLIENTS[age]))))
    assert facts.unreadable == missing
    assert [fact for fact in FACTS if not getattr(facts, fact)] == [*missing]
    assert {"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"} <= {variable for variable, _ in facts.order}
    assert "ANTHROPIC_API_KEY" in facts.names


@pytest.mark.client
def test_facts_of_the_pinned_client_are_plausible() -> None:
    path = Path(os.path.realpath(require_client()))
    facts = read_facts(path)
    assert {*facts.aliases["vertex"]} == {"fable", "haiku", "opus", "sonnet"}
    assert all(id_.startswith("us.anthropic.claude-") for id_ in facts.aliases["bedrock"].values())
    assert {"us", "eu", "global"} <= {*facts.variables["ANTHROPIC_BEDROCK_REGION_PREFIX"].values}
    assert {"AWS_ENDPOINT_URL*", "VERTEX_REGION_CLAUDE_*", "ANTHROPIC_API_KEY"} <= {*facts.managed}
    assert len(facts.variables) > 500
    table = read_aliases(path)
    assert table is not None
    assert (table.aliases, table.models, table.best) == (facts.aliases, facts.models, facts.best)


@pytest.mark.parametrize("padding", [32, 16])
@pytest.mark.parametrize("system", HEADS)
def test_every_layout_of_an_executable_gives_the_same_facts(tmp_path: Path, system: str, padding: int) -> None:
    tail = {"linux": b"\0" * 60_000, "macos": os.urandom(3 << 20), "windows": os.urandom(10_000)}[system]
    root = "B:/~BUN/root/" if system == "windows" else "/$bunfs/root/"
    content = bun_file(MODULES, head=HEADS[system], tail=tail, root=root, padding=padding)
    assert read_facts(written(tmp_path / "claude", content)) == READ


def test_a_plain_bundle_for_node_gives_the_same_facts(tmp_path: Path) -> None:
    text = "#!/usr/bin/env node\n" + ";".join(MODULES.values())
    assert read_facts(written(tmp_path / "cli.js", text.encode("latin-1"))) == READ


def test_an_asset_of_the_executable_is_not_program_text(tmp_path: Path) -> None:
    assert read_facts(written(tmp_path / "claude", bun_file(MODULES, loader=ASSET))).unreadable == FACTS


@pytest.mark.parametrize("fact", ["aliases", "managed", "order", "retirements", "variables", "catalogue_keys"])
def test_a_fact_of_another_form_is_unreadable_and_the_others_are_not(tmp_path: Path, fact: str) -> None:
    changes = {
        "aliases": ('"claude-haiku-4-5"}}', "computed()}}"),
        "managed": ('...a,"X"', '...a,...call(),"X"'),
        "order": ('?"bedrock":', "&&bedrock()||"),
        "retirements": ('"January 5, 2026"', '"soon"'),
        "variables": ("x1=H.bool()", "x1=read(true)"),
        "catalogue_keys": ("release-signing", "another"),
    }
    old, new = changes[fact]
    if fact == "aliases":
        old, new = 'sonnet:{default:"claude-haiku-4-5"', "sonnet:{default:computed()"
    modules = {name: text.replace(old, new) for name, text in MODULES.items()}
    assert modules != MODULES
    facts = read_facts(written(tmp_path / "claude", bun_file(modules)))
    gone = {"aliases": {"aliases", "best", "models", "regions"}}.get(fact, {fact})
    assert {*facts.unreadable} == gone
    assert all(getattr(facts, other) == getattr(READ, other) for other in {*FACTS} - gone - {"names"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF",
        b"\x7fELF" + TRAILER,
        b"\x7fELF" + b"\xff" * 32 + TRAILER,
        b"\x7fELF" + b"\0" * 32 + TRAILER,
        b"MZ" + os.urandom(4 << 20),
        os.urandom(4 << 20),
        b"#!/bin/sh\nexec /opt/claude\n",
        b"x={" * 100_000 + b"latest_per_family:{",
        b"[" * 200_000 + b'new Set(["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"' + b"," * 200_000,
        b'a=["CLAUDE_",...a];s=new Set(["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST",...a]);s.has(e)||a.some((r)=>e.x(r))',
    ],
)
def test_what_is_no_client_has_no_facts_and_no_traceback(tmp_path: Path, content: bytes) -> None:
    facts = read_facts(written(tmp_path / "claude", content))
    assert {*facts.unreadable} >= {*FACTS} - {"names"}
    assert read_aliases(tmp_path / "claude") is None


def test_a_damaged_executable_is_read_as_far_as_it_is_sound(tmp_path: Path) -> None:
    whole, chance = bun_file(MODULES), random.Random(14)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(max(len(whole) - 1200, 0), len(whole)) if chance.random() < 0.7 else 700
            damaged[at] = chance.randrange(256)
        facts = read_facts(written(tmp_path / "claude", bytes(damaged[: chance.choice([None, -1, -40, -400])])))
        assert all(bool(getattr(facts, fact)) != (fact in facts.unreadable) for fact in FACTS)


def test_a_folder_and_a_missing_file_have_no_facts(tmp_path: Path) -> None:
    assert read_facts(tmp_path).unreadable == FACTS
    assert read_facts(tmp_path / "nothing").unreadable == FACTS
    assert kept.installed_facts(tmp_path / "nothing", "1", tmp_path).unreadable == FACTS


def test_facts_are_read_again_when_file_version_or_reader_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "claude", bun_file(MODULES))
    assert kept.kept_facts(path, "1", tmp_path / "cache") is None
    assert kept.installed_facts(path, "1", tmp_path / "cache") == READ
    assert kept.kept_facts(path, "1", tmp_path / "cache") == READ
    assert kept.kept_facts(path, "2", tmp_path / "cache") is None
    monkeypatch.setattr(kept, "_READER", -1)
    assert kept.kept_facts(path, "1", tmp_path / "cache") is None
    monkeypatch.undo()
    written(path, bun_file({"a.js": "ANTHROPIC_API_KEY"}))
    assert kept.installed_facts(path, "1", tmp_path / "cache").names == ("ANTHROPIC_API_KEY",)
    next((tmp_path / "cache" / "clients").iterdir()).write_bytes(b"{")
    assert kept.installed_facts(path, "1", tmp_path / "cache").names == ("ANTHROPIC_API_KEY",)


def test_every_fact_is_sorted() -> None:
    for fact in FACTS:
        value = getattr(READ, fact)
        if fact not in ("best", "order"):
            assert [*value] == sorted(value), fact
    assert client_facts.FACTS == FACTS
