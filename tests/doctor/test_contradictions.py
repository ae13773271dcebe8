"""A real answer overrides what is known; a passed check and an error that contradicts it are shown together."""

import json
from pathlib import Path

import pytest

from ccsetup.doctor.formats import text
from ccsetup.doctor.probes.case import Passed, Result
from ccsetup.doctor.report import Report, settle_by_answers
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from tests.support.answering import Answering, Asked
from tests.support.examined import a_profile, examined, slugs

HAIKU, OPUS = "claude-haiku-4-5@20251001", "claude-opus-5-5"


def known(check: str, model: str = "") -> Finding:
    facts = dict.fromkeys(("profile", "place", "project", "host", "words", "surface", "constraint", "tier"), "x")
    return Finding(check, {**facts, "model": model})


def settled(*results: Result) -> tuple[str, ...]:
    return tuple(result.check for result in settle_by_answers(results) if isinstance(result, Finding))


@pytest.mark.parametrize(
    "slug", ["vertex-model-not-in-location", "vertex-model-not-found", "api-model-not-found", "bedrock-model-access"]
)
def test_answer_of_a_model_overrides_what_is_known_of_it(slug: str) -> None:
    assert settled(known(slug, HAIKU), Passed("live", "", HAIKU)) == ()
    assert settled(known(slug, HAIKU)) == (slug,)
    assert settled(known(slug, HAIKU), Passed("live", "", OPUS)) == (slug,)
    assert settled(known(slug, HAIKU), Passed("permission")) == (slug,)


def test_answer_of_a_model_overrides_a_permission_that_seems_missing() -> None:
    assert settled(known("vertex-iam-denied"), Passed("live", "", OPUS)) == ()
    assert settled(known("vertex-iam-denied", HAIKU), Passed("live", "", OPUS)) == ("vertex-iam-denied",)


@pytest.mark.parametrize("slug", ["clock-skew", "model-legacy", "vertex-quota-zero", "settings-override"])
def test_other_findings_stay_beside_an_answer(slug: str) -> None:
    assert settled(known(slug, HAIKU), Passed("live", "", HAIKU)) == (slug,)


def test_checks_whose_success_contradicts_an_error_exist() -> None:
    from ccsetup.doctor.probes.order import PROBES

    names = {probe.name for probe in PROBES}
    assert {name for slug in pages.slugs() for name in pages.load_page(slug).head.despite} <= names


@pytest.mark.parametrize(
    ("slug", "check"),
    [("vertex-data-sharing", "permission"), ("gcp-api-disabled", "api"), ("api-key-rejected", "listing")],
)
def test_contradicting_check_is_shown_with_the_error(slug: str, check: str) -> None:
    report = Report("p", "vertex", (Passed(check, "seen"), Passed("token"), known(slug, OPUS)))
    assert [one.check for one in report.contradictions[0]] == [check]
    lines = "\n".join(line.text for line in text.finding_lines(report))
    assert f"although the check {check} passed: seen" in lines
    assert "although" not in "\n".join(line.text for line in text.finding_lines(Report("p", "vertex", (known(slug),))))


PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//lab"}
DENIED = {
    "error": {
        "code": 403,
        "status": "PERMISSION_DENIED",
        "message": "Caller does not have required permission to use project counted.",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "USER_PROJECT_DENIED"}],
    }
}
OFF = {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "not for you"}}


@pytest.mark.parametrize("where", ["profile", "variable", "sign-in"])
def test_refused_quota_project_is_an_error_whichever_request_is_refused(tmp_path: Path, where: str) -> None:
    file = tmp_path / "adc.json"
    file.write_text(json.dumps({**PERSON, **({"quota_project_id": "counted"} if where == "sign-in" else {})}))

    def answer(asked: Asked) -> tuple[int, dict[str, str], str]:
        if asked.path == "/token":
            return 200, {"content-type": "application/json"}, '{"access_token":"t","expires_in":3599}'
        document = DENIED if "/publishers/" in asked.path else OFF
        return 403, {"content-type": "application/json"}, json.dumps(document)

    with Answering() as server:
        server.answer = answer
        around = {"HOME": str(tmp_path), "GOOGLE_APPLICATION_CREDENTIALS": str(file)}
        around |= {"CLOUDSDK_AUTH_TOKEN_HOST": f"{server.url}/token"}
        services = ("AIPLATFORM", "CLOUDRESOURCEMANAGER", "SERVICEUSAGE", "CLOUDBILLING", "ORGPOLICY")
        around |= {f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": server.url for name in services}
        around |= {"GOOGLE_CLOUD_QUOTA_PROJECT": "counted"} if where == "variable" else {}
        given = {"project": "acme-ml", "location": "global"}
        given |= {"quota_project": "counted"} if where == "profile" else {}
        report = examined(tmp_path, around, {"v": a_profile("vertex", set=given)})["v"]
    assert report.root == "gcp-quota-project-denied"
    assert slugs(report, "error") == ["gcp-quota-project-denied"]
