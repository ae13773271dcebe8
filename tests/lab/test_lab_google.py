"""Google's own libraries take the lab for Model Garden, tokens and the project's APIs."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.api_core.exceptions import BadRequest, Forbidden, GoogleAPICallError, NotFound
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials, service_account

from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from tests.support.lab_world import Client
from tests.support.lazy import Lazy

if TYPE_CHECKING:
    from google.cloud import aiplatform_v1beta1, resourcemanager_v3
else:
    aiplatform_v1beta1 = Lazy("google.cloud.aiplatform_v1beta1")
    resourcemanager_v3 = Lazy("google.cloud.resourcemanager_v3")

Credentials: Client = credentials.Credentials
Session: Client = AuthorizedSession
Robot: Client = service_account.Credentials
refresh_over: Client = Request
CLOUD = "https://www.googleapis.com/auth/cloud-platform"
PREDICT = "v1/projects/{project}/locations/{place}/publishers/anthropic/models/{model}"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def person(lab: Lab, name: str = "ada", quota: str | None = "acme-ml") -> Client:
    found = next(one for one in lab.world.google.principal if one.name == name)
    return Credentials(
        None, refresh_token=found.refresh, token_uri=f"{lab.url}/token", client_id="c", client_secret="s",
        quota_project_id=quota,
    )  # fmt: skip


def garden(lab: Lab, place: str | None, who: Client, size: int = 100) -> list[str]:
    endpoint = lab.at(place, lab.url) if place else lab.url
    client = aiplatform_v1beta1.ModelGardenServiceClient(
        credentials=who, transport="rest", client_options={"api_endpoint": endpoint}
    )
    asked = aiplatform_v1beta1.ListPublisherModelsRequest(
        parent="publishers/anthropic", page_size=size, list_all_versions=True
    )
    listed = client.list_publisher_models(asked, timeout=5)
    return [model.name.rpartition("/")[2] + "@" + model.version_id for model in listed]


def answer(lab: Lab, who: Client, method: str, path: str, body: object = None) -> tuple[int, Any]:
    found = Session(who).request(method, f"{lab.url}/{path}", json=body, timeout=5)
    return found.status_code, found.json()


def test_the_garden_differs_by_host_and_pages_to_the_end(lab: Lab) -> None:
    lab.forget()
    central, everywhere = garden(lab, "us-central1", person(lab), size=3), garden(lab, "global", person(lab))
    assert "claude-haiku-4-5@20251001" in central
    assert "claude-opus-5-5@default" in central
    assert set(everywhere) - set(central) == {"claude-fable-5-2@default"}
    assert set(garden(lab, None, person(lab))) == {*central, *everywhere}
    asked = lab.requests_for("ListPublisherModels")
    assert [one.place for one in asked].count("us-central1") == -(-len(central) // 3)
    assert {one.identity for one in asked} == {"ada"}


def test_a_service_account_signs_for_itself(lab: Lab, tmp_path: Path) -> None:
    lab.environment(tmp_path)
    lab.forget()
    file = tmp_path / "service-account.json"
    robot = Robot.from_service_account_file(str(file), scopes=[CLOUD])
    assert garden(lab, "global", robot)
    robot.refresh(refresh_over())
    assert robot.token == "ya29.lab-robot"
    assert [one.operation for one in lab.requests] == ["ListPublisherModels", "Token"]  # its JWT is its own signature


def test_user_credentials_need_a_quota_project_they_may_use(lab: Lab) -> None:
    for who, reason in (
        (person(lab, quota=None), "SERVICE_DISABLED"),
        (person(lab, "viewer", "strict-corp"), "USER_PROJECT_DENIED"),
        (person(lab, quota="fresh-project"), "SERVICE_DISABLED"),
    ):
        with pytest.raises(Forbidden) as caught:
            garden(lab, "global", who)
        assert caught.value.reason == reason


def test_a_revoked_refresh_token_is_refused_in_googles_words(lab: Lab) -> None:
    revoked = Credentials(None, refresh_token="1//gone", token_uri=f"{lab.url}/token", client_id="c", client_secret="s")
    with pytest.raises(RefreshError, match=r"invalid_grant: Token has been expired or revoked\."):
        revoked.refresh(refresh_over())


def test_version_one_has_no_list(lab: Lab) -> None:
    found = requests.get(f"{lab.url}/v1/publishers/anthropic/models", timeout=5)
    assert found.status_code == 404
    assert found.headers["content-type"].startswith("text/html")


def test_a_model_leaves_the_garden_on_its_day(lab: Lab) -> None:
    world = lab.world
    lab.world = world.on(date(2026, 12, 1))
    left = garden(lab, "us-central1", person(lab))
    lab.world = world
    assert {name for name in garden(lab, "us-central1", person(lab)) if name not in left} == {
        "claude-sonnet-4-5@20250929"
    }


@pytest.mark.parametrize(
    ("who", "project", "place", "model", "status", "words"),
    [
        ("ada", "acme-ml", "us-east5", "claude-haiku-4-5@20251001", 200, "pong"),
        ("ada", "acme-ml", "global", "claude-opus-5-5", 200, "pong"),
        ("ada", "acme-ml", "us-central1", "claude-opus-5-5", 400, "is not servable in region us-central1"),
        ("ada", "acme-ml", "global", "claude-opus-9", 404, "your project does not have access to it"),
        ("viewer", "acme-ml", "global", "claude-opus-5-5", 403, "'aiplatform.endpoints.predict' denied"),
        ("ada", "not-there", "global", "claude-opus-5-5", 403, "(or it may not exist)"),
        ("ada", "fresh-project", "global", "claude-opus-5-5", 403, "has not been used in project 719283746501"),
        ("ada", "strict-corp", "global", "claude-sonnet-5-5", 400, "constraints/vertexai.allowedModels violated"),
        ("ada", "strict-corp", "global", "claude-opus-5-5", 429, "Quota exceeded for aiplatform.googleapis.com/global"),
        ("ada", "strict-corp", "us", "claude-opus-5-5", 200, "pong"),
    ],
)
def test_a_prediction_passes_its_gates_or_says_which_is_shut(
    lab: Lab, who: str, project: str, place: str, model: str, status: int, words: str
) -> None:
    path = PREDICT.format(project=project, place=place, model=model)
    body = {"anthropic_version": "vertex-2023-10-16", "max_tokens": 1, "messages": []}
    for verb in ("rawPredict", "streamRawPredict"):
        session = Session(person(lab, who, None))
        found = session.post(f"{lab.url}/{path}:{verb}", json=body, timeout=5)
        assert found.status_code == status
        assert words in found.text
        assert found.text.startswith("[") == (verb == "streamRawPredict" and status != 200)


def test_counting_tokens_is_served_in_few_places(lab: Lab) -> None:
    for place, status in (("us", 200), ("us-east5", 400)):
        path = PREDICT.format(project="acme-ml", place=place, model="count-tokens:rawPredict")
        assert answer(lab, person(lab), "POST", path, {"model": "claude-opus-5-5"})[0] == status


def test_the_resource_manager_client_reads_project_and_permissions(lab: Lab) -> None:
    client = resourcemanager_v3.ProjectsClient(
        credentials=person(lab, "viewer"), transport="rest", client_options={"api_endpoint": lab.url}
    )
    assert client.get_project(name="projects/acme-ml").display_name == "Acme ML"
    asked = {
        "resource": "projects/acme-ml",
        "permissions": ["aiplatform.endpoints.predict", "serviceusage.services.use"],
    }
    assert client.test_iam_permissions(asked).permissions == ["serviceusage.services.use"]
    with pytest.raises(Forbidden):
        client.get_project(name="projects/not-there")


def test_a_projects_services_quotas_billing_and_policy_can_be_read(lab: Lab) -> None:
    ada = person(lab)
    api = "services/aiplatform.googleapis.com"
    assert answer(lab, ada, "GET", f"v1/projects/acme-ml/{api}")[1]["state"] == "ENABLED"
    quota_free = person(lab, quota=None)
    assert answer(lab, quota_free, "GET", f"v1/projects/fresh-project/{api}")[1]["state"] == "DISABLED"
    infos = answer(lab, ada, "GET", f"v1/projects/strict-corp/locations/global/{api}/quotaInfos?pageSize=1000")[1]
    metric = "aiplatform.googleapis.com/global_online_prediction_requests_per_base_model"
    [info] = [one for one in infos["quotaInfos"] if one["metric"] == metric]
    values = {row["dimensions"]["base_model"]: row["details"] for row in info["dimensionsInfos"]}
    assert values["anthropic-claude-opus"] == {}
    assert values["anthropic-claude-sonnet"] == {"value": "1000"}
    assert answer(lab, ada, "GET", "v1/projects/acme-ml/billingInfo")[1]["billingEnabled"] is True
    policy = answer(lab, ada, "GET", "v2/projects/strict-corp/policies/vertexai.allowedModels:getEffectivePolicy")[1]
    assert (
        "publishers/anthropic/models/claude-opus-5-5:predict" in policy["spec"]["rules"][0]["values"]["allowedValues"]
    )
    denied = answer(lab, person(lab, "viewer"), "GET", f"v1/projects/acme-ml/locations/global/{api}/quotaInfos")
    assert denied[1]["error"]["details"][0]["reason"] == "IAM_PERMISSION_DENIED"


def test_a_service_account_is_impersonated_by_those_who_may(lab: Lab) -> None:
    path = "v1/projects/-/serviceAccounts/claude@acme-ml.iam.gserviceaccount.com:generateAccessToken"
    assert answer(lab, person(lab), "POST", path, {"scope": [CLOUD]})[1]["accessToken"] == "ya29.lab-robot"
    status, body = answer(lab, person(lab, "viewer"), "POST", path, {"scope": [CLOUD]})
    assert (status, "iam.serviceAccounts.getAccessToken" in json.dumps(body)) == (403, True)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(403, "BILLING_DISABLED", Forbidden), (404, "NOT_FOUND", NotFound), (400, "FAILED_PRECONDITION", BadRequest)],
)
def test_a_specimen_reaches_the_client_library_as_its_own_exception(
    lab: Lab, status: int, code: str, kind: type[GoogleAPICallError]
) -> None:
    lab.inject(Fault.from_specimen("aiplatform", status, code, "in Google's words", details={"consumer": "projects/1"}))
    with pytest.raises(kind, match="in Google's words") as caught:
        garden(lab, "global", person(lab))
    lab.clear_faults()
    assert caught.value.reason == (code if code == "BILLING_DISABLED" else None)
