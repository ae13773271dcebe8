"""boto3 takes the lab for Bedrock: the catalogue, access, and invocations."""

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError, EventStreamError

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.lab_world import PROFILE, aws_client

BODY = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": []})


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


def profiles(lab: Lab, region: str, **more: object) -> dict[str, Any]:
    pages = aws_client(lab, "bedrock", region).get_paginator("list_inference_profiles").paginate(**more)
    return {one["inferenceProfileId"]: one for page in pages for one in page["inferenceProfileSummaries"]}


def refused(call: Callable[..., object], **arguments: object) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def regions(profile: dict[str, Any]) -> list[str]:
    return [model["modelArn"].split(":")[3] for model in profile["models"]]


def test_one_port_plays_every_region(lab: Lab) -> None:
    assert {"us.", "global."} == {
        name.partition("anthropic")[0] for name in profiles(lab, "us-west-2") if ".anthropic." in name
    }
    tokyo = profiles(lab, "ap-northeast-1")
    assert "jp.anthropic.claude-opus-5-5" in tokyo
    assert "apac.anthropic.claude-opus-5-5" not in tokyo
    assert "apac.anthropic.claude-sonnet-4-20250514-v1:0" in tokyo
    assert [one.place for one in lab.requests_for("ListInferenceProfiles")] == ["us-west-2", "ap-northeast-1"]


@pytest.mark.thorough
def test_india_has_profiles_of_its_own(lab: Lab) -> None:
    india = {
        "in.anthropic.claude-opus-5",
        "in.anthropic.claude-sonnet-5",
        "in.anthropic.claude-haiku-4-5-20251001-v1:0",
    }
    assert {name for name in profiles(lab, "ap-south-1") if name.startswith("in.")} == india
    assert not any(name.startswith("in.") for name in profiles(lab, "ap-southeast-1"))


