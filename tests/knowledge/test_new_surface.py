"""A surface is one file: a company's gateway, added to a copy of the product, works in every command."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import NOWHERE, SYSTEM_PATH, Program

ROOT = Path(__file__).parents[2]
COMPANY = """
title  = "Company gateway"
bills  = "the company"
source = "https://intranet.example.test/claude"
seen   = 2026-11-27
client = "2.1.330"

lists  = "anthropic"
signs  = "key"
faults = "gateway"
pins   = true
certificates = ["SSL_CERT_FILE"]

[own]
ambient = "none: the gateway needs a token"

[wire]
provider = "anthropic"

[wizard]
needs = ["token"]

[env.owns]
COMPANY_GATEWAY = { fixed = "1" }
COMPANY_GATEWAY_URL = { ask = "base_url" }
COMPANY_TEAM = { ask = "team" }
COMPANY_TOKEN = { ask = "token", sent = ["bearer"] }
ANTHROPIC_BASE_URL = { ask = "base_url" }
ANTHROPIC_AUTH_TOKEN = { ask = "token", sent = ["bearer"] }

[[ask]]
name = "base_url"
text = "Base URL of the company's gateway"
like = '^https?://\\S+$'
required = true

[[ask]]
name = "team"
text = "Team that is charged"
like = '^[a-z]+$'
required = true

