"""OK on Bedrock, where IAM does not report the caller's permissions: what an empty request shows decides."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from ccsetup.lab.lab import Lab
from tests.support.answering import Answering, Asked
from tests.support.bedrock_faults import PINS
from tests.support.examined import a_profile, examined

JSON = {"content-type": "application/json"}
REFUSED = (401, json.dumps({"error": {"message": "Invalid token", "code": 401}}))
FORBIDDEN = (403, json.dumps({"message": "no key"}))
INVALID = (400, json.dumps({"message": "Malformed input request, please reformat your input and try again."}))
ABSENT = (404, json.dumps({"detail": "Not Found"}))
BROKEN = (503, "down")
# (an empty request that is signed, without) → (verdict, root)
TRIED = {
    "refused without": (INVALID, FORBIDDEN, ("ok", "warning"), None),
    "validated first": (INVALID, INVALID, ("unknown",), None),
    "an answer to nothing": ((200, "{}"), (200, "{}"), ("unknown",), None),
    "the key refused": (REFUSED, REFUSED, ("error",), "gateway-key-rejected"),
    "nothing at the path": (ABSENT, ABSENT, ("error",), "endpoint-path-wrong"),
    "broken": (BROKEN, BROKEN, ("unknown",), None),
}


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering() as running:
        yield running


def behind_gateway(server: Answering, lab: Lab, home: Path, env: Mapping[str, str]) -> Report:
    profile = a_profile(
        "bedrock", set={"region": "us-east-1", "base_url": server.url, "aws_profile": "my-prod"}, models=PINS, env=env
    )
    return examined(home, {"PATH": "/usr/bin:/bin", **lab.environment(home)}, {"p": profile})["p"]


@pytest.mark.parametrize("env", [{}, {"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}], ids=["signed", "unsigned"])
@pytest.mark.parametrize("name", TRIED)
def test_gateway_before_bedrock_is_tried(
    server: Answering, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, env: Mapping[str, str]
) -> None:
    """Whatever the region's own control host lists, which the gateway has no part in."""
    for variable, value in lab.environment(tmp_path).items():
        monkeypatch.setenv(variable, value)  # which boto3 reads itself
    signed, bare, verdicts, root = TRIED[name]

    def answer(asked: Asked) -> tuple[int, Mapping[str, str], str]:
        if asked.method == "GET":
            return ABSENT[0], JSON, ABSENT[1]
        status, text = signed if asked.credential or env else bare
        return status, JSON, text

    server.answer = answer
    report = behind_gateway(server, lab, tmp_path, env)
    if env and name == "validated first":
        verdicts = ("ok", "warning")  # no credential is sent at all
    if env and name == "refused without":
        return
    assert (report.verdict in verdicts, report.root) == (True, root), report
    posts = [asked.path for asked in server.asked if asked.method == "POST"]
    assert {*posts} == {f"/model/{PINS['opus']}/invoke-with-response-stream"}
