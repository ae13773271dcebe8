"""Whatever a gateway answers, doctor neither calls it OK unproved, nor crashes, nor blames IAM."""

import json
import random
from pathlib import Path

import pytest

from tests.support.answering import Answering
from tests.support.examined import a_profile, examined

STATUSES = (200, 201, 400, 401, 402, 403, 404, 405, 409, 418, 422, 429, 500, 501, 503, 529)
TYPES = ("application/json", "text/plain", "text/html", "application/xml", "")
BODIES = (
    "", "{}", "[]", "null", "3", '"text"', "{", "[" * 2000, "<html>hello</html>", '{"data":{}}', '{"data":[null]}',
    '{"data":["x"]}', '{"data":[{"id":7}]}', '{"error":null}', '{"error":[]}', '{"error":{"message":{}}}',
    '{"error":{"type":7,"message":[1]}}', '{"detail":[{"msg":"no"}]}', '{"message":"AccessDenied"}',
    '{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no"}}', '{"success":false}', '{"code":[401]}',
    json.dumps({"errors": [{"code": 10000, "message": "x" * 9000}]}),
)  # fmt: skip
RUNS = 12
NOT_A_GATEWAY_S = ("vertex-iam", "bedrock-iam", "aws-", "gcp-")


@pytest.mark.parametrize("surface", ["gateway", "api-key", "foundry"])
@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.thorough)])
def test_no_answer_is_ok_or_a_crash(tmp_path: Path, surface: str, seed: int) -> None:
    chosen = random.Random(f"{surface}{seed}")
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text("sk-ant-api03-fuzz")
    with Answering() as server:
        for _ in range(RUNS):
            status, kind, body = chosen.choice(STATUSES), chosen.choice(TYPES), chosen.choice(BODIES)
            given = (status, {"content-type": kind} if kind else {}, body)
            server.answer = lambda _, given=given: given  # type: ignore[misc]
            base = f"{server.url}/anthropic" if surface == "foundry" else server.url
            profile = a_profile(surface, set={"base_url": base, "key": f"file:{key}"})
            report = examined(tmp_path, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, {"p": profile})["p"]
            slugs = [finding.check for finding in report.findings]
            assert report.verdict != "ok", given
            assert not any("internal error" in one.reason for one in report.broken), (given, report.broken)
            assert not any(slug.startswith(NOT_A_GATEWAY_S) for slug in slugs), (given, slugs)
