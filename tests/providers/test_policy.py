"""`policy`, as a process: IAM takes it, Terraform's language reads it, and it allows the pins and nothing else."""

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import hcl2
import msgspec
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from ccsetup.lab.aws.state import Identity, Rule
from ccsetup.lab.lab import Lab
from ccsetup.providers.policy import hcl
from ccsetup.providers.policy.least_privilege import load_policy
from tests.support.lab_world import aws_client
from tests.support.program import Program

OPUS, SONNET = "us.anthropic.claude-opus-5-5", "global.anthropic.claude-sonnet-5-5"
APPLICATION = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/2kbsta0lwebx"
ALL = ("listing", "marketplace", "doctor", "bearer", "prices")
BODY = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": []})


def bedrock(here: Program, *pins: str, aws_profile: str = "my-prod", **more: str) -> None:
    tiers = {f"models.{tier}": pin for tier, pin in zip(("opus", "sonnet", "haiku"), pins, strict=False)}
    here.init("b", "bedrock", **{"aws_profile": aws_profile, "region": "us-east-1", **tiers, **more})


def policy(here: Program, *flags: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(here.ok("policy", "b", *flags).out)
    return found


def with_all() -> list[str]:
    return [word for part in ALL for word in ("--with", part)]


def rules(document: Mapping[str, Any]) -> tuple[Rule, ...]:
    """A policy's statements as the lab reads them."""
    return tuple(
        Rule(
            actions=tuple(one["Action"]),
            effect="allow",
            resources=tuple(one["Resource"]),
            when={key: tuple(values) for test in one.get("Condition", {}).values() for key, values in test.items()},
        )
        for one in document["Statement"]
    )


def allowed_only(lab: Lab, document: Mapping[str, Any]) -> None:
    """Give the identity `no-list` exactly this policy; and every model, on demand too, to be kept from."""
    aws = lab.world.aws

    def given(one: Identity) -> Identity:
        return msgspec.structs.replace(one, allow=(), rules=rules(document)) if one.name == "no-list" else one

    models = tuple(msgspec.structs.replace(one, on_demand=("us-east-1",)) for one in aws.model)
    identities = tuple(given(one) for one in aws.identity)
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(aws, identity=identities, model=models))


def invocable(lab: Lab) -> set[str]:
    """Every id and ARN of us-east-1 that the identity can invoke, as Claude Code would."""
    lister = aws_client(lab, "bedrock")
    listed = lister.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    own = lister.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    models = lister.list_foundation_models()["modelSummaries"]
    ids = [one["inferenceProfileId"] for one in listed] + [one["inferenceProfileArn"] for one in own]
    ids += [one["modelId"] for one in models]
    runtime = aws_client(lab, "bedrock-runtime", name="no-list")
    found = set()
    for id_ in ids:
        try:
            runtime.invoke_model_with_response_stream(modelId=id_, body=BODY)
        except ClientError as why:
            if why.response["Error"]["Code"] == "AccessDeniedException":
                continue
        found.add(id_)  # past the permission, whatever else is wrong with the model
    return found


def test_an_identity_with_this_policy_invokes_the_pins_and_nothing_else(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, SONNET, APPLICATION)
    allowed_only(lab, policy(here))
    assert invocable(lab) == {OPUS, SONNET, APPLICATION}


@pytest.mark.thorough
def test_a_model_that_is_invoked_directly_is_allowed_directly(here: Program, lab: Lab) -> None:
    aws = lab.world.aws
    models = tuple(msgspec.structs.replace(one, on_demand=("us-east-1",)) for one in aws.model)
    lab.world = msgspec.structs.replace(lab.world, aws=msgspec.structs.replace(aws, model=models))
    bedrock(here, "anthropic.claude-sonnet-4-6")
    allowed_only(lab, policy(here))
    assert invocable(lab) == {"anthropic.claude-sonnet-4-6"}


