"""Doctor on Vertex AI: one thing broken at a time in a healthy world, and exactly that found."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.prepare import prepare_saved
from ccsetup.doctor.probes import quota
from ccsetup.doctor.probes.case import Broken, Once
from ccsetup.doctor.report import Report
from ccsetup.knowledge.pages import Finding
from ccsetup.lab.fault import Error, Fault, Reset
from ccsetup.lab.google.state import Principal
from ccsetup.lab.lab import Lab
from ccsetup.profile.profile import Profile
from ccsetup.workspace import Workspace
from tests.support.examined import a_profile, a_world, examined, slugs
from tests.support.scored import Scored
from tests.support.vertex_mutations import ADC, DEAD, MUTATIONS, PINS, TWO, person, project, replace
from tests.support.warm import Warm


@pytest.fixture(scope="module")
def furnished(running: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    home = tmp_path_factory.mktemp("template") / "home"
    home.mkdir()
    return home, running.environment(home)


@pytest.fixture
def home(furnished: tuple[Path, Mapping[str, str]], tmp_path: Path) -> Path:
    return shutil.copytree(furnished[0], tmp_path / "home")


@pytest.fixture
def around(furnished: tuple[Path, Mapping[str, str]], home: Path) -> dict[str, str]:
    """The environment of that home."""
    moved = {name: value.replace(str(furnished[0]), str(home)) for name, value in furnished[1].items()}
    return {"PATH": os.defpath, **moved}


def vertex(**tables: Mapping[str, str]) -> Profile:
    given = {"set": {"project": "acme-ml", "location": "global"}, "models": PINS, "env": {}, "expect": {}}
    return a_profile("vertex", **{name: {**values, **tables.get(name, {})} for name, values in given.items()})


def looked(home: Path, around: Mapping[str, str], **tables: Mapping[str, str]) -> Report:
    return examined(home, around, {"v": vertex(**tables)})["v"]


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_thing_broken_is_exactly_one_root(
    lab: Lab, home: Path, around: dict[str, str], name: str, doctor_scores: Scored
) -> None:
    mutation = MUTATIONS[name]
    lab.world = replace(lab.world, google=mutation.world(lab.world.google))
    lab.inject(*mutation.faults)
    if mutation.adc is not None:
        file = home / ADC
        told = mutation.adc
        file.write_text(told if isinstance(told, str) else json.dumps({**json.loads(file.read_text()), **told}))
    report = looked(home, {**around, **mutation.around}, set=mutation.set, models=mutation.models, env=mutation.env,
                    expect=mutation.expect)  # fmt: skip
    doctor_scores(mutation.root, report.root)
    assert {*slugs(report)} == {mutation.root}, report
    assert report.verdict == "error"
    assert not [one for one in report.broken if "internal" in one.reason]


def test_no_credentials_at_all(lab: Lab, home: Path, around: dict[str, str]) -> None:
    (home / ADC).unlink()
    assert slugs(looked(home, around)) == ["gcp-adc-missing"]


@pytest.mark.parametrize("file", [None, "service-account.json", "workload-identity.json"])
def test_a_healthy_profile_is_healthy(
    lab: Lab, home: Path, around: dict[str, str], file: str | None, doctor_scores: Scored
) -> None:
    """A person with all rights, and a service account that may only predict and be counted, signed in both ways."""
    report = looked(home, around, set={"credentials_file": str(home / file)} if file else {})
    doctor_scores(None, report.root)
    assert (report.verdict, report.findings, report.broken) == ("ok", (), ())
    assert {one.check for one in report.skipped} >= {"enabled"}


def test_who_may_only_predict_is_healthy(lab: Lab, home: Path, around: dict[str, str]) -> None:
    lab.world = replace(
        lab.world,
        google=person("robot", permissions={"acme-ml": ("aiplatform.endpoints.predict",)})(lab.world.google),
    )
    report = looked(home, around, set={"credentials_file": str(home / "service-account.json")})
    assert (report.verdict, report.findings, report.broken) == ("ok", (), ())


@pytest.mark.parametrize("service", ["cloudresourcemanager", "serviceusage", "cloudbilling", "orgpolicy", "aiplatform"])
def test_a_request_that_is_refused_is_not_a_fault(lab: Lab, home: Path, around: dict[str, str], service: str) -> None:
    lab.inject(Fault(Error(403, "PERMISSION_DENIED", "The caller does not have permission"), service=service))  # type: ignore[arg-type]
    report = looked(home, around)
    assert (report.verdict, report.findings, report.broken) == ("ok", (), ())
    assert any("caller does not have permission" in one.reason for one in report.skipped)


def test_other_apis_that_are_off_are_no_fault(lab: Lab, home: Path, around: dict[str, str]) -> None:
    lab.world = replace(lab.world, google=project(apis=("aiplatform.googleapis.com",))(lab.world.google))
    report = looked(home, around)
    assert (report.verdict, report.findings, report.broken) == ("ok", (), ())


@pytest.mark.parametrize("service", ["CLOUDRESOURCEMANAGER", "AIPLATFORM"])
def test_request_without_an_answer_is_broken(lab: Lab, home: Path, around: dict[str, str], service: str) -> None:
    report = looked(home, {**around, f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}": DEAD})
    assert (report.verdict, report.root) == ("unknown", None)
    assert all(isinstance(one, Broken) and DEAD in one.reason for one in report.broken)


def test_a_token_that_cannot_be_fetched_is_not_fetched_again_for_each_request(
    lab: Lab, home: Path, around: dict[str, str]
) -> None:
    lab.inject(Fault(Reset(), "google-token"))
    report = looked(home, around)
    assert (report.verdict, report.root) == ("unknown", None)
    assert {one.check for one in report.broken} == {"token"}
    assert {"listing", "permission"} <= {one.check for one in report.skipped}
    assert len(lab.requests_for("Token")) == 2  # the second attempt of the one exchange


@pytest.mark.parametrize("name", TWO)
def test_of_two_faults_the_earlier_is_the_root_and_the_later_is_not_lost(
    lab: Lab, home: Path, around: dict[str, str], name: str
) -> None:
    mutation, found = TWO[name]
    biller = Principal("biller", "b@example.com", "1//lab-biller", permissions={
        "acme-ml": ("resourcemanager.*", "serviceusage.*")})  # fmt: skip
    google = mutation.world(lab.world.google)
    lab.world = replace(lab.world, google=replace(google, principal=(*google.principal, biller)))
    if isinstance(mutation.adc, Mapping):
        file = home / ADC
        file.write_text(json.dumps({**json.loads(file.read_text()), **mutation.adc}))
    report = looked(home, around, set=mutation.set, models=mutation.models, expect=mutation.expect)
    assert slugs(report, "error") == found
    assert report.root == mutation.root


def test_pins_are_read_as_google_reads_them(lab: Lab, home: Path, around: dict[str, str]) -> None:
    models = {"opus": "claude-opus-5-5@default", "sonnet": "claude-sonnet-5-5[1m]", "haiku": "claude-haiku-4-5"}
    assert looked(home, around, models=models).verdict == "ok"
    assert looked(home, around, models={**models, "haiku": "claude-haiku-4-5%4020251001"}).verdict == "ok"


@pytest.mark.parametrize("pin", ["claude-opus-5-5@latest", "claude-haiku-4-5@default", "claude-haiku-4-5@latest[1m]"])
def test_version_that_no_listing_has_is_unknown(lab: Lab, home: Path, around: dict[str, str], pin: str) -> None:
    report = looked(home, around, models={"opus": pin, "sonnet": "claude-sonnet-5-5", "haiku": "claude-haiku-5-5"})
    assert (report.verdict, slugs(report)) == ("unknown", [])
    assert [one.check for one in report.broken] == ["pins"]
    assert pin.removesuffix("[1m]") in report.broken[0].reason


def test_what_is_not_pinned_is_a_warning(lab: Lab, home: Path, around: dict[str, str]) -> None:
    bare = a_profile("vertex", set={"project": "acme-ml", "location": "global"}, models={"default": "opus"})
    report = examined(home, around, {"v": bare})["v"]
    assert (report.verdict, slugs(report)) == ("warning", ["pin-missing"] * 3)


def test_a_model_that_the_place_is_known_not_to_serve_is_a_warning(
    lab: Lab, home: Path, around: dict[str, str]
) -> None:
    region = looked(
        home, around, set={"location": "us-east5"}, models={"haiku": "claude-haiku-4-5@20251001", "default": "haiku"}
    )
    assert [one.facts["model"] for one in region.findings] == ["claude-opus-5-5", "claude-sonnet-5-5"]
    assert (region.verdict, {*slugs(region)}) == ("warning", {"vertex-model-not-in-location"})
    old = looked(home, around, set={"location": "eu"}, models={"sonnet": "claude-sonnet-4-6"})
    assert [one.facts["model"] for one in old.findings] == ["claude-sonnet-4-6"]
    own = {"VERTEX_REGION_CLAUDE_HAIKU_4_5": "us-east5"}
    assert (
        looked(home, around, models={"haiku": "claude-haiku-4-5@20251001"}, env=own, set={"location": "us"}).findings
        == ()
    )


def test_first_model_that_the_place_is_known_not_to_serve_is_tried(
    lab: Lab, home: Path, around: dict[str, str]
) -> None:
    report = looked(home, around, set={"location": "us-east5"}, models={"haiku": "claude-haiku-4-5@20251001"})
    assert (report.verdict, report.root) == ("error", "vertex-model-not-in-location")


def test_information_is_not_a_warning(lab: Lab, home: Path, around: dict[str, str]) -> None:
    file = home / ADC
    file.write_text(json.dumps({**json.loads(file.read_text()), "quota_project_id": ""}))
    report = looked(home, around, env={"GOOGLE_CLOUD_PROJECT": "acme-web"})
    assert (report.verdict, slugs(report, "info")) == ("ok", ["gcp-project-mismatch", "gcp-quota-project-missing"])


def test_a_gateway_with_the_credentials_is_asked_for_none(lab: Lab, home: Path, around: dict[str, str]) -> None:
    (home / ADC).unlink()
    report = looked(home, around, env={"CLAUDE_CODE_SKIP_VERTEX_AUTH": "1"}, set={"base_url": f"{lab.url}/v1"})
    assert slugs(report) == ["gateway-key-rejected"]  # the lab passes Google's own refusal on, as the client sees
    assert not lab.requests_for("ListPublisherModels")


def test_nothing_is_asked_twice(lab: Lab, home: Path, around: dict[str, str]) -> None:
    """Also not by profiles that share sign-in and project; with another project only what names it."""
    same = {name: vertex(set={"location": place}) for name, place in (("a", "global"), ("b", "us"), ("c", "eu"))}
    examined(home, around, {**same, "d": vertex(set={"project": "strict-corp"}, models={"sonnet": "claude-haiku-4-5"})})
    asked = [(one.operation, one.method, one.path) for one in lab.requests]
    assert len(asked) == len({*asked})
    assert len(lab.requests_for("ListPublisherModels")) == 1
    assert len(lab.requests_for("Token")) == 1


def test_the_limits_of_one_project_are_not_another_s(home: Path, around: dict[str, str]) -> None:
    workspace, once = Workspace(a_world(home, around)), Once()
    found = {
        project: [
            one for one in quota.on_vertex(prepare_saved(workspace, project, profile, once)) if isinstance(one, Finding)
        ]
        for project in ("strict-corp", "acme-ml")
        for profile in [vertex(set={"project": project})]
    }
    assert {project: bool(zero) for project, zero in found.items()} == {"strict-corp": True, "acme-ml": False}


@pytest.mark.thorough
def test_as_a_process(lab: Lab, home: Path, around: dict[str, str]) -> None:
    program = Warm(home, around)
    pins = [word for tier, pin in PINS.items() for word in ("--set", f"models.{tier}={pin}")]
    robot = str(home / "service-account.json")
    program.init("well", "vertex", *pins, project="acme-ml", location="global")
    program.init("least", "vertex", *pins, project="acme-ml", location="global", credentials_file=robot)
    program.init("fresh", "vertex", *pins, project="fresh-project", location="global")
    program.init("strict", "vertex", *pins, project="strict-corp", location="global")
    done = program.run("doctor", "--json")
    reports = {one["profile"]: one for one in json.loads(done.out)["profiles"]}
    assert done.code == 1, done
    assert {name: one["root"] for name, one in reports.items()} == {
        "well": None,
        "least": None,
        "fresh": "gcp-api-disabled",
        "strict": "vertex-org-policy",
    }
    assert program.run("doctor", "well", "least").code == 0
    remedies = [command for one in reports["fresh"]["findings"] for command in one["remedy"]["commands"]]
    assert "gcloud services enable aiplatform.googleapis.com --project fresh-project" in remedies
