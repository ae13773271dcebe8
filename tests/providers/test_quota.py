"""`quota` and doctor's probe for it, as processes against the lab: limits, use, zero, what could not be looked at."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from ccsetup.providers.quota import known
from tests.support.program import Done, Program

OPUS, SONNET, HAIKU = (f"us.anthropic.claude-{name}-5-5" for name in ("opus", "sonnet", "haiku"))
PROVIDER_WORDS = "is not authorized to perform: servicequotas:GetServiceQuota"


def bedrock(here: Program, *pins: str, aws_profile: str = "my-prod", region: str = "us-east-1", **more: str) -> None:
    tiers = {f"models.{tier}": pin for tier, pin in zip(("opus", "sonnet", "haiku"), pins, strict=False)}
    here.init("b", "bedrock", **{"aws_profile": aws_profile, "region": region, **tiers, **more})


def vertex(here: Program, *pins: str, location: str = "global", project: str = "acme-ml") -> None:
    tiers = {f"models.{tier}": pin for tier, pin in zip(("opus", "sonnet", "haiku"), pins, strict=False)}
    here.init("v", "vertex", project=project, location=location, **tiers)


def document(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    return found


def by_code(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {limit["code"]: limit for limit in found["limits"]}


def diagnosis(here: Program, name: str) -> dict[str, Any]:
    [one] = json.loads(here.run("doctor", name, "--json").out)["profiles"]
    found: dict[str, Any] = one
    return found


def quota_results(found: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """Slugs found, reasons skipped, reasons broken, of the quota probe alone."""
    return (
        [one["check"] for one in found["findings"] if "quota" in one["check"]],
        [one["reason"] for one in found["skipped"] if one["check"] == "quota"],
        [one["reason"] for one in found["broken"] if one["check"] == "quota"],
    )


def changed(lab: Lab, account: str, **what: object) -> None:
    """The lab's world with one account otherwise."""
    accounts = tuple(
        msgspec.structs.replace(one, **what) if one.id == account else one for one in lab.world.aws.account
    )
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(lab.world.aws, account=accounts))


@pytest.mark.thorough
def test_only_limits_of_the_pinned_models_are_reported(here: Program) -> None:
    bedrock(here, OPUS, SONNET)
    found = document(here.ok("quota", "b", "--json"))
    assert (found["schema"], found["profile"], found["surface"], found["place"]) == (1, "b", "bedrock", "us-east-1")
    limits = by_code(found)
    assert set(limits) == {"L-A4430697", "L-94A31E46", known.load_quotas().bedrock.day}
    opus = limits["L-A4430697"]
    assert (opus["model"], opus["tier"], opus["unit"]) == (OPUS, "opus", "tokens/minute")
    assert (opus["limit"], opus["default"], opus["used"], opus["headroom"]) == (
        4_000_000,
        4_000_000,
        450_000,
        3_550_000,
    )
    assert (opus["pending"], opus["adjustable"]) == (8_000_000, True)
    assert limits[known.load_quotas().bedrock.day]["model"] is None


@pytest.mark.thorough
def test_what_was_not_counted_is_not_zero(here: Program) -> None:
    bedrock(here, OPUS, SONNET)
    sonnet = by_code(document(here.ok("quota", "b", "--json")))["L-94A31E46"]
    assert (sonnet["used"], sonnet["headroom"]) == (None, None)


@pytest.mark.thorough
def test_the_table_says_the_same_for_a_person(here: Program) -> None:
    bedrock(here, OPUS)
    done = here.ok("quota", "b")
    heads, opus, day = done.out.splitlines()
    assert heads.split() == ["MODEL", "LIMIT", "UNIT", "VALUE", "USE", "HEADROOM", "PENDING"]
    assert opus.split() == [OPUS, "L-A4430697", "tokens/minute", "4,000,000", "450,000", "3,550,000", "8,000,000"]
    assert "700,000,000" in day
    assert "CLAUDE_CODE_MAX_OUTPUT_TOKENS" in done.err
    assert "L-E3F10727: can be raised only through AWS Support" in done.err


@pytest.mark.thorough
def test_known_codes_cost_one_request_each_and_no_list(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, SONNET)
    here.ok("quota", "b")
    assert not lab.requests_for("ListServiceQuotas")
    assert len(lab.requests_for("GetServiceQuota")) == 3
    assert len(lab.requests_for("GetMetricData")) == 1


