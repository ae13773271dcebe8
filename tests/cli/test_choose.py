"""`choose` as a process: the measured work reconciles with `cost`, needs exclude with their reason."""

import datetime
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from ccsetup.lab.lab import Lab
from ccsetup.lab.work import Team, write_fortnight
from tests.support.priced_world import HAIKU, OPUS, SONNET, bedrock, here, lab, refused, running, vertex
from tests.support.program import NOWHERE, Program

__all__ = ["here", "lab", "running"]
AWS = Team("bdrk_", OPUS, SONNET, HAIKU, (1, 1))
GOOGLE = Team("vrtx_", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", (1, 1))


def worked(here: Program, *teams: Team) -> None:
    write_fortnight(here.home / ".claude", datetime.datetime.now(datetime.UTC).date(), teams)


def chosen(here: Program, *words: str, code: int = 0) -> dict[str, Any]:
    done = here.run("choose", "--json", *words)
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def of(found: dict[str, Any], surface: str, profile: str | None = None) -> list[dict[str, Any]]:
    return [one for one in found["options"] if (one["surface"], one["profile"]) == (surface, profile)]


def total(options: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(one["cost"]["amount"]) for one in options), Decimal(0))


@pytest.fixture
def busy(here: Program) -> Program:
    """A home with a fortnight of work on Bedrock, and a key beside it."""
    worked(here, AWS)
    bedrock(here, OPUS, SONNET, HAIKU)
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    return here


def test_measured_surface_is_what_cost_says_to_the_cent(busy: Program) -> None:
    found = chosen(busy)
    (cost,) = json.loads(busy.ok("cost", "--json").out)["profiles"]
    own = of(found, "bedrock", "b")
    assert total(own) == Decimal(cost["cost"]["amount"])
    assert all(one["measured"] for one in own)
    assert {one["model"] for one in own} == {one["model"] for one in cost["models"]}
    assert found["measured"]["requests"] == cost["requests"]
    both = {kind: count + cost["unlogged"][kind] for kind, count in cost["tokens"].items()}
    assert found["measured"]["tokens"] == both


@pytest.mark.thorough
def test_same_rules_elsewhere_cost_the_ratio_of_the_prices(busy: Program) -> None:
    """Regional Bedrock is a tenth dearer than Anthropic's list, and both keep a cache entry for five minutes."""
    found = chosen(busy)
    ratio = total(of(found, "bedrock", "b")) / total(of(found, "api-key", "key"))
    assert abs(ratio - Decimal("1.1")) < Decimal("0.001")


def test_plan_is_flat_and_compared_by_what_an_api_key_would_pay(busy: Program) -> None:
    home = {
        "cachedUsageUtilization": {"fetchedAtMs": 1_795_000_000_000, "utilization": {"five_hour": {"utilization": 42}}}
    }
    (busy.home / ".claude.json").write_text(json.dumps(home))
    busy.init("max", "subscription", plan="max-5x")
    for one in of(chosen(busy), "subscription", "max"):
        assert (one["cost"], one["basis"]) == ({"amount": None, "currency": None}, "none")
        assert {"name", "price", "currency", "per", "source", "seen"} <= one["plan"].keys()
        assert one["plan"]["price"] == "100"
        assert Decimal(one["api_equivalent"]["amount"]) > 0
        assert one["reading"]["five_hour"] == 42
    text = busy.ok("choose").out
    assert "fits" not in text


@pytest.mark.thorough
def test_several_measured_surfaces_are_all_in_each_option(here: Program) -> None:
    worked(here, AWS, GOOGLE)
    bedrock(here, OPUS, SONNET, HAIKU)
    vertex(here, "claude-opus-5-5", "claude-haiku-5-5")
    found = chosen(here)
    assert {(one["profile"], one["surface"]) for one in found["measured"]["by"]} == {("b", "bedrock"), ("v", "vertex")}
    by = {one["profile"]: Decimal(one["cost"]["amount"]) for one in found["measured"]["by"]}
    assert total(of(found, "bedrock", "b")) > by["b"]