@pytest.mark.thorough
def test_the_simulator_agrees(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    found = policy(here)
    allowed_only(lab, found)
    [profile] = found["Statement"][0]["Resource"]
    models = found["Statement"][1]["Resource"]
    assert len(models) == 3

    def decisions(**context: str) -> set[str]:
        answer = aws_client(lab, "iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:user/finn",
            ActionNames=["bedrock:InvokeModelWithResponseStream"],
            ResourceArns=models,
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for name, value in context.items()
            ],
        )
        return {one["EvalDecision"] for one in answer["EvaluationResults"]}

    assert decisions(**{"bedrock:InferenceProfileArn": profile}) == {"allowed"}
    assert decisions() == {"implicitDeny"}


def test_the_destinations_are_exact_and_a_global_profile_has_one_without_a_region(here: Program) -> None:
    bedrock(here, OPUS, SONNET)
    profiles, models = policy(here)["Statement"]
    account = "arn:aws:bedrock:us-east-1:123456789012:inference-profile"
    assert profiles["Resource"] == [f"{account}/{OPUS}", f"{account}/{SONNET}"]
    opus, sonnet = "foundation-model/anthropic.claude-opus-5-5", "foundation-model/anthropic.claude-sonnet-5-5"
    assert set(models["Resource"]) == {
        *(f"arn:aws:bedrock:{region}::{opus}" for region in ("us-east-1", "us-east-2", "us-west-2")),
        *(f"arn:aws:bedrock:{region}::{sonnet}" for region in ("", "us-east-1")),
    }
    assert models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profiles["Resource"]}}


@pytest.fixture(scope="module")
def iam() -> Iterator[Any]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "AKIAMOTO", "aws_secret_access_key": "moto"}
    yield boto3.client("iam", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys)
    server.stop()


@pytest.mark.parametrize("flags", [(), tuple(with_all())], ids=["least", "all"])
def test_iam_takes_the_document(here: Program, iam: Any, flags: tuple[str, ...]) -> None:  # noqa: ANN401
    bedrock(here, OPUS, SONNET, APPLICATION)
    text = here.ok("policy", "b", *flags).out
    made = iam.create_policy(PolicyName=f"claude-{len(flags)}", PolicyDocument=text)["Policy"]
    assert made["Arn"].endswith(f"policy/claude-{len(flags)}")
    assert len(re.sub(r"\s", "", text)) <= load_policy().aws.largest


