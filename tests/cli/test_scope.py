"""`scope` as a process: each fact present, denied and absent; nothing claimed, nothing invoked, nothing secret."""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ccsetup.lab.aws.state import Access
from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from ccsetup.trace import last
from tests.support.priced_world import HAIKU, OPUS, SONNET, bedrock, here, lab, refused, running, vertex
from tests.support.program import Program

__all__ = ["here", "lab", "running"]
CLAIMS = re.compile(r"\b(covered|compliant|guaranteed)\b", re.IGNORECASE)
PERMISSIONS = {
    "DescribeOrganization": ("organization", "organizations:DescribeOrganization"),
    "GetInferenceProfile": ("destinations", "bedrock:GetInferenceProfile"),
    "GetFoundationModelAvailability": ("agreement", "bedrock:GetFoundationModelAvailability"),
    "GetAccountDataRetention": ("retention", "bedrock:GetAccountDataRetention"),
    "GetModelInvocationLoggingConfiguration": ("logging", "bedrock:GetModelInvocationLoggingConfiguration"),
}
GOOGLE = {
    "GetProject": ("account", "resourcemanager.projects.get"),
    "GetEffectivePolicy": ("residency", "orgpolicy.policy.get"),
    "FetchPublisherModelConfig": ("logging", "aiplatform.endpoints.get"),
}


def scoped(here: Program, name: str = "b", code: int = 0) -> dict[str, Any]:
    done = here.run("scope", name, "--json")
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    found: dict[str, Any] = json.loads(done.out)
    assert found["schema"] == 1
    return found


def account(lab: Lab, **changes: object) -> None:
    aws = lab.world.aws
    first = msgspec.structs.replace(aws.account[0], **changes)
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(aws, account=(first, *aws.account[1:])))


def project(lab: Lab, **changes: object) -> None:
    google = lab.world.google
    first = msgspec.structs.replace(google.project[0], **changes)
    google = msgspec.structs.replace(google, project=(first, *google.project[1:]))
    lab.world = msgspec.structs.replace(lab.world, google=google)


