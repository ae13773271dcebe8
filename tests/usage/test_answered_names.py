"""Clouds answer with a bare model name, and bill the id that was asked for."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ccsetup.usage.bills import Bills, Payer
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.models import billed_model, pinned_as
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from tests.cli.test_cost import SINCE
from tests.support.priced_work import by_hand
from tests.support.priced_world import HAIKU, OLD, OPUS, bedrock, here, lab, running
from tests.support.program import Program
from tests.support.transcripts import answer, measured, read, total, write

__all__ = ["here", "lab", "running"]  # fixtures
BARE, TOKENS = "claude-opus-5-5", (3, 500, 0, 9_000, 40)
ARN = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcdef012345"


@pytest.mark.parametrize(
    ("id_", "answered", "requested", "billed"),
    [
        ("msg_bdrk_1", BARE, OPUS, OPUS),
        ("msg_bdrk_1", BARE, f"{OPUS}[1m]", OPUS),
        ("msg_bdrk_1", BARE, ARN, ARN),
        ("msg_bdrk_1", "claude-haiku-4-5-20251001", OLD, OLD),
        ("msg_vrtx_1", "claude-haiku-4-5-20251001", "claude-haiku-4-5@20251001", "claude-haiku-4-5@20251001"),
        ("msg_bdrk_1", BARE, HAIKU, BARE),  # another model answered
        ("msg_bdrk_1", OPUS, BARE, OPUS),
        ("msg_bdrk_1", BARE, None, BARE),
        ("msg_1", BARE, OPUS, BARE),  # a gateway's
        ("msg_1", BARE, "opus", BARE),
    ],
)
def test_cloud_bills_the_id_that_was_asked_for(id_: str, answered: str, requested: str | None, billed: str) -> None:
    assert billed_model(id_, answered, requested) == billed


def test_bare_name_is_the_only_pin_of_its_model() -> None:
    assert pinned_as(BARE, {OPUS, HAIKU}) == OPUS
    assert pinned_as(BARE, {f"{OPUS}[1m]", OPUS}) == OPUS
    assert pinned_as(BARE, {OPUS, "global.anthropic.claude-opus-5-5"}) == BARE
    assert pinned_as(BARE, {HAIKU}) == BARE
    assert pinned_as("claude-opus-5", {OPUS}) == "claude-opus-5"
    assert pinned_as("eu.anthropic.claude-opus-5-5", {OPUS}) == "eu.anthropic.claude-opus-5-5"
    assert pinned_as("anthropic.claude-opus-5-5", {OPUS}) == "anthropic.claude-opus-5-5"
    assert pinned_as("claude-opus-5-5-20260922", {BARE}) == "claude-opus-5-5-20260922"
    assert pinned_as("claude-haiku-4-5-20251001", {"claude-haiku-4-5@20251001"}) == "claude-haiku-4-5@20251001"
    assert pinned_as("claude-haiku-4-5@20251001", {"claude-haiku-4-5-20251001"}) == "claude-haiku-4-5-20251001"
    assert pinned_as("our-model", {"our-model", OPUS}) == "our-model"


@pytest.mark.parametrize("requested", [OPUS, ARN])
def test_rows_join_the_clients_total(tmp_path: Path, requested: str) -> None:
    """A fork's too, whose total begins with its parent's."""
    row = answer("msg_bdrk_1", 10, TOKENS, model=BARE, requestedModel=requested)
    copied = {**row, "sessionId": "s2", "requestSessionId": "s1"}
    own = answer("msg_bdrk_2", 30, TOKENS, session="s2", model=BARE, requestedModel=requested)
    once, twice = (tuple(count * times + 7 for count in TOKENS) for times in (1, 2))
    write(tmp_path, "s1", row, total({requested: once}, end=20))
    write(tmp_path, "s2", copied, own, total({requested: twice}, session="s2", start=25, end=40))
    ledger = Ledger()
    read(ledger, tmp_path)
    assert measured(ledger) == {requested: twice}


def test_older_clients_bare_names_have_the_pins_price(here: Program) -> None:
    bedrock(here, OPUS)
    here.ok("prices", "b")
    write(here.home / ".claude", "s1", answer("msg_bdrk_1", 10, TOKENS, model=BARE, version="2.1.241"))
    found = json.loads(here.ok("cost", *SINCE, "--json").out)
    [profile], [model] = found["profiles"], found["profiles"][0]["models"]
    assert (profile["profile"], model["model"], model["pinned"]) == ("b", OPUS, True)
    assert Decimal(profile["cost"]["amount"]) == by_hand({OPUS: TOKENS})
    assert profile["cost"]["unpriced"] == []
    assert json.loads(here.ok("prices", "b", "--json").out)["unpriced"] == []


def test_pin_answered_under_a_bare_name_is_one_model(tmp_path: Path) -> None:
    """Mantle's message ids show no cloud, so that only the pin tells which model it was."""
    pin, ledger = "anthropic.claude-opus-5-5", Ledger()
    row = answer("msg_1", 10, TOKENS, model=BARE, requestedModel=pin)
    write(tmp_path, "s1", row, total({pin: tuple(count + 7 for count in TOKENS)}, end=20))
    read(ledger, tmp_path)
    payer = Payer("m", "mantle", "us-east-1", str(tmp_path), own=True, pins=frozenset({pin}))
    [account] = summarize(ledger, measure(ledger), Bills(ledger, (payer,)), 0).accounts
    assert {(key.model, key.requested) for key in account.cells} == {(pin, "")}


def test_pin_that_is_sent_as_another_id_has_that_ones_price(here: Program) -> None:
    pin, tokens = "claude-haiku-4-5-20251001", (1_000_000, 0, 0, 0, 0)
    here.init("v", "vertex", project="acme-ml", location="us", **{"models.haiku": pin})
    here.run("prices", "v")
    for number, model in enumerate((pin, "claude-haiku-4-5@20251001")):
        write(here.home / ".claude", f"s{number}", answer(f"msg_vrtx_{number}", 10, tokens, model=model))
    [profile] = json.loads(here.ok("cost", *SINCE, "--json").out)["profiles"]
    assert (profile["profile"], profile["cost"]["unpriced"]) == ("v", [])
    assert profile["cost"]["amount"] is not None
    assert [one["model"] for one in json.loads(here.run("prices", "v", "--json").out)["models"]] == [pin]
