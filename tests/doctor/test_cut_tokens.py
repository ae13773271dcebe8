"""A token that was cut off or mistaken is named as such, with its length, before anything is sent."""

from pathlib import Path

import pytest

from tests.support.examined import a_profile, examined

WHOLE = "sk-ant-oat01-" + "aB3_-" * 19


@pytest.mark.parametrize(
    ("token", "part"),
    [
        (WHOLE, ""),
        (WHOLE[:79], "79 of 108"),
        (WHOLE[:107], "107 of 108"),
        (WHOLE[:60], "60 of 108"),
        (WHOLE[:38], ""),  # no terminal is so narrow: the provider decides
        (WHOLE + "x", ""),  # a later one may be longer
        (f"{WHOLE[:80]}\n{WHOLE[80:]}", "line break"),
        ("AbCdEfGh0123456789_-AbCdEfGh#stateAbCdEf0123456789", "the browser shows"),
        ("x" * 40 + "#" + "y" * 43, "the browser shows"),
        ("sk-ant-ort01-" + "a" * 95, "refresh token"),
        ("sk-ant-api03-" + "a" * 95, "API key"),
        ("0123456789", "does not begin"),
    ],
)
def test_token_that_is_not_whole_is_malformed(tmp_path: Path, token: str, part: str) -> None:
    profile = a_profile("subscription", set={"oauth_token": "env:MY_TOKEN"})
    report = examined(tmp_path, {"MY_TOKEN": token}, {"p": profile}, offline=True)["p"]
    assert report.root == ("oauth-token-malformed" if part else None)
    reasons = [one.facts["reason"] for one in report.findings if one.check == "oauth-token-malformed"]
    assert all(part in reason and token not in reason for reason in reasons)
    assert not reasons or len(reasons) == 1


def test_token_for_a_gateway_may_have_any_length(tmp_path: Path) -> None:
    around = {"MY_TOKEN": WHOLE[:50], "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    profile = a_profile(
        "subscription", set={"oauth_token": "env:MY_TOKEN"}, env={"ANTHROPIC_BASE_URL": around["ANTHROPIC_BASE_URL"]}
    )
    report = examined(tmp_path, around, {"p": profile}, offline=True)["p"]
    assert report.root is None
