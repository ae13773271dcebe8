"""`ccsetup cost` in money: by the prices that `ccsetup prices` read from the lab's sellers, and by no others."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccsetup.lab.lab import Lab
from tests.cli.test_cost import SINCE, lay_out
from tests.support.priced_work import by_hand
from tests.support.priced_world import HAIKU, OPUS, bedrock, here, lab, running
from tests.support.program import Program
from tests.support.transcripts import answer, billed, write

__all__ = ["here", "lab", "running"]  # fixtures

PLAIN = "claude-opus-5-5"


def cost(here: Program, *words: str) -> Any:  # noqa: ANN401
    return json.loads(here.ok("cost", *SINCE, "--json", *words).out)


def dearer(lab: Lab) -> None:
    """Every price of Opus doubles."""
    models = {}
    for model, price in lab.world.price.items():
        usual = tuple(str(2 * Decimal(text)) for text in price.usual) if "Opus 5.5" in model else price.usual
        models[model] = msgspec.structs.replace(price, usual=usual)
    lab.world = msgspec.structs.replace(lab.world, price=models)


def test_amounts_are_by_the_accounts_rate_card(here: Program) -> None:
    bedrock(here, OPUS, HAIKU)
    lay_out(here.home, "surface-bedrock")
    before = cost(here)["profiles"][0]["cost"]
    assert (before["amount"], before["basis"], before["unpriced"]) == (None, "none", [OPUS])
    assert before["reasons"] == {OPUS: "its price was not read: ccsetup prices b"}
    here.ok("prices", "b")
    found = cost(here, "--by", "model")
    [profile] = found["profiles"]
    assert Decimal(profile["cost"]["amount"]) == by_hand(billed("surface-bedrock"))
    assert (profile["cost"]["currency"], profile["cost"]["basis"]) == ("USD", "rate-card")
    assert "agreement-offers" in profile["cost"]["source"]
    assert profile["cost"]["read_at"].startswith("20")
    assert [one["cost"]["amount"] for one in found["groups"]] == [profile["cost"]["amount"]]
    assert Decimal(profile["cache"]["misses"][0]["extra"]) == 12_347 * Decimal("5.28") / 1_000_000
    assert profile["cache"]["replay"]["5m"] == profile["cost"]["amount"]


def test_another_price_is_another_answer(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    lay_out(here.home, "surface-bedrock")
    here.ok("prices", "b")
    before = Decimal(cost(here)["profiles"][0]["cost"]["amount"])
    assert Decimal(cost(here)["profiles"][0]["cost"]["amount"]) == before
    dearer(lab)
    here.ok("prices", "b")
    assert Decimal(cost(here)["profiles"][0]["cost"]["amount"]) == 2 * before
    here.run("edit", "b", environment={"EDITOR": "sed -i s/us-east-1/us-west-2/"})
    assert cost(here)["profiles"][0]["cost"]["amount"] is None  # that region's was not read


def test_a_plan_has_an_equivalent_and_no_cost(here: Program) -> None:
    here.init("max", "subscription", plan="max-5x")
    model = "claude-sonnet-5-5"
    lay_out(here.home, "surface-subscription")
    before = cost(here)["profiles"][0]
    assert (before["cost"]["amount"], before["api_equivalent"]["unpriced"]) == (None, [model])
    here.run("prices", "max")
    found = cost(here)["profiles"][0]
    assert (found["cost"]["amount"], found["cost"]["basis"]) == (None, "none")
    assert found["api_equivalent"]["basis"] == "published"
    assert Decimal(found["api_equivalent"]["amount"]) > 0
    done = here.ok("cost", *SINCE)
    assert "the plan is flat" in done.err
    assert "invoice" not in done.out + done.err


def test_key_is_priced_by_the_published_page(here: Program) -> None:
    here.init("k", "api-key", key="env:LAB_KEY")
    here.ok("prices", "k")
    lay_out(here.home, "subagent-and-webfetch")
    [profile] = cost(here)["profiles"]
    assert profile["cost"]["basis"] == "published"
    assert profile["cost"]["unpriced"] == []
    assert Decimal(profile["unlogged_cost"]) > 0
    done = here.ok("cost", *SINCE)
    assert "this is not an invoice" in done.err
    assert "EXTRA USD" in done.out
    assert re.search(r"^cache writes \(5 min\) +\d", done.out, re.MULTILINE)


def test_work_that_no_profile_did_has_no_price_of_a_region(here: Program) -> None:
    bedrock(here, OPUS)
    here.ok("prices", "b")
    lay_out(here.home, "surface-vertex")
    [profile] = cost(here)["profiles"]
    assert profile["cost"]["reasons"][PLAIN].startswith("no profile says where it was used: create a profile with ")


def test_work_of_one_of_several_profiles_has_no_price_and_names_them(here: Program) -> None:
    for name in ("b", "other"):
        bedrock(here, OPUS, name=name)
        here.ok("prices", name)
    lay_out(here.home, "surface-bedrock")
    [profile] = cost(here)["profiles"]
    assert profile["profile"] is None
    assert profile["cost"]["reasons"][OPUS].startswith("which profile it was is not known (b, other): ")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":1}', b"\xff\x00"])
def test_damaged_cached_prices_are_ignored(here: Program, content: bytes) -> None:
    bedrock(here, OPUS)
    here.ok("prices", "b")
    lay_out(here.home, "surface-bedrock")
    for path in (here.home / ".local/state/ccsetup/prices").glob("*.json"):
        path.write_bytes(content)
    assert cost(here)["profiles"][0]["cost"]["unpriced"] == [OPUS]


def test_a_table_shows_what_is_known_and_says_what_is_not(here: Program, tmp_path: Path) -> None:
    bedrock(here, OPUS)
    here.ok("prices", "b")
    write(
        here.home / ".claude",
        "s1",
        answer("msg_bdrk_1", 1, (0, 0, 0, 0, 1_000_000), model=OPUS),
        answer("msg_bdrk_2", 2, (0, 0, 0, 0, 1_000), model=HAIKU),
    )
    done = here.ok("cost", *SINCE)
    assert "22.00+" in done.out
    assert f"no amount for {HAIKU}" in done.err
    assert "the account's rate card at us-east-1" in done.err


def test_models_that_were_used_but_not_pinned_are_priced_too(here: Program) -> None:
    bedrock(here, OPUS)
    unknown = "us.anthropic.claude-opus-9-9"
    write(
        here.home / ".claude",
        "s1",
        answer("msg_bdrk_1", 1, (0, 0, 0, 0, 1_000_000), model=OPUS),
        answer("msg_bdrk_2", 2, (0, 0, 0, 0, 1_000_000), model=HAIKU),
        answer("msg_bdrk_3", 3, (0, 0, 0, 0, 1_000), model=unknown),
    )
    before = cost(here)["profiles"][0]["cost"]["reasons"]
    assert set(before.values()) == {"its price was not read: ccsetup prices b"}
    done = here.ok("prices", "b")  # an unpriced model that is not pinned is no failure
    assert f"used, but not pinned: {HAIKU}, {unknown}" in done.err
    found = {one["model"]: one for one in json.loads(here.ok("prices", "b", "--json").out)["models"]}
    assert {model: (one["tier"], one["pinned"]) for model, one in found.items()} == {
        OPUS: ("opus", True),
        HAIKU: (None, False),
    }
    [profile] = cost(here)["profiles"]
    assert {one["model"]: one["cost"]["amount"] for one in profile["models"]} == {
        OPUS: "22.00",
        HAIKU: found[HAIKU]["prices"]["output"],
        unknown: None,
    }
    assert profile["cost"]["unpriced"] == [unknown]
    assert "was not read" not in profile["cost"]["reasons"][unknown]
    assert json.loads(here.ok("prices", "b", "--offline", "--json").out)["models"][1]["model"] == HAIKU


def test_another_profiles_models_are_not_asked_for(here: Program) -> None:
    bedrock(here, OPUS)
    here.init("k", "api-key", key="env:LAB_KEY")
    write(here.home / ".claude", "s1", answer("msg_bdrk_1", 1, (0, 0, 0, 0, 1), model=HAIKU))
    cost(here)
    assert "used, but not pinned" not in here.ok("prices", "k").err
    (here.home / ".local/state/ccsetup/usage/ledger").write_bytes(b"-")
    assert "used, but not pinned" not in here.ok("prices", "b").err
