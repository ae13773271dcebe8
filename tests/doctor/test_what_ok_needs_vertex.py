"""OK on Vertex AI, where Google does not report the caller's permissions: what an empty request shows decides."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.answering import Answering, Asked
from tests.support.examined import a_profile, examined, slugs
from tests.support.vertex_mutations import PINS, person, project, replace

JSON = {"content-type": "application/json"}
REFUSED = (401, json.dumps({"error": {"message": "Invalid token", "code": 401}}))
FORBIDDEN = (403, json.dumps({"message": "no key"}))
INVALID = (400, json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": "model: Required"}}))
UNPROCESSABLE = (422, json.dumps({"detail": [{"loc": ["body"], "msg": "Field required"}]}))
ABSENT = (404, json.dumps({"detail": "Not Found"}))
BUSY = (429, json.dumps({"error": {"message": "slow down"}}))
BROKEN = (503, "down")
GOOGLE = (403, json.dumps([{"error": {"code": 403, "message": "Permission 'aiplatform.endpoints.predict' denied on "
    "resource '//aiplatform.googleapis.com/p' (or it may not exist).", "status": "PERMISSION_DENIED"}}]))  # fmt: skip
# (an empty request with the token, without) → (verdict, root)
TRIED = {
    "refused without": (INVALID, REFUSED, "ok", None),
    "422, forbidden without": (UNPROCESSABLE, FORBIDDEN, "ok", None),
    "validated first": (INVALID, INVALID, "unknown", None),
    "without it broken": (INVALID, BROKEN, "unknown", None),
    "an answer to nothing": ((200, "{}"), (200, "{}"), "unknown", None),
    "the token refused": (REFUSED, REFUSED, "error", "gateway-key-rejected"),
    "the token forbidden": (FORBIDDEN, REFUSED, "error", "gateway-forbidden"),
    "nothing at the path": (ABSENT, ABSENT, "error", "endpoint-path-wrong"),
    "Google's refusal passed on": (GOOGLE, REFUSED, "error", "vertex-iam-denied"),
}


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering() as running:
        yield running


def behind_gateway(server: Answering, home: Path, *, token: str = "gw-token", end: str = "/v1") -> Report:
    """Doctor's report on a gateway that has Google's credentials and takes a token of its own."""
    file = home / "headers"
    file.touch(0o600)
    file.write_text(f"X-Portkey-Api-Key: {token}")
    secret = {"headers": f"file:{file}"} if token else {}
    profile = a_profile(
        "vertex",
        set={"project": "acme-ml", "location": "global", "base_url": f"{server.url}{end}", **secret},
        models=PINS,
        env={"CLAUDE_CODE_SKIP_VERTEX_AUTH": "1"},
    )
    return examined(home, {"HOME": str(home), "PATH": "/usr/bin:/bin"}, {"p": profile})["p"]


def answers(signed: tuple[int, str], bare: tuple[int, str]) -> object:
    def answer(asked: Asked) -> tuple[int, Mapping[str, str], str]:
        status, text = (signed if asked.credential else bare) if asked.method == "POST" else ABSENT
        return status, JSON, text

    return answer


@pytest.mark.parametrize("name", TRIED)
def test_gateway_before_vertex_is_tried(server: Answering, tmp_path: Path, name: str) -> None:
    signed, bare, verdict, root = TRIED[name]
    server.answer = answers(signed, bare)  # type: ignore[assignment]
    report = behind_gateway(server, tmp_path)
    assert (report.verdict, report.root) == (verdict, root), report
    posts = [asked for asked in server.asked if asked.method == "POST"]
    assert {asked.path.rpartition("/models/")[2] for asked in posts} == {"claude-opus-5-5:streamRawPredict"}
    assert not any(asked.body for asked in posts)


@pytest.mark.parametrize("answer", [BUSY, BROKEN])
def test_gateway_that_limits_or_fails_is_not_ok(server: Answering, tmp_path: Path, answer: tuple[int, str]) -> None:
    server.answer = answers(answer, answer)  # type: ignore[assignment]
    assert behind_gateway(server, tmp_path).verdict not in ("ok", "warning")


def test_missing_v1_is_named(server: Answering, tmp_path: Path) -> None:
    server.answer = answers(ABSENT, ABSENT)  # type: ignore[assignment]
    (finding,) = behind_gateway(server, tmp_path, end="").findings
    assert (finding.check, finding.facts["hint"]) == ("endpoint-path-wrong", ": it has to end in /v1")


def test_gateway_without_any_credential_is_tried(server: Answering, tmp_path: Path) -> None:
    server.answer = answers(INVALID, INVALID)  # type: ignore[assignment]
    assert behind_gateway(server, tmp_path, token="").verdict == "ok"
    server.answer = answers(REFUSED, REFUSED)  # type: ignore[assignment]
    assert behind_gateway(server, tmp_path, token="").root == "gateway-key-rejected"


@pytest.fixture
def lone(lab: Lab, tmp_path: Path) -> Path:
    """A home whose service account may look up nothing."""
    lab.world = replace(lab.world, google=person("robot", permissions={})(lab.world.google))
    return tmp_path


def looked(lab: Lab, home: Path, *, project: str = "acme-ml", location: str = "global", model: str) -> Report:
    around = lab.environment(home)
    account = str(home / "service-account.json")
    profile = a_profile(
        "vertex",
        set={"project": project, "location": location, "credentials_file": account},
        models={**PINS, "opus": model},
    )
    return examined(home, {"PATH": "/usr/bin:/bin", **around}, {"v": profile})["v"]


@pytest.mark.parametrize(
    ("project", "location", "model", "root"),
    [
        ("acme-ml", "global", "claude-opus-5-5", "vertex-iam-denied"),
        ("fresh-project", "us", "claude-opus-5-5", "gcp-api-disabled"),
        ("not-there", "global", "claude-opus-5-5", "gcp-project-invalid"),
    ],
)
def test_account_that_may_request_nothing_is_tried(
    lab: Lab, lone: Path, project: str, location: str, model: str, root: str
) -> None:
    report = looked(lab, lone, project=project, location=location, model=model)
    assert (report.verdict, report.root) == ("error", root), report


@pytest.mark.parametrize(
    ("location", "model", "root"),
    [
        ("global", "claude-opus-5-5", None),
        ("global", "claude-opus-9-9", "vertex-model-not-found"),
        ("us-east5", "claude-opus-5-5", "vertex-model-not-in-location"),
    ],
)
def test_account_that_may_only_predict_is_tried_at_its_model(
    lab: Lab, tmp_path: Path, location: str, model: str, root: str | None
) -> None:
    allowed = {"acme-ml": ("aiplatform.endpoints.predict",)}
    lab.world = replace(lab.world, google=person("robot", permissions=allowed)(lab.world.google))
    report = looked(lab, tmp_path, location=location, model=model)
    assert report.root == root, report
    assert (report.verdict in ("ok", "warning")) == (root is None)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_unanswered_empty_request_is_unknown(lab: Lab, tmp_path: Path, status: int) -> None:
    allowed = {"acme-ml": ("aiplatform.endpoints.predict",)}
    lab.world = replace(lab.world, google=person("robot", permissions=allowed)(lab.world.google))
    lab.inject(Fault(Error(status, "UNAVAILABLE", "busy"), operation="StreamRawPredict"))
    assert looked(lab, tmp_path, model="claude-opus-5-5").verdict not in ("ok", "warning")


def test_no_empty_request_where_google_tells_the_permissions(lab: Lab, tmp_path: Path) -> None:
    lab.world = replace(lab.world, google=project()(lab.world.google))
    around = lab.environment(tmp_path)
    profile = a_profile("vertex", set={"project": "acme-ml", "location": "global"}, models=PINS)
    report = examined(tmp_path, {"PATH": "/usr/bin:/bin", **around}, {"v": profile})["v"]
    assert slugs(report) == []
    assert not lab.requests_for("StreamRawPredict")