def test_a_model_without_a_known_code_is_found_by_its_name_in_pages_of_a_hundred(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, HAIKU)
    found = by_code(document(here.ok("quota", "b", "--json")))
    assert found["L-1AB00055"]["model"] == HAIKU
    total = len(lab.world.aws.quota) + lab.world.aws.more_quotas
    assert len(lab.requests_for("ListServiceQuotas")) == -(-total // 100)


def test_a_model_that_no_quota_names_is_unmapped_and_no_pass(here: Program) -> None:
    bedrock(here, "us.anthropic.claude-opus-9")
    done = here.run("quota", "b", "--json")
    assert done.code == 3
    assert document(done)["unmapped"] == ["us.anthropic.claude-opus-9"]
    slugs, skipped, broken = quota_results(diagnosis(here, "b"))
    assert (slugs, broken) == ([], [])
    assert skipped == ["no known limit for us.anthropic.claude-opus-9"]
    assert "quota" not in diagnosis(here, "b")["passed"]


def test_a_code_that_has_come_to_mean_another_model_is_not_believed(here: Program, lab: Lab) -> None:
    quotas = tuple(
        msgspec.structs.replace(one, name=one.name.replace("Opus 5.5", "Opus 7")) if one.code == "L-A4430697" else one
        for one in lab.world.aws.quota
    )
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(lab.world.aws, quota=quotas))
    bedrock(here, OPUS)
    assert document(here.run("quota", "b", "--json"))["unmapped"] == [OPUS]


def test_a_limit_of_zero_is_an_error_and_no_throttling(here: Program) -> None:
    bedrock(here, OPUS, SONNET, aws_profile="sandbox")
    done = here.run("quota", "b")
    assert done.code == 1
    assert f"The quota for {OPUS} in us-east-1 is 0" in done.err
    assert "ccsetup:" in done.err
    found = diagnosis(here, "b")
    zero = [one for one in found["findings"] if one["check"] == "bedrock-quota-zero"]
    assert [one["facts"]["code"] for one in zero] == ["L-A4430697"]
    assert found["verdict"] == "error"


def test_the_request_for_more_is_above_the_default(here: Program, lab: Lab) -> None:
    changed(lab, "123456789012", quotas={"L-A4430697": 20_000}, changes=())
    bedrock(here, OPUS)
    [command] = document(here.ok("quota", "b", "--json"))["commands"]
    assert "request-service-quota-increase" in command
    assert "--desired-value 8000000 --region us-east-1 --profile my-prod" in command
    [low] = [one for one in diagnosis(here, "b")["findings"] if one["check"] == "bedrock-quota-low"]
    assert low["severity"] == "warning"
    assert (low["facts"]["value"], low["facts"]["wanted"]) == ("20,000", "8000000")
    assert any("--desired-value 8000000" in one for one in low["remedy"]["commands"])


@pytest.mark.thorough
def test_what_has_been_asked_for_is_not_asked_for_twice(here: Program) -> None:
    bedrock(here, OPUS)
    assert document(here.ok("quota", "b", "--json"))["commands"] == []


def test_an_identity_that_may_not_look_is_not_a_fault(here: Program) -> None:
    bedrock(here, OPUS, aws_profile="claude-only")
    done = here.run("quota", "b")
    assert done.code == 3
    assert PROVIDER_WORDS in done.err
    assert "ccsetup policy b --with doctor" in done.err
    slugs, skipped, broken = quota_results(diagnosis(here, "b"))
    assert (slugs, broken, skipped) == ([], [], ["not allowed: servicequotas:GetServiceQuota"])


@pytest.mark.thorough
def test_limits_are_reported_without_usage_if_cloudwatch_is_denied(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Error(400, "AccessDeniedException", "You may not."), service="cloudwatch"))
    bedrock(here, OPUS)
    found = document(here.ok("quota", "b", "--json"))
    assert by_code(found)["L-A4430697"]["used"] is None
    assert "You may not." in found["unread"]["use"]


@pytest.mark.thorough
def test_a_busy_service_quotas_is_no_throttled_model(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Error(400, "TooManyRequestsException", "Rate exceeded"), service="servicequotas"))
    bedrock(here, OPUS)
    slugs, skipped, broken = quota_results(diagnosis(here, "b"))
    assert (slugs, broken, len(skipped)) == ([], [], 1)


def test_a_bedrock_key_has_no_identity_to_ask_with(here: Program, lab: Lab) -> None:
    here.init("b", "bedrock", region="us-east-1", bearer_token="env:LAB_BEARER", **{"models.opus": OPUS})
    done = here.run("quota", "b")
    assert (done.code, "does not accept a Bedrock API key" in done.err) == (3, True)
    assert not lab.requests
    slugs, skipped, broken = quota_results(diagnosis(here, "b"))
    assert (slugs, broken, len(skipped)) == ([], [], 1)


