"""`prices` of Bedrock against the lab: each source present, denied, absent; never a price that no seller said."""

import json

import pytest

from ccsetup.lab.fault import Fault, Flood, Reset
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import as_json, as_json_1x
from tests.support import price_documents as documents
from tests.support.price_documents import Document, changed
from tests.support.priced_world import (
    HAIKU,
    OLD,
    OPUS,
    SONNET,
    allow,
    asked,
    bedrock,
    by_model,
    here,
    lab,
    refused,
    replied,
    row,
    running,
)
from tests.support.program import Program

__all__ = ["here", "lab", "running"]  # fixtures

OWN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/2kbsta0lwebx"


def test_rate_card_of_the_account_comes_first(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    found = asked(here, 0, "b")
    assert (found["profile"], found["surface"], found["place"], found["unpriced"]) == ("b", "bedrock", "us-east-1", [])
    [opus] = found["models"]
    assert opus["prices"] == row("4.40", "22.00", "5.50", "8.80", "0.22")
    assert (opus["tier"], opus["pinned"], opus["scope"], opus["basis"]) == ("opus", True, "regional", "rate-card")
    assert (opus["above"], opus["published"], opus["disagrees"]) == (None, None, [])
    assert opus["source"].endswith("/list-foundation-model-agreement-offers/anthropic.claude-opus-5-5")
    assert not lab.requests_for("PriceListFile")


def test_specimen_of_the_offers_is_read_through_boto3(here: Program, lab: Lab) -> None:
    replied(lab, "ListFoundationModelAgreementOffers", as_json(documents.offers()))
    bedrock(here, "global.anthropic.claude-opus-5-5")
    [opus] = asked(here, 0, "b")["models"]
    assert (opus["scope"], opus["prices"]["read"], opus["prices"]["write_1h"]) == ("global", "0.20", "8.00")


def test_token_of_an_offer_is_neither_shown_nor_kept(here: Program, lab: Lab) -> None:
    def marked(one: Document) -> None:
        one["offers"][0].update(offerToken="CANARY-token")
        one["offers"][0]["termDetails"]["legalTerm"]["url"] = "https://signed.example/CANARY-url"

    replied(lab, "ListFoundationModelAgreementOffers", as_json(changed(documents.offers(), marked)))
    bedrock(here, OPUS)
    done = here.ok("prices", "b", "--json")
    kept = "".join(path.read_text() for path in (here.home / ".local/state/ccsetup/prices").glob("*.json"))
    assert "CANARY" not in done.out + done.err + kept
    assert "rate-card" in kept


def test_several_offers_and_no_agreement_lead_to_the_price_list(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, SONNET, OLD)
    found = asked(here, 0, "b")
    models = by_model(found)
    assert [models[pin]["basis"] for pin in (OPUS, SONNET, OLD)] == ["rate-card", "list", "list"]
    assert models[OLD]["prices"] == row("1.10", "5.50", "1.375", "2.20", "0.11")
    assert models[OLD]["published"] == "2026-11-22"


def test_denied_offers_lead_to_the_price_list_and_are_reported(here: Program, lab: Lab) -> None:
    refused(lab, "ListFoundationModelAgreementOffers")
    bedrock(here, OPUS)
    done = here.ok("prices", "b")
    assert "bedrock:ListFoundationModelAgreementOffers" in done.err
    assert "list" in done.out


def test_file_needs_no_credentials_and_is_fetched_once(here: Program, lab: Lab) -> None:
    refused(lab, "ListFoundationModelAgreementOffers", "GetProducts")
    bedrock(here, OPUS, SONNET, OLD)
    assert {one["basis"] for one in asked(here, 0, "b")["models"]} == {"list"}
    [one] = lab.requests_for("PriceListFile")
    assert (one.host, one.scheme) == ("pricing.us-east-1.amazonaws.com", "https")


def test_bearer_token_reads_offers_and_asks_no_price_list(here: Program, lab: Lab) -> None:
    token = {"models.opus": OPUS, "models.sonnet": SONNET, "bearer_token": "env:LAB_BEARER"}
    here.init("k", "bedrock", region="us-east-1", **token)
    assert {one["basis"] for one in asked(here, 0, "k")["models"]} == {"rate-card", "list"}
    assert not lab.requests_for("GetProducts")


def test_nothing_reached_is_could_not_check(here: Program, lab: Lab) -> None:
    refused(lab, "ListFoundationModelAgreementOffers", "GetProducts")
    lab.inject(Fault(Reset(), operation="PriceListFile"))
    bedrock(here, OPUS)
    found = asked(here, 3, "b")
    assert (found["models"], [one["model"] for one in found["unpriced"]]) == ([], [OPUS])


def test_last_prices_are_shown_when_nothing_is_reached(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    before = asked(here, 0, "b")
    refused(lab, "ListFoundationModelAgreementOffers", "GetProducts", "PriceListFile", "ListFoundationModels")
    found = asked(here, 3, "b")
    assert (found["stale"], found["models"]) == (True, before["models"])


def test_offline_makes_no_request(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    none = here.run("prices", "b", "--offline")
    assert (none.code, none.out) == (3, "")
    assert "ccsetup prices b" in none.err
    before = asked(here, 0, "b")
    lab.forget()
    assert asked(here, 0, "b", "--offline")["models"] == before["models"]
    assert not lab.requests


def test_kind_without_a_price_is_absent_and_the_pin_unpriced(here: Program, lab: Lab) -> None:
    texts = documents.texts(documents.products())
    replied(lab, "GetProducts", as_json_1x({"FormatVersion": "aws_v1", "PriceList": texts}))
    bedrock(here, OLD.replace("us.", "global."))
    found = asked(here, 1, "b")
    [haiku] = found["models"]
    assert haiku["prices"] == {"input": "1.00"}
    [unpriced] = found["unpriced"]
    assert all(kind in unpriced["reason"] for kind in ("output", "write_5m", "write_1h", "read"))


def test_sources_that_differ_are_shown(here: Program, lab: Lab) -> None:
    cheaper = changed(documents.offers(), lambda one: one["offers"][0]["termDetails"]["usageBasedPricingTerm"]
                      ["rateCard"][5].update(price="4.1"))  # fmt: skip
    replied(lab, "ListFoundationModelAgreementOffers", as_json(cheaper))
    bedrock(here, OPUS)
    [opus] = asked(here, 0, "b")["models"]
    assert opus["prices"]["input"] == "4.10"
    [other] = opus["disagrees"]
    assert (other["kind"], other["price"], other["basis"]) == ("input", "4.40", "list")
    assert "input is 4.10 by" in here.ok("prices", "b").err


def test_region_without_a_known_code_is_read_from_the_price_list(here: Program, lab: Lab) -> None:
    bedrock(here, "eu.anthropic.claude-opus-5-5", region="eu-north-1")
    [opus] = asked(here, 0, "b")["models"]
    assert (opus["basis"], opus["prices"]["input"]) == ("rate-card", "4.40")


def test_application_profile_costs_what_is_behind_it(here: Program, lab: Lab) -> None:
    copies = lab.world.aws.account[0].application_profiles[0].copies
    bedrock(here, OWN)
    [opus] = asked(here, 0, "b")["models"]
    assert opus["model"] == OWN
    assert opus["scope"] == ("global" if copies.startswith("global.") else "regional")


def test_service_tier_without_a_price_is_unpriced(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, service_tier="priority")
    found = asked(here, 1, "b")
    assert (found["models"], "priority" in found["unpriced"][0]["reason"]) == ([], True)


def test_service_tier_has_its_own_price(here: Program, lab: Lab) -> None:
    def dearer(one: Document) -> None:
        card = one["offers"][0]["termDetails"]["usageBasedPricingTerm"]["rateCard"]
        names = ((entry, entry["dimension"].removesuffix("_standard")) for entry in tuple(card))
        card += [{**entry, "dimension": f"{name}_priority", "price": "9.9"} for entry, name in names]

    replied(lab, "ListFoundationModelAgreementOffers", as_json(changed(documents.offers(), dearer)))
    bedrock(here, OPUS, service_tier="priority")
    [opus] = asked(here, 0, "b")["models"]
    assert opus["prices"] == row(*["9.90"] * 5)


def test_long_prompts_have_their_own_price(here: Program) -> None:
    bedrock(here, HAIKU)
    [haiku] = asked(here, 0, "b")["models"]
    assert haiku["prices"]["input"] == "0.11"
    assert haiku["above"] == {"tokens": 100_000, "prices": row("0.55", "2.75", "0.6875", "1.10", "0.055")}


def test_all_regions_lists_prices_by_region(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    places = {one["place"]: one["models"] for one in asked(here, 0, "b", "--all-regions")["places"]}
    assert {"us-east-1", "eu-north-1", "ap-northeast-1"} <= set(places)
    assert places["eu-north-1"][0]["prices"]["input"] == "4.40"
    shown = here.ok("prices", "b", "--all-regions")
    assert "the ids are those of us-east-1" in shown.err
    head, *rows = shown.out.splitlines()
    assert head.split()[0] == "REGION"
    assert len(rows) == len(places)


@pytest.mark.parametrize(
    "broken",
    [
        {"PriceList": ["{"]}, {"PriceList": ["[]"]}, {"PriceList": [{}]}, {"PriceList": "x"}, {"PriceList": None}, {},
        {"PriceList": [], "NextToken": "again"}, {"PriceList": ['{"serviceCode":"AmazonBedrock"}']},
    ],
)  # fmt: skip
def test_odd_price_list_leads_to_no_price(here: Program, lab: Lab, broken: dict[str, object]) -> None:
    refused(lab, "ListFoundationModelAgreementOffers")
    replied(lab, "GetProducts", as_json_1x(broken))
    lab.inject(Fault(Reset() if broken else Flood(), operation="PriceListFile"))
    bedrock(here, OPUS)
    done = here.run("prices", "b", "--json")
    assert done.code in (1, 3), done.err
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
    assert json.loads(done.out)["models"] == []


def test_settings_hold_numbers_and_say_what_to_know(here: Program) -> None:
    bedrock(here, OPUS, HAIKU)
    done = here.ok("prices", "b", "--format", "settings")
    [(model, prices)] = json.loads(done.out)["modelPricing"]["overrides"].items()
    assert (model, prices) == (OPUS, {"input": 4.4, "output": 22, "cacheRead": 0.22, "cacheWrite": 5.5})
    assert all(words in done.err for words in ("5-minute", "every surface alike", f"{HAIKU} is left out"))


def test_hour_in_the_cache_has_its_own_price(here: Program) -> None:
    bedrock(here, OPUS, **{"env.ENABLE_PROMPT_CACHING_1H": "1"})
    done = here.ok("prices", "b", "--format", "settings")
    assert json.loads(done.out)["modelPricing"]["overrides"][OPUS]["cacheWrite"] == 8.8
    assert "1-hour" in done.err


def test_profile_without_pins_is_refused(here: Program) -> None:
    bedrock(here)
    done = here.run("prices", "b")
    assert (done.code, "pins no model" in done.err) == (2, True)


def test_prices_of_a_model_the_sellers_do_not_name_are_not_made_up(here: Program, lab: Lab) -> None:
    bedrock(here, "us.anthropic.claude-opus-4-8")
    found = asked(here, 1, "b")
    assert (found["models"], len(found["unpriced"])) == ([], 1)


def test_sign_in_that_ran_out_is_explained(here: Program) -> None:
    bedrock(here, OPUS, aws_profile="stale")
    done = here.run("prices", "b", "--json")
    assert done.code == 3
    assert "aws" in done.err
    assert json.loads(done.out)["models"] == []


@pytest.mark.parametrize("pin", [OPUS, OWN])
def test_policy_grants_what_prices_reads_and_nothing_less_is_enough(here: Program, lab: Lab, pin: str) -> None:
    bedrock(here, pin, aws_profile="my-prod", name="whole")
    bedrock(here, pin, aws_profile="no-list")
    statements = json.loads(here.ok("policy", "whole", "--with", "prices").out)["Statement"]
    [granted] = [one["Action"] for one in statements if one["Sid"] == "ReadPrices"]
    own = tuple(action for one in statements if one["Sid"] != "ReadPrices" for action in one["Action"])
    for left_out in (None, *granted):
        allow(lab, "no-list", (*own, *(action for action in granted if action != left_out)))
        done = here.ok("prices", "b")
        assert ("could not be read" in done.err) == (left_out is not None), (left_out, done.err)
