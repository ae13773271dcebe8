"""Which quota belongs to which model: the rule for names, and the table of codes that it reads."""

import json

import pytest

from ccsetup.lab.world import default
from ccsetup.providers.quota import known

MINUTE = "model inference tokens per minute for Anthropic Claude"


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("us.anthropic.claude-opus-4-20250514-v1:0", f"Cross-region {MINUTE} Opus 4 V1"),
        ("eu.anthropic.claude-opus-4-6-v1", f"Cross-Region {MINUTE} Opus 4.6 V1"),
        ("global.anthropic.claude-sonnet-5", f"Global cross-region {MINUTE} Sonnet 5"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", f"On-demand {MINUTE} 3.5 Sonnet V2"),
        ("anthropic.claude-opus-4-6-v1", "On-demand InvokeModel requests per minute for Anthropic Claude Opus 4.6 V1"),
        (
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            "Model invocation max tokens per day for Anthropic Claude 3.7 Sonnet V1 (doubled for cross-region calls)",
        ),
    ],
)
def test_a_name_is_known_by_all_of_its_words(id_: str, name: str) -> None:
    said = known.parse_quota_name(name)
    assert said is not None
    assert said.fits(known.scope(id_), known.words(id_))


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("us.anthropic.claude-opus-4-20250514-v1:0", f"Cross-region {MINUTE} Opus 4.8"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", f"Cross-region {MINUTE} Sonnet 4.6"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", f"Cross-region {MINUTE} Sonnet 4.5 V1 1M Context Length"),
        ("global.anthropic.claude-opus-5", f"Cross-region {MINUTE} Opus 5"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", f"On-demand {MINUTE} 3.5 Sonnet V2"),
        ("us.anthropic.claude-opus-5", "Batch inference input file size (in GB) for Claude Opus 5"),
        ("us.anthropic.claude-opus-5", "[bedrock-mantle endpoint] Input tokens per minute for Anthropic Claude Opus 5"),
        ("global.anthropic.claude-sonnet-4-6", "Model invocation max tokens per day for Anthropic Claude Sonnet 4.6"),
    ],
)
def test_no_other_name_is_taken_for_it(id_: str, name: str) -> None:
    said = known.parse_quota_name(name)
    assert said is None or not said.fits(known.scope(id_), known.words(id_))


def test_every_known_name_is_one_that_the_rule_reads() -> None:
    names = known.load_quotas().bedrock.quota
    assert all(known.parse_quota_name(one.name) is not None for one in names)
    assert len({one.code for one in names}) == len({known.parse_quota_name(one.name) for one in names}) == len(names)


def test_the_rate_of_a_model_is_known_or_not_told() -> None:
    assert known.load_quotas().bedrock.rate(known.words("us.anthropic.claude-opus-4-8")) == 15
    assert known.load_quotas().bedrock.rate(known.words("us.anthropic.claude-sonnet-4-5-20250929-v1:0")) == 5
    assert known.load_quotas().bedrock.rate(known.words("us.anthropic.claude-opus-9")) is None


def test_the_labs_quotas_agree_with_what_is_known() -> None:
    played = {quota.code: quota.name for quota in default().aws.quota}
    shared = [one for one in known.load_quotas().bedrock.quota if one.code in played]
    assert len(shared) > 20
    for one in shared:
        assert known.parse_quota_name(played[one.code]) == known.parse_quota_name(one.name)


def test_only_quotas_that_limit_calls_are_parsed() -> None:
    limit = {"QuotaCode": "L-1", "QuotaName": f"Cross-region {MINUTE} Opus 5.5", "Value": 1.0}
    other = {"QuotaCode": "L-2", "QuotaName": "Batch inference job size (in GB) for Opus 5.5", "Value": 5.0}
    answer = {"body": json.dumps({"Quotas": [other, limit], "NextToken": "more"}).encode()}
    known.keep_call_limits(answer)
    assert json.loads(answer["body"]) == {"Quotas": [limit], "NextToken": "more"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"Quotas": 1}',
        b'{"Quotas": ["L-1"]}',
        b'{"Quotas": [{"QuotaCode": "L-1"}]}',
        b'{"Quotas": [{"QuotaName": 1}]}',
        b"\xff",
    ],
)
def test_body_of_another_form_is_left_to_the_parser(body: bytes) -> None:
    answer = {"body": body}
    known.keep_call_limits(answer)
    assert answer == {"body": body}