@pytest.mark.parametrize(
    ("need", "excluded", "kept"),
    [
        ("residency=eu", {"api-key", "bedrock", "subscription", "claude-aws"}, {"gateway", "foundry"}),
        ("residency=us", set(), {"api-key", "bedrock", "subscription", "gateway"}),
        ("cloud=aws", {"api-key", "vertex", "foundry", "subscription"}, {"bedrock", "claude-aws", "mantle", "gateway"}),
        ("cloud=azure", {"api-key", "vertex", "bedrock"}, {"foundry"}),
        ("invoice", set(), {"api-key", "bedrock", "subscription"}),
        ("no-anthropic-egress", {"api-key", "subscription", "claude-aws"}, {"bedrock", "vertex", "gateway"}),
        ("newest", set(), {"bedrock", "api-key", "vertex"}),
    ],
)
def test_need_excludes_with_its_reason(busy: Program, need: str, excluded: set[str], kept: set[str]) -> None:
    options = chosen(busy, "--need", need)["options"]
    out = {one["surface"] for one in options if one["excluded_by"]}
    assert excluded <= out
    assert not kept & out
    assert all(one["excluded_by"] == need and one["reason"] for one in options if one["excluded_by"])


def test_what_is_unknown_begins_with_the_needs_key_and_never_excludes(busy: Program, lab: Lab) -> None:
    refused(lab, "ListInferenceProfiles")
    options = of(chosen(busy, "--need", "newest", "--need", "residency=us"), "bedrock", "b")
    assert options
    for one in options:
        assert one["excluded_by"] is None
        assert {reason.partition(":")[0] for reason in one["unknown"]} >= {"newest", "residency"}
        assert "does not list" not in " ".join(one["unknown"])  # nothing was listed


@pytest.mark.thorough
def test_london_and_zurich_are_named(here: Program) -> None:
    here.init("v", "vertex", project="acme-ml", location="europe-west2", **{"models.opus": "claude-opus-5-5"})
    worked(here, GOOGLE)
    (first, *_) = of(chosen(here, "--need", "residency=eu"), "vertex", "v")
    assert "London" in first["reason"]


def test_bad_need_lists_all_good_ones(here: Program) -> None:
    done = here.run("choose", "--need", "residency=mars")
    assert done.code == 2
    assert all(word in done.err for word in ("residency=eu", "cloud=gcp", "invoice", "newest", "no-anthropic-egress"))


def test_matrix_leaves_excluded_surfaces_out(here: Program) -> None:
    lines = here.ok("choose", "--need", "residency=eu").out.splitlines()
    uses = {line.split("  ")[0]: line for line in lines[3:7]}
    assert uses["light"].split()[1] == "-"
    assert "bedrock, vertex" in uses["bursty"]
    assert "api-key" not in "".join(uses.values())


