"""`prices` of Vertex AI and the Anthropic API against the lab, and of what has no price."""

from decimal import Decimal

import pytest

from ccsetup.lab.fault import Error, Fault, Reply, Reset
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer, as_json
from ccsetup.providers.prices.kept import KeptPrices
from tests.support import price_documents as documents
from tests.support.examined import a_profile
from tests.support.priced_world import (
    OPUS,
    asked,
    bedrock,
    here,
    lab,
    replied,
    row,
    running,
    vertex,
)
from tests.support.program import Program

__all__ = ["here", "lab", "running"]  # fixtures

ASKED = (
    "ListFoundationModelAgreementOffers",
    "GetProducts",
    "GetProjectBillingInfo",
    "ListBillingAccountServices",
    "ListBillingAccountSkus",
    "GetBillingAccountPrice",
)


def test_contract_of_the_billing_account_comes_before_its_list(here: Program) -> None:
    vertex(here, "claude-opus-5-5", "claude-haiku-5-5")
    opus, haiku = asked(here, 0, "v")["models"]
    assert (opus["scope"], opus["basis"], opus["prices"]["output"]) == ("multi-region", "contract", "19.80")
    assert (haiku["basis"], haiku["prices"]["input"]) == ("list", "0.11")
    assert (haiku["above"]["tokens"], haiku["above"]["prices"]["input"]) == (100_000, "0.55")
    [listed] = opus["disagrees"]
    assert (listed["kind"], listed["price"], listed["basis"], haiku["disagrees"]) == ("output", "22.00", "list", [])
    assert "claude-opus-5-5: output is 19.80 by contract, 22.00 by list" in here.ok("prices", "v").err


def test_google_is_asked_in_the_very_words_of_its_specimens(here: Program, lab: Lab) -> None:
    """Every answer is the specimen's; what is asked otherwise is not found."""
    account = "billingAccounts/01AAAA-BBBBBB-CCCCCC"
    answers = documents.google()
    for operation, path in (
        ("GetProjectBillingInfo", "GET /v1/projects/acme-ml/billingInfo"),
        ("ListBillingAccountServices", f"GET /v1beta/{account}/services?pageSize=5000"),
        ("ListBillingAccountSkus", next(path for path in answers if "/skus?filter=" in path)),
    ):
        replied(lab, operation, as_json(answers[path]))
    for path, answer in answers.items():
        if path.endswith("/price?currencyCode=USD"):
            sku = path.split("/")[5]
            lab.inject(Fault(Reply(as_json(answer)), operation="GetBillingAccountPrice", model=sku))
    vertex(here, "claude-opus-5-5")
    [opus] = asked(here, 0, "v")["models"]
    assert opus["prices"] == row("4.40", "19.80", "5.50", "8.80", "0.22")
    assert {one.project for one in lab.requests_for("GetBillingAccountPrice")} == {"01AAAA-BBBBBB-CCCCCC"}


def test_all_locations_come_from_the_skus(here: Program) -> None:
    vertex(here, "claude-opus-5-5")
    found = asked(here, 0, "v", "--all-regions")
    places = {one["place"]: one["models"][0]["prices"]["input"] for one in found["places"]}
    assert places == {"global": "4.00", "us": "4.40", "eu": "4.40", "us-east5": "4.40", "europe-west1": "4.40"}


def test_model_with_a_location_of_its_own_costs_what_it_costs_there(here: Program) -> None:
    own = {"env.VERTEX_REGION_CLAUDE_5_5_OPUS": "global"}
    vertex(here, "claude-opus-5-5", "claude-haiku-5-5", **own)
    found = {one["model"]: (one["scope"], one["prices"]["input"]) for one in asked(here, 0, "v")["models"]}
    assert found == {"claude-opus-5-5": ("global", "4.00"), "claude-haiku-5-5": ("multi-region", "0.11")}


def test_denied_billing_account_leads_to_the_published_list(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Error(403, "IAM_PERMISSION_DENIED", "Permission denied"), operation="ListBillingAccountServices"))
    vertex(here, "claude-opus-5-5")
    done = here.ok("prices", "v")
    assert "billing.billingAccountServices.list" in done.err
    assert "10 % more" in done.err
    [opus] = asked(here, 0, "v")["models"]
    assert (opus["basis"], opus["prices"]["input"]) == ("published", "4.00")


