"""The grammar of AWS's denials: identity, action and policy are parsed, and decide the page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.providers import recognise
from ccsetup.providers.aws import denial
from ccsetup.providers.recognise import Said

WORD = st.from_regex(r"[A-Za-z0-9][\w+=,.@-]{0,20}", fullmatch=True).filter(lambda word: word[-1] not in ".,")
PLAIN = st.from_regex(r"[a-z][a-z0-9-]{0,12}[a-z0-9]", fullmatch=True)
ACCOUNT = st.from_regex(r"[0-9]{12}", fullmatch=True)
PARTITION = st.sampled_from(["aws", "aws-us-gov", "aws-cn"])
REGION = st.sampled_from(["us-east-1", "eu-north-1", "ap-northeast-3", "us-gov-west-1", ""])
ACTION = st.builds("{}:{}".format, PLAIN, st.from_regex(r"[A-Z][A-Za-z]{1,30}", fullmatch=True))
KNOWN = ("identity-based policy", "service control policy", "resource control policy", "permissions boundary",
         "session policy", "resource-based policy", "VPC endpoint policy")  # fmt: skip
KIND = st.sampled_from(KNOWN) | st.builds("{} {} policy".format, PLAIN, PLAIN) | PLAIN
BEFORE = st.sampled_from(["", "Model access is denied due to ", '{"Message":"', "An error occurred: "])
AFTER = st.sampled_from(
    ["", ".", '"}', ". Your AWS Marketplace subscription for this model cannot be completed.", "\n"]
)


@st.composite
def denials(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """(words, the parts that they were made of)"""
    partition, account, name = draw(PARTITION), draw(ACCOUNT), draw(WORD)
    session = draw(st.sampled_from(["assumed-role", "user", "role"]))
    path = f"{session}/{name}/{draw(WORD)}" if session == "assumed-role" else f"{session}/{draw(PLAIN)}/{name}"
    service = "sts" if session == "assumed-role" else "iam"
    made = {
        "identity": f"arn:{partition}:{service}::{account}:{path}",
        "account": account,
        "identity_kind": "role" if session == "assumed-role" else session,
        "identity_name": name,
        "action": draw(ACTION),
        "resource": "*",
    }
    said = f"User: {made['identity']} is not authorized to perform: {made['action']}"
    if draw(st.booleans()):
        region, model = draw(REGION), draw(PLAIN)
        kind = draw(st.sampled_from(["foundation-model", "inference-profile", "application-inference-profile"]))
        made |= {
            "resource": f"arn:{partition}:bedrock:{region}:{account}:{kind}/{model}",
            "denied_region": region or "global",
            "denied_model": model,
        }
        said += f" on resource: {made['resource']}"
    made["effect"] = draw(st.sampled_from(["explicit", "missing", "unsaid"]))
    if made["effect"] != "unsaid":
        made["policy"] = made["by"] = kind = draw(KIND)
        said += (
            f" because no {kind} allows the {made['action']} action"
            if made["effect"] == "missing"
            else f" with an explicit deny in {draw(st.sampled_from(['a', 'an', 'the']))} {kind}"
        )
    if made["effect"] == "explicit" and draw(st.booleans()):
        made["policy_arn"] = f"arn:{partition}:organizations::{account}:policy/o-1/service_control_policy/p-1"
        made["by"] += f": {made['policy_arn']}"
        said += f": {made['policy_arn']}"
    return draw(BEFORE) + said + draw(AFTER), made


@pytest.mark.thorough
@given(denials())
def test_denial_has_exactly_the_parts_it_was_made_of(case: tuple[str, dict[str, str]]) -> None:
    words, made = case
    assert denial.parse_denial(words) == made


@given(denials())
def test_a_denial_always_finds_a_page_that_says_what_was_denied(case: tuple[str, dict[str, str]]) -> None:
    words, made = case
    found = recognise.finding(Said(403, "AccessDeniedException", words), "bedrock", region="us-east-1")
    assert found.facts["action"] == made["action"]
    if re.fullmatch("bedrock:(List|Get).*|sts:.*|aws-marketplace:.*", made["action"]):
        return  # what was wanted decides there
    if made.get("policy") in KNOWN:
        policy = made["policy"].split()[0]
        mine = {"service": "scp-denied", "resource": "scp-denied", "permissions": "permissions-boundary",
                "session": "session-policy", "VPC": "vpc-endpoint-policy"}  # fmt: skip
        other = "explicit-deny" if made["effect"] == "explicit" else "iam-denied"
        assert found.check == f"bedrock-{mine.get(policy, other)}"
    else:
        assert found.check == ("bedrock-explicit-deny" if made["effect"] == "explicit" else "bedrock-iam-denied")


@pytest.mark.parametrize("policy", ["identity-based policy", "service control policy", "session policy", "new policy"])
@pytest.mark.parametrize(
    ("action", "slug"),
    [
        ("bedrock:ListInferenceProfiles", "bedrock-iam-list-denied"),
        ("bedrock:GetFoundationModel", "bedrock-iam-list-denied"),
        ("sts:AssumeRole", "aws-assume-role-denied"),
        ("sts:AssumeRoleWithWebIdentity", "aws-assume-role-denied"),
        ("aws-marketplace:Subscribe", "bedrock-marketplace-denied"),
    ],
)
@pytest.mark.parametrize("how", ["because no {} allows the {} action", "with an explicit deny in a {}"])
def test_what_was_wanted_says_more_than_who_forbade_it(policy: str, action: str, slug: str, how: str) -> None:
    words = f"User: arn:aws:iam::1:user/u is not authorized to perform: {action} {how.format(policy, action)}"
    assert recognise.finding(Said(403, "AccessDenied", words), "bedrock").check == slug


@given(st.text())
def test_other_words_are_no_denial(text: str) -> None:
    assert "not authorized to perform" in text.lower() or denial.parse_denial(text) == {}
