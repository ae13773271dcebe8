"""AWS's refusals before and beside Bedrock: one page for each cause, with and without "Exception" in the code."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from ccsetup.lab.call import Service
from ccsetup.lab.fault import Error, Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import as_query_xml
from ccsetup.providers import recognise, regions
from ccsetup.providers.recognise import Said
from tests.support.examined import a_profile, examined, slugs

BEDROCK = {"region": "us-east-1", "aws_profile": "my-prod"}
PLATFORM = {**BEDROCK, "workspace": "wrkspc_lab"}
PINS = {tier: f"claude-{tier}-4-5" for tier in ("opus", "sonnet", "haiku")}
INVALID = "The security token included in the request is invalid."
ME = "User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: "
HEADER = "Authorization header requires 'Credential' parameter."


@pytest.fixture(autouse=True)
def _endpoint(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 reads the variable from the process."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", lab.url)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def refused(service: Service, status: int, code: str, message: str, operation: str | None = None) -> Fault:
    return Fault.from_specimen(service, status, code, message, operation=operation)


def look(
    lab: Lab,
    home: Path,
    surface: str,
    given: Mapping[str, str],
    more: Mapping[str, str] | None = None,
    pins: Mapping[str, str] | None = None,
) -> Report:
    environment = {**lab.environment(home), "HOME": str(home), "PATH": "/usr/bin:/bin", **(more or {})}
    if surface == "claude-aws":
        given = {**given, "base_url": lab.url}
    return examined(home, environment, {"p": a_profile(surface, set=given, models=pins or {})})["p"]


STS = {
    "no Credential in the header": (403, "IncompleteSignatureException", HEADER, "aws-signature-incomplete"),
    "a blank in the key id": (
        403, "IncompleteSignature", "'ABC' not a valid key=value pair (missing equal-sign)", "aws-signature-incomplete",
    ),
    "no Signature in the header": (
        400, "SomeNewCode", "Authorization header requires 'Signature' parameter.", "aws-signature-incomplete",
    ),
    "an old signature": (403, "InvalidSignature", "new words", "aws-signature-mismatch"),
    "a wrong secret": (403, "SignatureDoesNotMatchException", "new words", "aws-signature-mismatch"),
    "an expired token": (403, "ExpiredToken", "new words", "aws-token-expired"),
}  # fmt: skip


@pytest.mark.parametrize("name", STS)
@pytest.mark.parametrize("surface", ["bedrock", "claude-aws"])
def test_refusal_of_sts_has_a_page_of_its_own(tmp_path: Path, lab: Lab, surface: str, name: str) -> None:
    status, code, message, slug = STS[name]
    lab.inject(refused("sts", status, code, message))
    report = look(lab, tmp_path, surface, PLATFORM if surface == "claude-aws" else BEDROCK)
    assert (report.verdict, report.root) == ("error", slug)


FEDERATION = {
    "no provider": (400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://x"),
    "another audience": (400, "InvalidIdentityTokenException", "Incorrect token audience"),
    "no key": (400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"),
    "no token": (400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error)"),
    "an old token": (400, "ExpiredTokenException", "Token expired: current date/time 2 must be before 1"),
    "rejected": (403, "IDPRejectedClaim", "no"),
    "unreachable": (400, "IDPCommunicationErrorException", "no"),
}


@pytest.mark.parametrize("name", FEDERATION)
def test_refused_web_identity_is_not_a_wrong_key(tmp_path: Path, lab: Lab, name: str) -> None:
    status, code, message = FEDERATION[name]
    lab.inject(refused("sts", status, code, message))
    (tmp_path / "token").write_text("e30.e30.e30")
    around = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/claude"}
    around |= {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    report = look(lab, tmp_path, "bedrock", {"region": "us-east-1"}, around)
    assert (report.verdict, report.root) == ("error", "aws-federation-rejected")
    commands = [command for one in report.findings for command in one.facts.get("signer", "").split() if command]
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in commands


@pytest.mark.parametrize(
    "message",
    [
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "The requested durationSeconds exceeds something new",
    ],
)
def test_duration_of_a_role_has_a_page(tmp_path: Path, lab: Lab, message: str) -> None:
    lab.inject(refused("sts", 400, "ValidationError", message, "AssumeRole"))
    environment = {**lab.environment(tmp_path), "HOME": str(tmp_path)}
    (tmp_path / ".aws" / "config").write_text(
        "[profile chained]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = my-prod\nduration_seconds = 7200\n"
    )
    profile = a_profile("bedrock", set={"region": "us-east-1", "aws_profile": "chained"})
    report = examined(tmp_path, environment, {"p": profile})["p"]
    assert (report.verdict, report.root) == ("error", "aws-role-duration")


def other_partition(arn: str) -> Reply:
    result = {"Arn": arn, "UserId": "AIDA", "Account": arn.split(":")[4]}
    return Reply(as_query_xml("GetCallerIdentity", result, "https://sts.amazonaws.com/doc/2011-06-15/", "lab"))


@pytest.mark.parametrize(
    ("region", "pair", "arn"),
    [
        ("us-east-1", "us-gov-west-1", "arn:aws-us-gov:iam::123456789012:user/me"),
        ("eu-west-1", "us-gov-west-1", "arn:aws-us-gov:sts::123456789012:assumed-role/dev/me"),
        ("us-gov-west-1", "us-east-1", "arn:aws:iam::123456789012:user/me"),
        ("us-gov-east-1", "us-east-1", "arn:aws:iam::123456789012:user/me"),
    ],
)
def test_key_of_the_paired_partition_is_named(tmp_path: Path, lab: Lab, region: str, pair: str, arn: str) -> None:
    lab.inject(Fault(other_partition(arn), "sts", place=pair))
    lab.inject(Fault(Error(403, "InvalidClientTokenId", INVALID), "sts"))
    report = look(lab, tmp_path, "bedrock", {**BEDROCK, "region": region})
    assert (report.verdict, report.root) == ("error", "aws-partition-mismatch")
    facts = next(one.facts for one in report.findings if one.check == report.root)
    assert (facts["nearest"], facts["partition"]) == (pair, arn.split(":")[1])


def test_key_that_no_partition_knows_stays_a_wrong_key(tmp_path: Path, lab: Lab) -> None:
    lab.inject(Fault(Error(403, "InvalidClientTokenId", INVALID), "sts"))
    assert look(lab, tmp_path, "bedrock", BEDROCK).root == "aws-key-invalid"


def test_server_that_answers_for_every_partition_proves_no_other_one(tmp_path: Path, lab: Lab) -> None:
    lab.inject(Fault(Error(403, "InvalidClientTokenId", INVALID), "sts", place="us-east-1"))
    assert look(lab, tmp_path, "bedrock", BEDROCK).root == "aws-key-invalid"


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        ("cn-north-1", "aws-region-without-bedrock"),
        ("cn-northwest-1", "aws-region-without-bedrock"),
        ("eu-isoe-west-1", "aws-region-without-bedrock"),
        ("us-gov-east-1", None),
        ("us-iso-west-1", None),
        ("eusc-de-east-1", None),
        ("us-isof-south-1", None),
    ],
)
def test_partition_without_bedrock_is_named_offline(tmp_path: Path, region: str, problem: str | None) -> None:
    assert (regions.unknown("region", region) is None) is (problem is None)
    profile = a_profile("bedrock", set={"region": region})
    report = examined(tmp_path, {"HOME": str(tmp_path)}, {"p": profile}, offline=True)["p"]
    assert report.root == problem


@pytest.mark.parametrize(
    ("code", "message", "slug"),
    [
        ("ValidationException", "Access to this model is not available for channel program accounts.",
         "bedrock-channel-account"),
        ("AccessDenied", "This account is a channel program account", "bedrock-channel-account"),
        ("ValidationException", "Reservation not found.", "bedrock-reservation-missing"),
        ("ResourceNotFoundException", "Reservation not found for model x", "bedrock-reservation-missing"),
        ("Validation", "The provided service_tier is not supported for this model", "bedrock-service-tier-refused"),
        ("ValidationException", "Invalid service tier: fast", "bedrock-service-tier-refused"),
        ("ValidationException", "This model does not support serviceTier priority", "bedrock-service-tier-refused"),
        ("Throttling", "Rate exceeded", "bedrock-throttled-requests"),
        ("ValidationException", "messages: too many reservations about this text", "unrecognised-error"),
    ],
)  # fmt: skip
def test_refusal_of_bedrock_is_known_in_other_words(code: str, message: str, slug: str) -> None:
    status = 429 if code == "Throttling" else 400
    assert recognise.finding(Said(status, code, message), "bedrock").check == slug


PLATFORM_REFUSALS = {
    "federation is disabled": (
        403, "AccessDeniedException", "Outbound web identity federation is disabled for your account",
        ("error", "aws-outbound-federation-disabled"),
    ),
    "federation, by code": (
        400, "OutboundWebIdentityFederationDisabled", "no", ("error", "aws-outbound-federation-disabled"),
    ),
    "the listing is denied": (
        403, "AccessDeniedException", f"{ME}aws-external-anthropic:ListModels", ("warning", "platform-list-denied"),
    ),
    "the workspace is another's": (
        404, "not_found_error", "workspace: wrkspc_9", ("error", "platform-workspace-missing"),
    ),
    "the workspace is unknown": (
        403, "permission_error", "Workspace wrkspc_9 does not belong to this account",
        ("error", "platform-workspace-missing"),
    ),
    "the workspace is gone": (
        400, "invalid_request_error", "The workspace could not be resolved: invalid workspace",
        ("error", "platform-workspace-missing"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLATFORM_REFUSALS)
def test_refusal_of_claude_platform_on_aws_has_a_page(tmp_path: Path, lab: Lab, name: str) -> None:
    status, code, message, (verdict, slug) = PLATFORM_REFUSALS[name]
    lab.inject(refused("aws-external-anthropic", status, code, message, "ListModels"))
    report = look(lab, tmp_path, "claude-aws", PLATFORM, pins=PINS)
    assert report.verdict in (verdict, "unknown") if verdict == "warning" else report.verdict == verdict
    assert slugs(report) == [slug]


def test_denied_inference_is_an_error_beside_the_denied_listing(tmp_path: Path, lab: Lab) -> None:
    for operation, action in (("ListModels", "ListModels"), ("CreateMessage", "CreateInference")):
        words = f"{ME}aws-external-anthropic:{action} because no identity-based policy allows it"
        lab.inject(refused("aws-external-anthropic", 403, "AccessDeniedException", words, operation))
    report = look(lab, tmp_path, "claude-aws", PLATFORM)
    assert (report.verdict, report.root) == ("error", "platform-iam-denied")
