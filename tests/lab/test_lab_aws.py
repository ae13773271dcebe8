"""The lab's STS, IAM, Service Quotas and CloudWatch: boto3 and the real aws command take them, moto answers alike."""

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from tests.support.lab_world import PROFILE, Client, aws_client, run_aws

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
ROLE_NAME = "AWSReservedSSO_BedrockUser_0123456789abcdef"
ROLE = f"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/{ROLE_NAME}"
ACTION = "bedrock:InvokeModelWithResponseStream"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def code_of(call: Callable[..., object], **arguments: object) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def shape(value: object) -> Client:
    """The value with its leaves turned into their types."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key != "ResponseMetadata"}
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value)


def test_a_key_tells_its_identity_in_every_region(lab: Lab) -> None:
    for region in ("us-east-1", "eu-central-1"):
        found = aws_client(lab, "sts", region).get_caller_identity()
        assert (found["Account"], found["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:user/ada")
    assert code_of(aws_client(lab, "sts", name="stale").get_caller_identity) == "ExpiredToken"
    stranger = boto3.client(
        "sts", "us-east-1", endpoint_url=lab.url, aws_access_key_id="AKIAX", aws_secret_access_key="x"
    )
    assert code_of(stranger.get_caller_identity) == "InvalidClientTokenId"


def test_a_role_can_be_assumed_and_then_names_itself(lab: Lab) -> None:
    sts = aws_client(lab, "sts")
    given = sts.assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    assumed = boto3.client(
        "sts",
        "us-east-1",
        endpoint_url=lab.url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert ":assumed-role/AWSReservedSSO_BedrockUser" in assumed.get_caller_identity()["Arn"]
    assert code_of(sts.assume_role, RoleArn=f"{ROLE}x", RoleSessionName="test") == "AccessDenied"


@pytest.mark.thorough
def test_the_simulator_names_the_resource_that_is_denied(lab: Lab) -> None:
    iam = aws_client(lab, "iam")
    role = iam.get_role(RoleName=ROLE_NAME)["Role"]["Arn"]
    assert "/aws-reserved/sso.amazonaws.com/eu-central-1/" in role
    europe = "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-opus-5-5"
    nowhere = "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-5-5"
    asked = {"ActionNames": [ACTION], "ResourceArns": [europe, nowhere]}
    [found] = iam.simulate_principal_policy(PolicySourceArn=role, **asked)["EvaluationResults"]
    decisions = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in found["ResourceSpecificResults"]}
    assert decisions == {europe: "allowed", nowhere: "explicitDeny"}
    assert found["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    session = "arn:aws:sts::123456789012:assumed-role/Developer/ada"
    assert code_of(iam.simulate_principal_policy, PolicySourceArn=session, **asked) == "InvalidInput"
    missing = "arn:aws:iam::123456789012:role/gone"
    assert code_of(iam.simulate_principal_policy, PolicySourceArn=missing, **asked) == "NoSuchEntity"
    denied = aws_client(lab, "iam", name="claude-only").simulate_principal_policy
    assert code_of(denied, PolicySourceArn=role, **asked) == "AccessDenied"


def test_quotas_come_in_small_pages_unless_asked_otherwise(lab: Lab) -> None:
    client = aws_client(lab, "service-quotas")
    assert len(client.list_service_quotas(ServiceCode="bedrock")["Quotas"]) == 8
    pages = list(
        client.get_paginator("list_service_quotas").paginate(ServiceCode="bedrock", PaginationConfig={"PageSize": 100})
    )
    assert len(pages) == 12
    assert len({one["QuotaCode"] for page in pages for one in page["Quotas"]}) > 1100


def test_a_quota_has_an_applied_and_a_default_value(lab: Lab) -> None:
    client = aws_client(lab, "service-quotas", name="sandbox")
    named = {"ServiceCode": "bedrock", "QuotaCode": "L-A4430697"}
    applied = client.get_service_quota(**named)["Quota"]
    assert applied["QuotaName"].endswith("Claude Opus 5.5")
    assert (applied["Value"], applied["QuotaAppliedAtLevel"]) == (0, "ACCOUNT")
    assert client.list_service_quotas(**named)["Quotas"] == [applied]
    assert client.get_aws_default_service_quota(**named)["Quota"]["Value"] == 4_000_000
    first = client.list_aws_default_service_quotas(ServiceCode="bedrock", MaxResults=1)["Quotas"][0]
    assert first["QuotaCode"] == "L-A4430697"
    assert code_of(client.get_service_quota, ServiceCode="bedrock", QuotaCode="L-0") == "NoSuchResourceException"
    denied = aws_client(lab, "service-quotas", name="readonly")
    assert code_of(denied.get_service_quota, **named) == "AccessDeniedException"


def test_a_pending_increase_is_listed_for_its_region(lab: Lab) -> None:
    client = aws_client(lab, "service-quotas")
    [change] = client.list_requested_service_quota_change_history(ServiceCode="bedrock", Status="PENDING")[
        "RequestedQuotas"
    ]
    by_quota = client.list_requested_service_quota_change_history_by_quota
    assert by_quota(ServiceCode="bedrock", QuotaCode="L-A4430697")["RequestedQuotas"] == [change]
    assert change["DesiredValue"] == 8_000_000
    elsewhere = aws_client(lab, "service-quotas", "eu-west-1")
    assert elsewhere.list_requested_service_quota_change_history(ServiceCode="bedrock")["RequestedQuotas"] == []


def metric(model: str) -> dict[str, Any]:
    dimensions = [{"Name": "ModelId", "Value": model}]
    named = {"Namespace": "AWS/Bedrock", "MetricName": "EstimatedTPMQuotaUsage", "Dimensions": dimensions}
    return {
        "MetricDataQueries": [{"Id": "use", "MetricStat": {"Metric": named, "Period": 60, "Stat": "Sum"}}],
        "StartTime": NOW - datetime.timedelta(minutes=5),
        "EndTime": NOW,
    }


def test_usage_is_reported_by_minute_and_absence_is_not_zero(lab: Lab) -> None:
    client = aws_client(lab, "cloudwatch")
    [found] = client.get_metric_data(**metric(PROFILE))["MetricDataResults"]
    assert found["Values"] == [450_000] * 5
    assert found["Timestamps"][0] == NOW - datetime.timedelta(minutes=1)
    assert client.get_metric_data(**metric("anthropic.other"))["MetricDataResults"][0]["Values"] == []


def test_regions_are_listed_with_their_state(lab: Lab) -> None:
    client = aws_client(lab, "account")
    disabled = client.list_regions(RegionOptStatusContains=["DISABLED"])["Regions"]
    assert {one["RegionName"] for one in disabled} == {"il-central-1", "me-central-1", "me-south-1"}


@pytest.mark.thorough
def test_moto_answers_as_the_lab_does(lab: Lab, moto: str) -> None:
    data = [
        {"MetricName": "EstimatedTPMQuotaUsage", "Value": 450_000, "Timestamp": NOW - datetime.timedelta(minutes=1)}
    ]
    dimensions = [{"Name": "ModelId", "Value": PROFILE}]
    real = aws_client(lab, "cloudwatch", endpoint_url=moto)
    real.put_metric_data(Namespace="AWS/Bedrock", MetricData=[{**data[0], "Dimensions": dimensions}])
    for service, operation, asked in (
        ("sts", "get_caller_identity", {}),
        ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "test"}),
        ("cloudwatch", "get_metric_data", metric(PROFILE)),
    ):
        ours = getattr(aws_client(lab, service), operation)(**asked)
        theirs = getattr(aws_client(lab, service, endpoint_url=moto), operation)(**asked)
        assert (
            shape(ours).items()
            >= {key: value for key, value in shape(theirs).items() if key != "PackedPolicySize"}.items()
        )
    empty = aws_client(lab, "cloudwatch", endpoint_url=moto).get_metric_data(**metric("anthropic.other"))
    assert empty["MetricDataResults"][0]["Values"] == []


@pytest.mark.thorough
def test_moto_and_the_lab_refuse_an_unknown_role_alike(lab: Lab, moto: str) -> None:
    for url in (lab.url, moto):
        assert code_of(aws_client(lab, "iam", endpoint_url=url).get_role, RoleName="gone") == "NoSuchEntity"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("sts get-caller-identity --query Account", "123456789012"),
        (
            "bedrock list-inference-profiles --page-size 10 --query length(inferenceProfileSummaries)",
            None,
        ),
        (
            "bedrock list-foundation-models --by-provider Anthropic --query modelSummaries[0].modelId",
            "anthropic.claude-fable-5-2",
        ),
        (
            "service-quotas get-service-quota --service-code bedrock --quota-code L-E3F10727 --query Quota.Value",
            "700000000.0",
        ),
        (
            f"iam get-role --role-name {ROLE_NAME} --query Role.RoleName",
            ROLE_NAME,
        ),
    ],
)
def test_the_aws_command_works_unchanged(lab: Lab, tmp_path: Path, arguments: str, expected: str | None) -> None:
    environment = lab.environment(tmp_path)
    done = run_aws(environment, "--profile", "my-prod", "--output", "json", *arguments.split(" "))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert str(answer) == expected if expected else answer > 30


@pytest.mark.thorough
def test_the_aws_command_invokes_a_model(lab: Lab, tmp_path: Path) -> None:
    out = tmp_path / "answer.json"
    body = tmp_path / "body.json"
    body.write_text('{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[]}')
    invoke = ("bedrock-runtime", "invoke-model", "--model-id", PROFILE, "--body", f"file://{body}", str(out))
    done = run_aws(lab.environment(tmp_path), "--profile", "my-prod", *invoke)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["content"][0]["text"] == "pong"


@pytest.mark.thorough
def test_the_aws_command_prints_an_injected_refusal(lab: Lab, tmp_path: Path) -> None:
    lab.inject(Fault.from_specimen("sts", 403, "SignatureDoesNotMatch", "The request signature we calculated …"))
    done = run_aws(lab.environment(tmp_path), "--profile", "my-prod", "sts", "get-caller-identity")
    lab.clear_faults()
    assert "(SignatureDoesNotMatch)" in done.stderr
