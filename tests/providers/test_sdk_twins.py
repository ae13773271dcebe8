"""The listings ccsetup reads by itself are those that the official SDKs read, entry for entry."""

from pathlib import Path
from typing import TYPE_CHECKING

from google.oauth2 import credentials

from ccsetup.knowledge import surfaces
from ccsetup.lab.lab import Lab
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access
from ccsetup.providers.listing import list_models
from ccsetup.system.secret import Secret
from tests.support.lab_world import Client, now
from tests.support.lazy import Lazy

if TYPE_CHECKING:
    import anthropic
    from google.cloud import aiplatform_v1beta1
else:
    anthropic, aiplatform_v1beta1 = Lazy("anthropic"), Lazy("google.cloud.aiplatform_v1beta1")


def access(lab: Lab, home: Path, kind: str, secrets: dict[str, Secret], **answers: str) -> Access:
    profile = Profile(1, kind, set=answers)
    assert kind in surfaces.load_surfaces().surfaces
    return Access("twin", profile, secrets, lab.environment(home), home, now())


def test_the_api_is_read_as_the_anthropic_sdk_reads_it(lab: Lab, tmp_path: Path) -> None:
    key = next(login.secret for login in lab.world.anthropic.login)
    theirs = anthropic.Anthropic(api_key=key, base_url=lab.base).models.list(limit=1000)
    ours = list_models(access(lab, tmp_path, "api-key", {"key": Secret(key)}))
    assert {model.id: model.name for model in ours.models} == {model.id: model.display_name for model in theirs}
    told = {model.id: (model.lifecycle, model.retires_at) for model in theirs}
    for model in ours.models:
        word, ends = told[model.id]
        assert model.ends_on == ends
        assert model.lifecycle == {"active": "active", "deprecated": "legacy"}[str(word)]


def test_model_garden_is_read_as_googles_sdk_reads_it(lab: Lab, tmp_path: Path) -> None:
    person = next(one for one in lab.world.google.principal if one.refresh)
    made: Client = credentials.Credentials
    who = made(
        None, refresh_token=person.refresh, token_uri=f"{lab.url}/token", client_id="c", client_secret="s",
        quota_project_id="acme-ml",
    )  # fmt: skip
    garden: Client = aiplatform_v1beta1.ModelGardenServiceClient
    client = garden(credentials=who, transport="rest", client_options={"api_endpoint": lab.url})
    asked = aiplatform_v1beta1.ListPublisherModelsRequest(parent="publishers/anthropic", list_all_versions=True)
    theirs = {
        name if model.version_id == "default" else f"{name}@{model.version_id}"
        for model in client.list_publisher_models(asked, timeout=5)
        for name in (model.name.rpartition("/")[2],)
    }
    ours = list_models(access(lab, tmp_path, "vertex", {}, project="acme-ml", location="global"))
    assert {model.id for model in ours.models} == theirs
    assert len(theirs) > 10