[[ask]]
name = "token"
text = "Token of the company's gateway"
secret = true
"""


@dataclass(frozen=True)
class Copied(Program):
    """The program of a copy of the product, laid out as in a wheel."""

    tree: Path = ROOT

    def ended(
        self, arguments: tuple[str, ...], stdin: str | None, cwd: Path, environment: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        assert stdin is None
        done = subprocess.run(
            [sys.executable, "-m", "ccsetup", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd,
            env={**environment, "PYTHONPATH": str(self.tree)},
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    package = folder / "ccsetup"
    shutil.copytree(ROOT / "ccsetup", package, ignore=shutil.ignore_patterns("__pycache__", "_content"))
    for content in ("profiles", "checks"):
        shutil.copytree(ROOT / content, package / "_content" / content)
    (package / "_content" / "profiles" / "company.toml").write_text(COMPANY)
    return folder


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def company(tmp_path: Path, tree: Path, lab: Lab) -> Copied:
    """A home with the profile `work`, verified against the lab."""
    variables = {**lab.environment(tmp_path), "WORK_TOKEN": lab.world.anthropic.login[0].secret}
    program = Copied(tmp_path, {**variables, "HTTPS_PROXY": NOWHERE, "PATH": SYSTEM_PATH}, tree)
    made = program.run("init", "work", *given(lab, "WORK_TOKEN"))
    assert (made.code, "verified" in made.err) == (0, True), made.err
    return program


def given(lab: Lab, token: str) -> tuple[str, ...]:
    answers = (f"base_url={lab.tls_url}", "team=search", f"token=env:{token}")
    return ("--surface", "company", *(word for answer in answers for word in ("--set", answer)), "--yes")


def test_init_verifies_and_pins_as_the_file_says(company: Copied) -> None:
    profile = tomllib.loads((company.profiles / "work.toml").read_text())
    assert profile["surface"] == "company"
    assert {"opus", "sonnet", "haiku"} <= profile["models"].keys()


def test_environment_sets_its_variables_and_others_unset_them(company: Copied, lab: Lab) -> None:
    secret = lab.world.anthropic.login[0].secret
    change = json.loads(company.ok("env", "work", "--shell", "json").out)["env"]
    wanted = {
        "COMPANY_GATEWAY": "1",
        "COMPANY_GATEWAY_URL": lab.tls_url,
        "COMPANY_TEAM": "search",
        "COMPANY_TOKEN": secret,
        "ANTHROPIC_BASE_URL": lab.tls_url,
        "ANTHROPIC_AUTH_TOKEN": secret,
    }
    assert wanted.items() <= change.items()
    company.bedrock()
    other = json.loads(company.ok("env", "bedrock-prod", "--shell", "json").out)["env"]
    assert {name: other.get(name, "kept") for name in wanted} == dict.fromkeys(wanted)


@pytest.mark.thorough
def test_models_lists_what_its_api_lists(company: Copied) -> None:
    listing = json.loads(company.ok("models", "work", "--json").out)
    assert listing["surface"] == "company"
    assert "claude-opus-5-5" in {model["id"] for model in listing["models"]}


@pytest.mark.thorough
def test_doctor_examines_it_and_finds_nothing(company: Copied) -> None:
    report = json.loads(company.run("doctor", "work", "--json").out)
    (profile,) = report["profiles"]
    errors = [finding for finding in profile["findings"] if finding["severity"] == "error"]
    assert (errors, profile["surface"]) == ([], "company")
    assert "listing" in json.dumps(profile)


@pytest.mark.thorough
def test_rejected_token_is_explained_by_the_pages_of_its_kind(company: Copied, lab: Lab) -> None:
    company.extra["WORK_TOKEN"] = "unknown-token"  # type: ignore[index]
    done = company.run("doctor", "work", "--json")
    (profile,) = json.loads(done.out)["profiles"]
    assert "api-key-rejected" in {finding["check"] for finding in profile["findings"]}
    assert company.run("init", "other", *given(lab, "WORK_TOKEN")).code != 0


def test_choose_and_scope_say_what_its_file_leaves_open(company: Copied) -> None:
    options = json.loads(company.ok("choose", "--json", "--need", "invoice", "--need", "cloud=aws").out)["options"]
    (own,) = (one for one in options if one["profile"] == "work")
    assert (own["surface"], own["excluded_by"], own["differences"]) == ("company", None, [])
    assert {word.partition(":")[0] for word in own["unknown"]} >= {"invoice", "cloud"}
    scope = json.loads(company.run("scope", "work", "--json").out)
    assert (scope["terms"], len(scope["ask"]) >= 3) == ([], True)
    assert all(model["served_by"]["because"] for model in scope["models"])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ("choose", (0,)),
        ("choose --need residency=eu --need no-anthropic-egress --need newest", (0,)),
        ("scope work", (0,)),
        ("prices work --json", (1,)),
        ("quota work --json", (2,)),
        ("cost --json", (3,)),
        ("drift --json", (0, 1)),
        ("report --json", (0,)),
    ],
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_every_command_about_money_and_teams_takes_it(company: Copied, command: str, codes: tuple[int, ...]) -> None:
    done = company.run(*command.split())
    assert done.code in codes, done.err
    assert not re.search("Traceback|internal error|KeyError", done.out + done.err)


@pytest.mark.thorough
def test_own_host_without_more_words_is_unknown_and_gets_no_false_name(company: Copied) -> None:
    """A surface with a host of its own, no operator, no prices and no [choose]."""
    text = (ROOT / "profiles" / "foundry.toml").read_text()
    text = re.sub(r"^\[choose\].*?(?=^\[\[)", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(operator|prices) .*$", "", text, flags=re.MULTILINE).replace('"azure"', '"key"')
    other = company.tree / "ccsetup" / "_content" / "profiles" / "other.toml"
    other.write_text(text)
    try:
        profile = 'schema = 1\nsurface = "other"\n[set]\nresource = "acme"\n[models]\nopus = "claude-opus-5-5"\n'
        (company.profiles / "o.toml").write_text(profile)
        options = json.loads(company.ok("choose", "--json", "--need", "no-anthropic-egress").out)["options"]
        (own,) = (one for one in options if one["profile"] == "o")
        assert own["excluded_by"] is None
        scope = json.loads(company.run("scope", "o", "--json").out)
        assert "gateway" not in scope["models"][0]["served_by"]["because"]
        assert "no request shows" in scope["residency"]["because"]
    finally:
        other.unlink()