def test_without_measured_work_the_matrix_answers(here: Program) -> None:
    found = chosen(here)
    assert found["measured"]["requests"] == 0
    assert [row["use"] for row in found["matrix"]] == ["light", "bursty", "full day", "regulated"]
    assert all(row["source"].startswith("https://") for row in found["matrix"])
    assert "full day" in here.ok("choose").out
    offline = here.run("choose", "--need", "residency=eu", environment={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert offline.code == 0  # no price is needed, so none is asked for


@pytest.mark.thorough
def test_another_model_comes_with_the_sentence_about_tokenizers(busy: Program) -> None:
    found = chosen(busy, "--model", "claude-haiku-4-5")
    (one,) = [one for one in of(found, "api-key", "key") if "instead_of" in one]
    assert "tokens of the same text" in one["differences"][0]
    assert "tokens of the same text" in busy.ok("choose", "--model", "claude-haiku-4-5").out
    assert busy.run("choose", "--model", "gpt-5").code == 2


def test_all_regions_add_an_option_a_region(busy: Program) -> None:
    places = {one["place"] for one in of(chosen(busy, "--all-regions"), "bedrock", "b")}
    assert {"us-east-1", "us-west-2"} <= places


@pytest.mark.thorough
def test_unreachable_price_sources_are_exit_code_three(busy: Program, lab: Lab) -> None:
    refused(lab, "ListFoundationModelAgreementOffers", "GetProducts", "PriceListFile", "PricingPage")
    done = busy.run(
        "choose", environment={"HTTPS_PROXY": "http://127.0.0.1:9", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    )
    assert done.code == 3, done.err


def test_aws_without_a_profile_is_priced_by_its_public_list(here: Program, lab: Lab) -> None:
    worked(here, GOOGLE)
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    found = chosen(here)
    anthropic, listed = total(of(found, "api-key", "key")), of(found, "bedrock")
    assert abs(total(listed) / anthropic - Decimal("1.1")) < Decimal("0.001")
    assert total(listed) == total(of(found, "mantle"))
    assert {one["basis"] for one in listed} == {"list"}
    assert all("us-east-1" in one["source"] and one["place"] == "us-east-1" for one in listed)
    for name in ("claude-gcp", "gateway"):
        assert all(one["cost"]["amount"] is None and one["unknown"] for one in of(found, name))
    refused(lab, "PriceListFile")
    denied = of(chosen(here), "bedrock")
    assert all("AWS's price list could not be read" in " ".join(one["unknown"]) for one in denied)


def test_google_without_a_profile_is_priced_by_anthropics_list_which_is_reported(busy: Program) -> None:
    found = chosen(busy)
    listed = of(found, "vertex")
    assert total(listed) == total(of(found, "api-key", "key"))
    assert all("billing account" in one["notes"][0] and one["place"] == "global" for one in listed)
    assert "billing account" in busy.ok("choose").out


def test_prices_that_could_not_be_read_today_are_not_called_todays(busy: Program) -> None:
    busy.ok("prices", "b")
    assert "on each surface at today's prices:" in busy.ok("choose").out
    for path in (busy.home / ".local/state/ccsetup/prices").glob("*.json"):
        path.write_text(re.sub(r"\b20\d\d-\d\d-\d\dT", "2026-01-02T", path.read_text()))
    nowhere = {"AWS_ENDPOINT_URL": NOWHERE, "HTTPS_PROXY": NOWHERE}
    done = busy.run("choose", environment=nowhere)
    assert "on each surface at prices read since 2026-01-02:" in done.out, (done.out, done.err)


def test_measured_work_without_a_profile_has_the_reason_that_cost_gives(here: Program) -> None:
    worked(here, AWS)
    own = of(chosen(here), "bedrock")
    assert all(one["measured"] and one["cost"]["amount"] is None for one in own)
    assert all("no profile says where it was used" in " ".join(one["unknown"]) for one in own)


@pytest.mark.parametrize("need", ["residency=eu", "cloud=azure", "invoice", "no-anthropic-egress", "newest"])
def test_need_unknown_of_a_gateway_is_listed_without_measured_work(here: Program, need: str) -> None:
    lines = here.ok("choose", "--need", need).out.splitlines()
    after = lines[[line.startswith("NOT KNOWN") for line in lines].index(True) :]
    assert ["gateway", "-", need.partition("=")[0], "the gateway decides, and does not say"] in [
        re.split(r" {2,}", line) for line in after
    ]
    assert "NOT KNOWN" not in here.ok("choose").out


def test_profiles_are_judged_by_their_pins_without_measured_work(here: Program) -> None:
    bedrock(here, OPUS, SONNET, name="us")
    bedrock(here, "eu.anthropic.claude-opus-5-5", name="eu", region="eu-central-1")
    vertex(here, "claude-opus-5-5", location="global")
    found = {one["profile"]: one for one in chosen(here, "--need", "residency=us", "--need", "newest")["options"]}
    assert found["us"]["excluded_by"] is None
    assert not [one for one in found["us"]["unknown"] if one.startswith(("residency", "newest"))]
    assert found["eu"]["excluded_by"] == "residency=us"
    assert "eu-central-1" in found["eu"]["reason"]
    assert found["v"]["reason"] == "a global profile or location may be served anywhere"