def test_an_application_profile_counts_as_the_model_behind_it(here: Program) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/2kbsta0lwebx"
    bedrock(here, arn)
    assert by_code(document(here.ok("quota", "b", "--json")))["L-A4430697"]["model"] == arn


@pytest.mark.thorough
def test_nothing_is_asked_twice_by_doctor_for_profiles_of_one_account(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    here.ok("copy", "b", "b2")
    here.ok("doctor", "b", "b2")
    assert len(lab.requests_for("GetServiceQuota")) == 2


def test_vertex_limits_are_those_of_the_shared_bucket(here: Program) -> None:
    vertex(here, "claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5@20251001")
    found = document(here.ok("quota", "v", "--json"))
    names = {limit["model"]: limit["name"] for limit in found["limits"]}
    assert names["claude-opus-5-5"].endswith("of anthropic-claude-opus")
    assert names["claude-sonnet-4-6"].endswith("of anthropic-claude-sonnet-4-6")
    assert names["claude-haiku-4-5@20251001"].endswith("of anthropic-claude-haiku-4-5")
    assert {limit["unit"] for limit in found["limits"]} == {
        "requests/minute",
        "input tokens/minute",
        "output tokens/minute",
    }
    command = found["commands"][0]
    assert command.startswith("gcloud quotas preferences create --service=aiplatform.googleapis.com --project=acme-ml")
    assert "--dimensions=base_model=anthropic-claude-opus --preferred-value=2000" in command


def test_a_region_on_vertex_has_buckets_of_its_own(here: Program) -> None:
    vertex(here, "claude-opus-4-6", "claude-sonnet-4-6", location="europe-west1")
    found = document(here.ok("quota", "v", "--json"))
    assert [(one["model"], one["limit"]) for one in found["limits"]] == [("claude-opus-4-6", 90)]
    assert "region=europe-west1" in found["commands"][0]
    assert found["unmapped"] == ["claude-sonnet-4-6"]


def test_a_vertex_limit_without_a_value_is_zero(here: Program) -> None:
    vertex(here, "claude-opus-5-5", project="strict-corp")
    done = here.run("quota", "v", "--json")
    assert done.code == 1
    assert [one["limit"] for one in document(done)["limits"] if one["unit"] == "requests/minute"] == [0]
    assert quota_results(diagnosis(here, "v"))[0] == ["vertex-quota-zero"]


def test_vertex_says_why_a_limit_cannot_be_raised(here: Program, lab: Lab) -> None:
    projects = tuple(
        msgspec.structs.replace(one, ineligible="NOT_ENOUGH_USAGE_HISTORY") for one in lab.world.google.project
    )
    lab.world = msgspec.structs.replace(lab.world, google=msgspec.structs.replace(lab.world.google, project=projects))
    vertex(here, "claude-opus-5-5")
    found = document(here.ok("quota", "v", "--json"))
    assert {one["why_not"] for one in found["limits"]} == {"the project has not been used enough yet"}
    assert found["commands"] == []


def test_a_project_that_does_not_show_its_quotas_is_skipped(here: Program) -> None:
    vertex(here, "claude-opus-5-5", project="fresh-project")  # the Cloud Quotas API is off there
    assert here.run("quota", "v").code == 3
    slugs, skipped, broken = quota_results(diagnosis(here, "v"))
    assert (slugs, broken, len(skipped)) == ([], [], 1)


def test_the_api_tells_its_limits_where_an_answer_has_them(here: Program, lab: Lab) -> None:
    here.init("a", "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"])
    done = here.run("quota", "a")
    assert (done.code, "ccsetup doctor a --live" in done.err) == (3, True)
    lab.world = msgspec.structs.replace(
        lab.world, anthropic=msgspec.structs.replace(lab.world.anthropic, tells_limits=True)
    )
    limits = by_code(document(here.ok("quota", "a", "--json")))
    assert limits["anthropic-ratelimit-input-tokens-limit"]["limit"] == 2_000_000
    assert limits["anthropic-ratelimit-requests-limit"]["headroom"] == 3999


def test_a_login_of_claude_code_is_not_asked_with(here: Program) -> None:
    here.init("s", "subscription", plan="pro")
    done = here.run("quota", "s")
    assert (done.code, "/usage" in done.err) == (3, True)