def fact(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    one: dict[str, Any] = found[name] if name in found else found["models"][0][name]
    assert one.keys() >= {"value", "by", "at"} or one["because"], name
    return one


def test_every_fact_of_bedrock_has_its_request_and_time(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, SONNET, HAIKU)
    lab.forget()
    found = scoped(here)
    assert fact(found, "account")["value"] == "123456789012"
    assert fact(found, "organization")["value"] == {"id": "o-acme0000000", "management_account": "123456789012"}
    assert [one["id"] for one in found["models"] if one["pinned"]] == [OPUS, SONNET, HAIKU]
    assert fact(found, "arn")["value"] == f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{OPUS}"
    assert fact(found, "endpoint")["value"] == "bedrock-runtime.us-east-1.amazonaws.com"
    assert fact(found, "served_by")["value"] == "aws"
    assert sorted(fact(found, "destinations")["value"]) == ["us-east-1", "us-east-2", "us-west-2"]
    agreed = {
        "agreement": "AVAILABLE",
        "authorization": "AUTHORIZED",
        "entitlement": "AVAILABLE",
        "region": "AVAILABLE",
    }
    assert fact(found, "agreement")["value"] == agreed
    assert fact(found, "retention")["value"] == "default"
    assert fact(found, "logging")["value"]["s3Config"]["bucketName"] == "acme-bedrock-logs"
    assert {one["region"] for one in fact(found, "retention")["elsewhere"]} == {"us-east-2", "us-west-2"}
    assert not [one.operation for one in lab.requests if "Invoke" in one.operation or "CreateMessage" in one.operation]


@pytest.mark.parametrize(("operation", "told"), PERMISSIONS.items(), ids=list(PERMISSIONS))
def test_denied_request_names_the_missing_permission(
    here: Program, lab: Lab, operation: str, told: tuple[str, str]
) -> None:
    bedrock(here, OPUS)
    refused(lab, operation)
    one = fact(scoped(here), told[0])
    assert "value" not in one
    assert f"{told[1]} is missing" in one["because"]


def fact_of_google(here: Program, lab: Lab, name: str, operation: str, error: Error) -> dict[str, Any]:
    """What scope says where Google answers the operation with the error."""
    vertex(here, "claude-opus-5-5")
    lab.inject(Fault(error, operation=operation))
    return fact(scoped(here, "v"), name)


@pytest.mark.parametrize(("operation", "told"), GOOGLE.items(), ids=list(GOOGLE))
def test_denied_request_of_google_names_the_missing_permission(
    here: Program, lab: Lab, operation: str, told: tuple[str, str]
) -> None:
    found = fact_of_google(here, lab, told[0], operation, Error(403, "IAM_PERMISSION_DENIED", "Permission denied"))
    assert f"{told[1]} is missing" in found["because"]


@pytest.mark.parametrize(("operation", "told"), GOOGLE.items(), ids=list(GOOGLE))
def test_fact_that_google_does_not_have_is_null_with_its_request(
    here: Program, lab: Lab, operation: str, told: tuple[str, str]
) -> None:
    absent = fact_of_google(here, lab, told[0], operation, Error(404, "NOT_FOUND", "Requested entity was not found"))
    assert (absent.get("value", "missing"), bool(absent.get("by"))) == (None, True)


def test_what_is_not_there_is_null_with_its_request(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    account(lab, organization="", logging={})
    found = scoped(here)
    for name in ("organization", "logging"):
        assert fact(found, name)["value"] is None
        assert fact(found, name)["by"]


def test_agreement_entitlement_and_retention_are_reported(here: Program, lab: Lab) -> None:
    """Neither is an error of `scope`: a missing agreement is a value, with its request."""
    bedrock(here, OPUS)
    base = OPUS.removeprefix("us.")
    refused_access = Access(agreement="NOT_AVAILABLE", authorization="NOT_AUTHORIZED", entitlement="NOT_AVAILABLE")
    account(lab, access={base: refused_access}, retention="none", retention_in={"us-west-2": "default"})
    found = scoped(here)
    agreed = fact(found, "agreement")
    assert agreed["by"] == "bedrock:GetFoundationModelAvailability"
    assert (agreed["value"]["agreement"], agreed["value"]["entitlement"]) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
    assert fact(found, "retention")["value"] == "none"  # the profile's region; the others are not looked up
    assert {one["region"] for one in fact(found, "retention")["elsewhere"]} == {"us-east-2", "us-west-2"}


def test_global_profile_goes_to_global_and_bare_id_to_its_region(here: Program) -> None:
    bedrock(here, "global.anthropic.claude-opus-5-5")
    assert "global" in fact(scoped(here), "destinations")["value"]


def test_facts_of_vertex(here: Program, lab: Lab) -> None:
    project(lab, logging={"claude-opus-5-5": {"enabled": True, "samplingRate": 1}})
    vertex(here, "claude-opus-5-5", "claude-haiku-4-5@20251001")
    found = scoped(here, "v")
    assert fact(found, "account")["value"] == {"project": "acme-ml", "number": "482910573621"}
    assert fact(found, "organization")["value"] == "organizations/600000000001"
    assert fact(found, "residency")["value"] == {"allowed": ["in:us-locations"]}
    assert fact(found, "destinations")["value"] == ["us"]
    assert fact(found, "arn")["value"] == "projects/acme-ml/locations/us/publishers/anthropic/models/claude-opus-5-5"
    assert fact(found, "logging")["value"] == {"enabled": True, "samplingRate": 1}
    assert found["models"][1]["logging"]["value"] is None
    project(lab, resource_locations=None)
    assert fact(scoped(here, "v"), "residency")["value"] is None


def test_organization_of_a_key_is_in_the_answers_header(here: Program, lab: Lab) -> None:
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    found = scoped(here, "key")
    assert re.fullmatch(r"[0-9a-f-]{36}", fact(found, "organization")["value"])
    for name in ("residency", "retention", "destinations", "account"):
        assert fact(found, name)["because"]


def test_account_of_a_plan_is_the_one_of_its_login(here: Program) -> None:
    here.init("plan", "subscription", plan="max-5x")
    login = {
        "accountUuid": "a-1",
        "organizationUuid": "o-1",
        "organizationName": "Acme",
        "emailAddress": "a@acme.x",
    }
    (here.home / ".claude.json").write_text(json.dumps({"oauthAccount": login}))
    done = here.run("scope", "plan", "--json")
    assert json.loads(done.out)["organization"]["value"] == {"id": "o-1", "name": "Acme"}
    assert "acme.x" not in done.out


def test_hosts_are_those_of_the_last_trace(here: Program) -> None:
    bedrock(here, OPUS)
    assert "ccsetup trace b" in fact(scoped(here), "hosts")["because"]
    at = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)
    last.keep_hosts(
        here.home / ".local" / "state" / "ccsetup" / "traces", "b", at, "2.1.332", ["b.example", "a.example"]
    )
    found = fact(scoped(here), "hosts")
    assert (found["value"], found["at"]) == (["a.example", "b.example"], at.isoformat())
    assert "NONESSENTIAL" in found["by"]


def test_gateway_is_never_guessed(here: Program, lab: Lab) -> None:
    here.init("g", "gateway", base_url=lab.url, auth_token="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    found = json.loads(here.run("scope", "g", "--json").out)
    for name in ("destinations", "served_by", "agreement", "residency"):
        assert "gateway" in fact(found, name)["because"]


@pytest.mark.parametrize("name", ["b", "v"])
def test_page_claims_nothing_and_asks_with_the_blanks_filled(here: Program, name: str) -> None:
    bedrock(here, OPUS)
    vertex(here, "claude-opus-5-5")
    found = scoped(here, name)
    place, whose = {"b": ("us-east-2", "123456789012"), "v": ("us", "482910573621")}[name]
    assert len(found["ask"]) >= 3
    for question in found["ask"]:
        assert question.rstrip().endswith("?")
        assert all(word in question for word in (found["models"][0]["id"], place, whose)), question
    page = here.ok("scope", name).out
    for line in page.splitlines():
        assert not CLAIMS.search(line) or "?" in line or "not" in line
    assert all(f"](<{term['url']}>)" in page for term in found["terms"])


def test_values_from_outside_stay_text_in_markdown(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    account(lab, organization="o-|<script>alert(1)</script>[x](javascript:1)")
    page = here.ok("scope", "b").out
    assert "<script>" not in page
    assert not re.search(r"(?<!\\)\]\(javascript", page)


def test_nothing_looked_up_is_exit_code_three(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    refused(lab, *PERMISSIONS, "GetCallerIdentity")
    found = scoped(here, code=3)
    assert fact(found, "account")["because"]


def test_policy_grants_what_scope_looks_up(here: Program) -> None:
    bedrock(here, OPUS)
    text = here.ok("policy", "b", "--with", "scope").out
    assert all(permission in text for _, permission in PERMISSIONS.values())


def test_unknown_name_is_exit_code_two(here: Program) -> None:
    assert here.run("scope", "nope").code == 2