def test_anthropic_publishes_its_prices_on_a_page(here: Program, lab: Lab) -> None:
    pins = {"models.opus": "claude-opus-5-5", "models.haiku": "claude-haiku-5-5"}
    here.init("k", "api-key", key="env:LAB_KEY", **pins)
    opus, haiku = asked(here, 0, "k")["models"]
    assert (opus["basis"], opus["prices"]["web_search"]) == ("published", "10.00")
    assert haiku["above"] == {"tokens": 100_000, "prices": row("0.50", "2.50", "0.625", "1.00", "0.05")}
    assert {one.host for one in lab.requests_for("PricingPage")} == {"platform.claude.com"}


@pytest.mark.parametrize(("body", "code"), [(b"<html>", 1), (b"", 1), (b"## Model pricing\n| a |\n", 1)])
def test_page_that_is_odd_gives_no_price(here: Program, lab: Lab, body: bytes, code: int) -> None:
    replied(lab, "PricingPage", Answer(200, "text/markdown", body))
    here.init("k", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    assert asked(here, code, "k")["models"] == []


def test_page_out_of_reach_is_could_not_check(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Reset(), operation="PricingPage"))
    here.init("k", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    assert asked(here, 3, "k")["models"] == []


def test_what_has_no_price_says_why(here: Program) -> None:
    here.init("g", "gateway", base_url="http://127.0.0.1:9", auth_token="env:LAB_KEY", **{"models.opus": "our-opus"})
    here.init("s", "subscription", plan="pro", **{"models.opus": "claude-opus-5-5"})
    for name, word in (("g", "gateway bills"), ("s", "flat")):
        [one] = asked(here, 1, name)["unpriced"]
        assert word in one["reason"]


def test_key_without_pins_shows_what_the_aliases_cost(here: Program) -> None:
    here.init("k", "api-key", key="env:LAB_KEY")
    found = asked(here, 0, "k")
    assert {one["tier"]: one["pinned"] for one in found["models"]} == {"opus": False, "sonnet": False, "haiku": False}
    assert [one["model"] for one in found["unpriced"]] == ["claude-fable-5-2"]  # the page does not name it


def test_unit_prices_are_what_was_read_and_nothing_else(here: Program) -> None:
    bedrock(here, OPUS)
    here.init("k", "api-key", key="env:LAB_KEY")
    prices = KeptPrices(here.home / ".local/state/ccsetup/prices")
    cloud = a_profile("bedrock", set={"aws_profile": "my-prod", "region": "us-east-1"})
    key = a_profile("api-key", set={"key": "env:LAB_KEY"})
    wanted = (OPUS, f"{OPUS}[1m]", "claude-opus-5-5", "claude-haiku-5-5", "claude-opus-4-8")
    assert prices.unit_prices("b", cloud, wanted) == prices.unit_prices("k", key, wanted) == {}
    for name in ("b", "k"):
        here.ok("prices", name)
    found = prices.unit_prices("b", cloud, wanted)
    assert set(found) == {OPUS, f"{OPUS}[1m]"}
    assert (found[OPUS].prices["input"], found[OPUS].basis) == (Decimal("4.4"), "rate-card")
    listed = prices.unit_prices("k", key, wanted)
    assert {"claude-opus-5-5", "claude-haiku-5-5"} <= set(listed)
    assert "claude-opus-4-8" not in listed
    assert listed["claude-haiku-5-5"].above is not None
    assert prices.published(["claude-sonnet-5-5"], "x")["claude-sonnet-5-5"].prices["web_search"] == 10


@pytest.mark.parametrize("operation", ASKED)
@pytest.mark.parametrize(
    "body", [b'{"a":' * 50_000, b"[" * 50_000, b"null", b"\xff", b'{"offers":null,"PriceList":{}}']
)
def test_odd_answer_ends_in_no_traceback(here: Program, lab: Lab, operation: str, body: bytes) -> None:
    replied(lab, operation, Answer(200, "application/json", body))
    bedrock(here, OPUS)
    vertex(here, "claude-opus-5-5")
    name = "v" if "Billing" in operation else "b"
    done = here.run("prices", name)
    assert done.code in (0, 1, 3)
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


def test_mantle_is_priced_by_the_price_list_alone(here: Program, lab: Lab) -> None:
    here.init("m", "mantle", aws_profile="my-prod", region="us-east-1", **{"models.opus": "anthropic.claude-opus-5-5"})
    [opus] = asked(here, 0, "m")["models"]
    assert (opus["scope"], opus["basis"], opus["prices"]["input"]) == ("regional", "list", "4.40")
    assert not lab.requests_for("ListFoundationModelAgreementOffers")