def test_every_action_is_one_that_aws_has() -> None:
    package = importlib.util.find_spec("cfnlint")
    assert package
    assert package.origin
    file = Path(package.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    known = json.loads(file.read_text())
    aws = load_policy().aws
    for action in (*aws.invoke, *aws.resolve, *(action for block in aws.block for action in block.actions)):
        service, name = action.split(":")
        assert name.lower() in known[service]["Actions"], action


@pytest.mark.thorough
def test_the_optional_parts_are_there_when_asked_for(here: Program) -> None:
    bedrock(here, OPUS)
    least = {one["Sid"] for one in policy(here)["Statement"]}
    whole = {one["Sid"]: one for one in policy(here, *with_all())["Statement"]}
    optional = {"ListModels", "SubscribeOnFirstUse", "DiagnoseReadOnly", "UseBedrockApiKey", "ReadPrices"}
    assert set(whole) - least == optional
    condition = {"StringEquals": {"aws:CalledViaLast": ["bedrock.amazonaws.com"]}}
    assert whole["SubscribeOnFirstUse"]["Condition"] == condition
    refused = here.run("policy", "b", "--with", "everything")
    assert (refused.code, "listing, marketplace, doctor, bearer" in refused.err) == (2, True)


@pytest.mark.thorough
def test_counting_tokens_is_granted_when_asked_for(here: Program) -> None:
    bedrock(here, OPUS)
    for flags in (("--with", "count-tokens"), ("--with", "count-tokens", "--with", "listing")):
        granted = {one["Sid"]: one["Action"] for one in policy(here, *flags)["Statement"]}
        assert granted["CountTokens"] == ["bedrock:CountTokens"]
    assert "bedrock:CountTokens" not in str(policy(here, "--with", "listing"))


def test_doctor_may_look_with_what_its_part_allows(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS, aws_profile="no-list")
    here.ok("copy", "b", "whole")
    text = (here.profiles / "whole.toml").read_text()
    (here.profiles / "whole.toml").write_text(text.replace("no-list", "my-prod"))
    done = here.ok("policy", "whole", "--with", "doctor")
    allowed_only(lab, json.loads(done.out))
    assert here.run("quota", "b").code == 0


@pytest.mark.thorough
def test_terraform_says_the_same_as_the_json(here: Program) -> None:
    bedrock(here, OPUS, SONNET)
    flags = with_all()
    parsed = hcl2.loads(here.ok("policy", "b", "--format", "terraform", *flags).out)
    plain = json.loads(json.dumps(parsed).replace('\\"', ""))
    [data] = plain["data"]
    [statements] = [one["statement"] for one in data["aws_iam_policy_document"].values()]
    shown = [
        {
            "Sid": one["sid"],
            "Effect": one["effect"],
            "Action": one["actions"],
            "Resource": one["resources"],
            **(
                {"Condition": {test["test"]: {test["variable"]: test["values"]} for test in one["condition"]}}
                if "condition" in one
                else {}
            ),
        }
        for one in statements
    ]
    assert shown == policy(here, *flags)["Statement"]
    [resource] = plain["resource"]
    [made] = resource["aws_iam_policy"].values()
    assert made["name"] == "claude-code-b"


def test_no_value_can_leave_its_quotes() -> None:
    assert hcl.quote_text('a"b\\c${d}%{e}\n') == '"a\\"b\\\\c$${d}%%{e}\\n"'
    assert hcl.label("9.x-y") == "claude_9_x_y"


def test_a_catalogue_that_was_kept_is_enough_and_said(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    here.ok("models", "b")
    live = policy(here)
    lab.forget()
    done = here.ok("policy", "b", "--offline")
    assert json.loads(done.out) == live
    assert re.search(r"from what us-east-1 listed \d+ seconds? ago", done.err)
    assert not lab.requests


def test_unknown_destinations_are_refused_and_the_wide_way_is_named(here: Program) -> None:
    bedrock(here, OPUS, aws_profile="no-list")
    refused = here.run("policy", "b")
    assert (refused.code, refused.out, "--any-region" in refused.err) == (3, "", True)
    wide = policy(here, "--any-region")
    assert wide["Statement"][1]["Resource"] == ["arn:aws:bedrock:*::foundation-model/anthropic.claude-opus-5-5"]
    assert ":123456789012:" in wide["Statement"][0]["Resource"][0]  # STS needs no permission for it


def test_unknown_account_is_reported(here: Program) -> None:
    bedrock(here, OPUS)
    done = here.ok("policy", "b", "--any-region", "--offline")
    assert "the account is not known" in done.err
    statement = json.loads(done.out)["Statement"][1]
    assert list(statement["Condition"]) == ["StringLike"]
    profile = here.profiles / "b.toml"
    profile.write_text(f'{profile.read_text()}\n[expect]\naccount = "210987654321"\n')
    assert ":210987654321:" in here.ok("policy", "b", "--any-region", "--offline").out


def test_a_key_of_bedrock_may_be_used(here: Program) -> None:
    here.init("b", "bedrock", region="us-east-1", bearer_token="env:LAB_BEARER", **{"models.opus": OPUS})
    assert "bedrock:CallWithBearerToken" in here.ok("policy", "b", "--any-region", "--offline").out


@pytest.mark.parametrize("pins", [(), ("opus",)], ids=["nothing", "a tier"])
def test_a_profile_that_pins_nothing_is_refused(here: Program, pins: tuple[str, ...]) -> None:
    bedrock(here, **({"models.default": pins[0]} if pins else {}))
    assert here.run("policy", "b").code == 2


def test_where_there_is_no_cloud_there_is_nothing_to_grant(here: Program, lab: Lab) -> None:
    here.init("a", "api-key", key="env:LAB_KEY", base_url=lab.base_urls["api-key"])
    here.init("s", "subscription", plan="pro")
    for name in ("a", "s"):
        done = here.run("policy", name)
        assert (done.code, "no cloud permission" in done.err) == (2, True)