def test_pages_are_followed_to_the_last_profile(lab: Lab) -> None:
    paged = profiles(lab, "us-east-1", PaginationConfig={"PageSize": 7})
    assert paged.keys() == profiles(lab, "us-east-1").keys()
    assert len(lab.requests_for("ListInferenceProfiles")) == -(-len(paged) // 7) + 1


@pytest.mark.thorough
def test_destinations_vary_with_the_source_and_global_has_no_region(lab: Lab) -> None:
    assert regions(profiles(lab, "us-east-1")[PROFILE]) == ["us-east-1", "us-east-2", "us-west-2"]
    assert "us-west-1" in regions(profiles(lab, "us-west-1")[PROFILE])
    models = profiles(lab, "sa-east-1")["global.anthropic.claude-opus-5-5"]["models"]
    assert models[0] == {"modelArn": "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-5-5"}
    assert models[1] == {"modelArn": "arn:aws:bedrock:sa-east-1::foundation-model/anthropic.claude-opus-5-5"}
    assert profiles(lab, "us-gov-west-1").popitem()[1]["inferenceProfileArn"].startswith("arn:aws-us-gov:bedrock")


@pytest.mark.thorough
def test_a_profile_is_found_by_id_by_arn_and_as_an_application_profile(lab: Lab) -> None:
    client = aws_client(lab, "bedrock")
    listed = profiles(lab, "us-east-1", typeEquals="APPLICATION")
    own = listed["2kbsta0lwebx"]
    assert own["type"] == "APPLICATION"
    for identifier in (PROFILE, profiles(lab, "us-east-1")[PROFILE]["inferenceProfileArn"]):
        assert client.get_inference_profile(inferenceProfileIdentifier=identifier)["inferenceProfileId"] == PROFILE
    found = client.get_inference_profile(inferenceProfileIdentifier=own["inferenceProfileArn"])
    assert regions(found) == ["us-east-1", "us-east-2", "us-west-2"]
    assert "%2F" in lab.requests_for("GetInferenceProfile")[-1].path
    code, status, _ = refused(client.get_inference_profile, inferenceProfileIdentifier="eu.anthropic.claude-fable-5")
    assert (code, status) == ("ResourceNotFoundException", 404)


def test_foundation_models_tell_types_and_days(lab: Lab) -> None:
    client = aws_client(lab, "bedrock")
    every = {one["modelId"]: one for one in client.list_foundation_models()["modelSummaries"]}
    claude = client.list_foundation_models(byProvider="anthropic")["modelSummaries"]
    assert {"amazon.nova-pro-v1:0", "meta.llama3-3-70b-instruct-v1:0"} <= every.keys() - {
        one["modelId"] for one in claude
    }
    assert every["anthropic.claude-opus-5-5"]["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]
    assert every["anthropic.claude-3-haiku-20240307-v1:0:48k"]["inferenceTypesSupported"] == ["PROVISIONED"]
    opus_4_1 = every["anthropic.claude-opus-4-1-20250805-v1:0"]["modelLifecycle"]
    assert opus_4_1["status"] == "LEGACY"
    assert opus_4_1["endOfLifeTime"].date() == datetime.date(2027, 1, 8)
    assert every["anthropic.claude-sonnet-4-5-20250929-v1:0"]["modelLifecycle"] == {"status": "ACTIVE"}
    details = client.get_foundation_model(modelIdentifier="anthropic.claude-opus-5-5")["modelDetails"]
    assert details == every["anthropic.claude-opus-5-5"]
    code, status, _ = refused(client.get_foundation_model, modelIdentifier="anthropic.claude-9")
    assert (code, status) == ("ResourceNotFoundException", 404)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("day", "status"), [("2026-07-01", "ACTIVE"), ("2026-08-01", "LEGACY"), ("2027-01-20", "LEGACY")]
)
def test_the_calendar_decides_what_is_legacy(lab: Lab, day: str, status: str) -> None:
    lab.world = lab.world.on(datetime.date.fromisoformat(day))
    identifier = "anthropic.claude-opus-4-1-20250805-v1:0"
    found = aws_client(lab, "bedrock").get_foundation_model(modelIdentifier=identifier)["modelDetails"]
    assert found["modelLifecycle"]["status"] == status


def test_a_model_ends_and_then_vanishes(lab: Lab) -> None:
    name = "us.anthropic.claude-opus-4-1-20250805-v1:0"
    runtime = aws_client(lab, "bedrock-runtime")
    assert runtime.invoke_model(modelId=name, body=BODY)
    lab.world = lab.world.on(datetime.date(2027, 1, 8))
    assert name in profiles(lab, "us-east-1")
    code, _, text = refused(runtime.invoke_model, modelId=name, body=BODY)
    assert (code, "end of its life" in text) == ("ResourceNotFoundException", True)
    lab.world = lab.world.on(datetime.date(2027, 2, 8))
    assert name not in profiles(lab, "us-east-1")
    assert refused(runtime.invoke_model, modelId=name, body=BODY)[0] == "ValidationException"


def test_model_access_is_reported_gate_by_gate(lab: Lab) -> None:
    ready, new = aws_client(lab, "bedrock"), aws_client(lab, "bedrock", name="sandbox")
    found = ready.get_foundation_model_availability(modelId="anthropic.claude-opus-5-5")
    assert found["agreementAvailability"] == {"status": "AVAILABLE"}
    assert (found["authorizationStatus"], found["regionAvailability"]) == ("AUTHORIZED", "AVAILABLE")
    found = new.get_foundation_model_availability(modelId="anthropic.claude-opus-5-5")
    assert found["agreementAvailability"] == {"status": "NOT_AVAILABLE"}
    offers = ready.list_foundation_model_agreement_offers(modelId="anthropic.claude-opus-5-5")["offers"]
    assert offers[0]["termDetails"]["legalTerm"]["url"].startswith("https://")
    assert json.loads(ready.get_use_case_for_model_access()["formData"])["companyName"]
    code, status, text = refused(new.get_use_case_for_model_access)
    assert (code, status, text) == (
        "ResourceNotFoundException",
        404,
        "You have not filled out the request form.",
    )
    assert ready.get_account_data_retention()["mode"] == "default"


def test_an_invocation_is_answered_whole_or_as_an_event_stream(lab: Lab) -> None:
    client = aws_client(lab, "bedrock-runtime")
    whole = json.loads(client.invoke_model(modelId=PROFILE, body=BODY)["body"].read())
    assert whole["content"] == [{"type": "text", "text": "pong"}]
    stream = client.invoke_model_with_response_stream(modelId=PROFILE, body=BODY)["body"]
    events = [json.loads(event["chunk"]["bytes"]) for event in stream]
    assert [events[0]["type"], events[-1]["type"]] == ["message_start", "message_stop"]
    counted = {"invokeModel": {"body": BODY}}
    assert client.count_tokens(modelId="anthropic.claude-haiku-4-5-20251001-v1:0", input=counted)["inputTokens"] == 10
    assert "counting tokens" in refused(client.count_tokens, modelId=PROFILE, input=counted)[2]


def test_a_stream_can_break_off_in_its_midst(lab: Lab) -> None:
    lab.inject(Fault(Error(429, "ThrottlingException", "Too many tokens, please wait.", midstream=True)))
    stream = aws_client(lab, "bedrock-runtime").invoke_model_with_response_stream(modelId=PROFILE, body=BODY)["body"]
    with pytest.raises(EventStreamError, match="throttlingException"):
        list(stream)


@pytest.mark.parametrize(
    ("name", "region", "model", "code", "status", "words"),
    [
        ("my-prod", "us-east-1", "anthropic.claude-opus-5-5", "ValidationException", 400, "on-demand throughput isn’t"),
        ("my-prod", "us-east-1", "us.anthropic.claude-opus-9", "ValidationException", 400, "identifier is invalid"),
        ("my-prod", "eu-west-1", PROFILE, "ValidationException", 400, "identifier is invalid"),
        ("my-prod", "us-east-1", "us.anthropic.claude-fable-5", "ValidationException", 400, "data retention mode"),
        ("readonly", "us-east-1", PROFILE, "AccessDeniedException", 403, "no identity-based policy allows the bedrock"),
        (
            "eu-sso",
            "eu-west-1",
            "global.anthropic.claude-opus-5",
            "AccessDeniedException",
            403,
            "service control policy: arn",
        ),
        ("sandbox", "us-east-1", PROFILE, "ResourceNotFoundException", 404, "use case details"),
        ("stale", "us-east-1", PROFILE, "ExpiredTokenException", 403, "is expired"),
        ("my-prod", "me-south-1", PROFILE, "UnrecognizedClientException", 403, "token included in the request is inv"),
    ],
)
def test_a_refused_invocation_has_aws_own_words(
    lab: Lab, name: str, region: str, model: str, code: str, status: int, words: str
) -> None:
    client = aws_client(lab, "bedrock-runtime", region, name)
    found = refused(client.invoke_model_with_response_stream, modelId=model, body=BODY)
    assert found[:2] == (code, status)
    assert words in found[2]


def test_a_held_quota_throttles_by_the_day(lab: Lab) -> None:
    account = msgspec.structs.replace(lab.world.aws.account[0], quotas={"L-A4430697": 0})
    aws = msgspec.structs.replace(lab.world.aws, account=(account, *lab.world.aws.account[1:]))
    lab.world = msgspec.structs.replace(lab.world, aws=aws)
    found = refused(aws_client(lab, "bedrock-runtime").invoke_model, modelId=PROFILE, body=BODY)
    assert found[:2] == ("ThrottlingException", 429)
    assert "per day" in found[2]


@pytest.mark.thorough
def test_an_application_profile_can_be_invoked_by_its_arn(lab: Lab) -> None:
    arn = profiles(lab, "us-east-1", typeEquals="APPLICATION")["2kbsta0lwebx"]["inferenceProfileArn"]
    assert aws_client(lab, "bedrock-runtime").invoke_model(modelId=arn, body=BODY)
    assert lab.requests[-1].model == arn


def test_requests_can_be_denied_one_by_one(lab: Lab) -> None:
    client = aws_client(lab, "bedrock", name="claude-only")
    assert client.list_inference_profiles()["inferenceProfileSummaries"]
    code, status, text = refused(client.list_foundation_models)
    assert (code, status) == ("AccessDeniedException", 403)
    assert "is not authorized to perform: bedrock:ListFoundationModels because no" in text


def test_a_bearer_token_works_over_tls_and_at_a_place(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    token = next(one.bearer for one in lab.world.aws.identity if one.bearer)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", token)
    session = boto3.Session(region_name="eu-west-1")
    verified = {"verify": str(lab.ca_file), "region_name": "eu-west-1"}
    client = session.client("bedrock", endpoint_url=lab.tls_url, **verified)
    assert client.list_inference_profiles()["inferenceProfileSummaries"]
    placed = session.client("bedrock", endpoint_url=lab.at("eu-west-1"), **verified)
    found = {one["inferenceProfileId"] for one in placed.list_inference_profiles()["inferenceProfileSummaries"]}
    assert "eu.anthropic.claude-opus-5-5" in found
    log = [(one.scheme, one.place, one.identity) for one in lab.requests]
    assert log == [("https", "us-east-1", "bedrock-key"), ("https", "eu-west-1", "bedrock-key")]
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "wrong")
    wrong = boto3.Session().client("bedrock", endpoint_url=lab.tls_url, **verified)
    assert refused(wrong.list_inference_profiles)[2] == "Authentication failed: Please make sure your API Key is valid."
