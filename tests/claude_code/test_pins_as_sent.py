"""Commands judge the id that Claude Code sends for a pin, and not the pin as it is written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.lab import Lab
from tests.support.model_table_client import write_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm

SENT = "us.anthropic.claude-opus-5-5"
OTHERS = "arn:aws:bedrock:us-east-1:999999999999:"
SPELLINGS = examples(("claude-opus-5-5", "Claude-Opus-5-5[1M]", "claude-opus-5-5 "), "claude-opus-5-5")


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Program:
    home, programs = tmp_path / "home", tmp_path / "bin"
    for folder in (home, programs / "claude-code" / "2.1.332"):
        folder.mkdir(parents=True)
    client = write_client(programs / "claude-code" / "2.1.332")
    client.chmod(0o700)
    environment = lab.environment(home)
    return Warm(home, {**environment, "PATH": f"{client.parent}:/usr/bin:/bin"})


def saved(here: Program, pin: str, *flags: str) -> None:
    here.init("b", "bedrock", *flags, **{"aws_profile": "my-prod", "region": "us-east-1", "models.opus": pin})


def document(here: Program, *words: str) -> Any:  # noqa: ANN401 - a document of any form
    return json.loads(here.run(*words, "--json").out)


@pytest.mark.parametrize("pin", SPELLINGS)
def test_anthropics_own_id_is_followed_everywhere(here: Program, lab: Lab, pin: str) -> None:
    saved(here, pin)
    listed = document(here, "models", "b")["models"]
    assert [one["id"] for one in listed if one["pinned"]] == [SENT]
    drifted = document(here, "drift", "b")["profiles"][0]["findings"]
    assert not [one for one in drifted if one["check"] in ("model-gone", "model-renamed")]
    assert SENT in {limit["model"] for limit in document(here, "quota", "b")["limits"]}
    assert "not listed" not in here.run("models", "b").err


@pytest.mark.parametrize(("region", "sent"), [("ap-northeast-1", "jp"), ("ap-southeast-2", "au")])
def test_anthropics_own_id_means_what_the_region_lists(here: Program, region: str, sent: str) -> None:
    """Claude Code's own prefix there is `apac.`, which is not listed; it takes the listed one."""
    done = here.run(
        "init", "b", "--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", f"region={region}",
        "--set", "models.opus=claude-opus-4-8", "--yes",
    )  # fmt: skip
    assert done.code == 0, done.err
    listed = document(here, "models", "b")["models"]
    assert f"{sent}.anthropic.claude-opus-4-8" in [one["id"] for one in listed if one["pinned"]]
    assert f"{sent}.anthropic.claude-opus-4-8" in here.ok("policy", "b").out
    drifted = document(here, "drift", "b")["profiles"][0]["findings"]
    assert not [one for one in drifted if one["check"] in ("model-gone", "model-renamed")]
    examined = document(here, "doctor", "b")["profiles"][0]
    assert not [one["check"] for one in examined["findings"] if one["severity"] == "error"]
    tried = document(here, "doctor", "b", "--live")["profiles"][0]["findings"]  # the host is not reached here
    assert f"{sent}.anthropic.claude-opus-4-8" in {one["facts"].get("model") for one in tried}
    for words in (("quota", "b"), ("quota", "b", "--json")):
        assert "apac." not in here.run(*words).out
    id_ = f"{sent}.anthropic.claude-opus-4-8"
    priced = document(here, "prices", "b")
    assert id_ in {one["model"] for one in (*priced["models"], *priced["unpriced"])}
    assert document(here, "prices", "b", "--offline")["models"] == priced["models"]
    scoped = {one["id"]: one for one in document(here, "scope", "b")["models"]}
    assert scoped[id_]["pinned"] is True
    assert not [one for one in scoped if one.startswith("apac.")]
    assert "never read" not in here.run("drift", "b").out


@pytest.mark.parametrize(
    "pin", [SENT, f"{SENT}[1m]", f"{SENT}[1M]", f"{SENT} ", "opus", "sonnet[1m]", "best", "opusplan"]
)
def test_models_has_nothing_to_say_of_a_listed_id_or_an_alias(here: Program, lab: Lab, pin: str) -> None:
    saved(here, pin)
    done = here.ok("models", "b")
    assert "opus: " not in done.err
    assert f"*→  opus    {SENT}" in done.out or SENT not in pin


@pytest.mark.parametrize("pin", SPELLINGS)
@pytest.mark.parametrize("offline", [(), ("--offline",)], ids=["online", "offline"])
def test_policy_grants_what_is_sent(here: Program, pin: str, offline: tuple[str, ...]) -> None:
    saved(here, SENT)
    wanted = here.run("policy", "b").out
    assert SENT in wanted
    saved(here, pin, "--force")
    done = here.run("policy", "b", *offline)
    assert (done.code, done.out) == (0, wanted), done.err


@pytest.mark.parametrize("pin", SPELLINGS)
def test_scope_is_about_what_is_sent(here: Program, pin: str) -> None:
    saved(here, pin)
    models = {one["id"]: one["pinned"] for one in document(here, "scope", "b")["models"]}
    assert models[SENT] is True
    assert "claude-opus-5-5" not in models


@pytest.mark.parametrize("pin", SPELLINGS)
def test_choose_prices_what_is_sent(here: Program, pin: str) -> None:
    saved(here, pin)
    options = document(here, "choose", "--model", "claude-opus-5-5")["options"]
    assert SENT in {one["model"] for one in options if one["profile"] == "b"}


def test_init_verifies_anthropics_own_id(here: Program) -> None:
    pins = ("--set", "models.opus=claude-opus-5-5")
    place = ("--set", "aws_profile=my-prod", "--set", "region=us-east-1")
    done = here.run("init", "b", "--surface", "bedrock", *place, *pins, "--yes")
    assert done.code == 0, done.err
    assert re.search(r"models\.opus +claude-opus-5-5\n", here.run("show", "b").out)


def test_undated_id_that_claude_code_sends_as_it_stands_is_named(here: Program) -> None:
    saved(here, "claude-haiku-4-5")
    assert "claude-haiku-4-5 is not listed" in here.run("models", "b").err
    assert document(here, "drift", "b")["profiles"][0]["findings"][0]["check"] in ("model-gone", "model-renamed")


@pytest.mark.parametrize(
    ("arn", "root"),
    examples(
        (
            (OTHERS + "inference-profile/us.anthropic.claude-opus-5-5", "account 999999999999"),
            (OTHERS + "application-inference-profile/2kbsta0lwebx", "account 999999999999"),
            ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-5-5", "eu-west-1"),
            ("arn:aws-cn:bedrock:us-east-1:123456789012:provisioned-model/2kbsta0lwebx", "partition aws-cn"),
        )
    ),
)  # fmt: skip
def test_arn_of_elsewhere_says_what_differs(here: Program, arn: str, root: str) -> None:
    saved(here, arn)
    report = document(here, "doctor", "b")["profiles"][0]
    found = next(one for one in report["findings"] if one["check"] == "bedrock-arn-elsewhere")
    assert found["facts"]["found"] == root
    assert root in found["title"]
    assert not [one for one in report["findings"] if one["check"] == "bedrock-prefix-mismatch"]
