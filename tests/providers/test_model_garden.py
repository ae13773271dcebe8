"""google-cloud-aiplatform, imported alone: the same class, the same requests, the same models as imported whole."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.lab.fault import Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import as_json
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.listing import list_models
from tests.support.lab_world import now

ALONE = """
import sys
from ccsetup.providers.google import model_garden
ours = model_garden.load().ModelGardenServiceClient
assert len([name for name in sys.modules if ".services." in name and name.endswith("_service")]) <= 1, "all of it"
assert "google.cloud.aiplatform_v1beta1" not in sys.modules, "a bare package was left behind"
assert not [name for name in sys.modules if name.split(".")[0] == "grpc"], "gRPC is left behind"
assert "google.api_core.grpc_helpers" not in sys.modules, "a module that holds the empty gRPC was left behind"
from google.cloud import aiplatform_v1beta1
assert aiplatform_v1beta1.ModelGardenServiceClient is ours, "another class"
assert aiplatform_v1beta1.types.PublisherModel is sys.modules[
    "google.cloud.aiplatform_v1beta1.types.publisher_model"].PublisherModel
aiplatform_v1beta1.ModelServiceClient, aiplatform_v1beta1.types.Model  # the rest is there too
import grpc
from google.api_core import grpc_helpers
assert grpc_helpers.grpc is grpc and issubclass(grpc.RpcError, Exception) and grpc.__file__, "not the real gRPC"
"""
SIDE_BY_SIDE = """
import sys, threading
from ccsetup.providers.google import model_garden
found = []
threads = [threading.Thread(target=lambda: found.append(model_garden.load())) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 8 and len(set(map(id, found))) == 1
"""
FALLS_BACK = """
import importlib, sys
from ccsetup.providers.google import model_garden
real = importlib.import_module
whole = lambda: hasattr(sys.modules.get("google.cloud.aiplatform_v1beta1"), "__version__")
def failing(name, *rest):
    found = real(name, *rest)
    if name.endswith(".client") and not whole():
        raise ImportError("not with bare packages")
    return found
importlib.import_module = failing
client = model_garden.load().ModelGardenServiceClient
from google.cloud import aiplatform_v1beta1
assert aiplatform_v1beta1.ModelGardenServiceClient is client
assert hasattr(aiplatform_v1beta1, "__version__"), "not the package itself"
assert aiplatform_v1beta1.ListPublisherModelsRequest(parent="publishers/anthropic").parent
"""


def access(lab: Lab, home: Path, **more: str) -> Access:
    profile = Profile(1, "vertex", set={"project": "acme-ml", "location": "global"})
    return Access("garden", profile, {}, {**lab.environment(home), **more}, home, now())


@pytest.mark.thorough
@pytest.mark.parametrize("script", [ALONE, SIDE_BY_SIDE, FALLS_BACK], ids=["alone", "side by side", "falls back"])
def test_the_import_leaves_the_package_as_it_is(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert (done.returncode, done.stderr) == (0, "")


def listed(lab: Lab, entries: object) -> None:
    lab.inject(Fault(Reply(as_json(entries)), operation="ListPublisherModels"))


def entry(name: object, **more: object) -> Mapping[str, object]:
    return {"name": name, "versionId": "default", "launchStage": "GA", **more}


OPUS = "publishers/anthropic/models/claude-opus-5-5"


@pytest.mark.parametrize(
    "odd",
    [
        7, None, "text", [], {}, entry(7), entry(None), entry([OPUS]), entry({"a": 1}),
        entry("publishers/anthropic/models/"), {"versionId": "default"},
    ],
)  # fmt: skip
def test_an_entry_of_an_unforeseen_form_costs_only_itself(lab: Lab, tmp_path: Path, odd: object) -> None:
    listed(lab, {"publisherModels": [odd, entry(OPUS)]})
    assert [model.id for model in list_models(access(lab, tmp_path)).models] == ["claude-opus-5-5"]


@pytest.mark.parametrize(
    "more",
    [
        {"supportedActions": 5}, {"launchStage": "NEW_STAGE"}, {"launchStage": 4}, {"launchStage": 99},
        {"launchStage": {"a": 1}}, {"openSourceCategory": [1]}, {"unheardOf": {"deep": []}}, {"frameworks": "x"},
    ],
)  # fmt: skip
def test_unread_fields_do_not_matter(lab: Lab, tmp_path: Path, more: Mapping[str, object]) -> None:
    listed(lab, {"publisherModels": [entry(OPUS, **more)], "unheardOf": 1})
    assert [model.id for model in list_models(access(lab, tmp_path)).models] == ["claude-opus-5-5"]


@pytest.mark.parametrize(("stage", "previewed"), [("PUBLIC_PREVIEW", True), (3, True), ("GA", False), (4, False)])
def test_a_preview_is_known_by_name_and_by_number(lab: Lab, tmp_path: Path, stage: object, previewed: bool) -> None:
    listed(lab, {"publisherModels": [entry(OPUS, launchStage=stage)]})
    assert [model.previewed for model in list_models(access(lab, tmp_path)).models] == [previewed]


def test_endless_listing_is_refused(lab: Lab, tmp_path: Path) -> None:
    listed(lab, {"publisherModels": [entry(OPUS)], "nextPageToken": "more"})
    with pytest.raises(Failed) as caught:
        list_models(access(lab, tmp_path))
    assert caught.value.finding.check == "listing-endless"
    assert len(lab.requests_for("ListPublisherModels")) <= 25


def test_neither_netrc_nor_the_process_has_a_say(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    for name, value in {
        "NETRC": str(netrc), "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "x.y",
        "GOOGLE_CLOUD_QUOTA_PROJECT": "leftover", "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    found = list_models(access(lab, tmp_path))
    assert len(found.models) > 10
    assert {one.identity for one in lab.requests_for("ListPublisherModels")} == {
        next(one.name for one in lab.world.google.principal if one.refresh)
    }
