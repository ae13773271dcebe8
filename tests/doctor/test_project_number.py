"""The Claude Platform on Google Cloud: which project counts, and which one Google's library looks up by its number."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from ccsetup.lab import environment
from tests.agree import google
from tests.agree import observe as observing
from tests.agree.lab import AgreeLab
from tests.agree.observe import furnish, observe
from tests.agree.world import World
from tests.support import client_runner
from tests.support.client_runner import CLIENTS, find_client, require_client
from tests.support.selection import examples

NUMBER = "482910573621"
POOL = f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/lab/providers/lab"
WORKFORCE = "//iam.googleapis.com/locations/global/workforcePools/lab/providers/lab"
SHELL = {
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1",
    "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "wrkspc_lab",
    "GOOGLE_APPLICATION_CREDENTIALS": "@HOME/adc.json",
}
OWN = {"ANTHROPIC_GOOGLE_CLOUD_PROJECT": "acme-ml"}
REFUSED = "gcp-project-id-refused"


def external(audience: str = POOL, **more: str) -> str:
    identity = {
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": "@HOME/token"},
    }
    return json.dumps({**identity, **more})


USER = json.dumps(environment.user_credentials(google.ADA))
CASES: Mapping[str, tuple[str, Mapping[str, str], str | None]] = {
    "own variable alone": (external(), OWN, REFUSED),
    "blank library variable": (external(), {**OWN, "GOOGLE_CLOUD_PROJECT": ""}, REFUSED),
    "variable of gcloud": (external(), {**OWN, "CLOUDSDK_CORE_PROJECT": "acme-ml"}, REFUSED),
    "quota project": (external(quota_project_id="acme-ml"), OWN, REFUSED),
    "workforce with a user project": (external(WORKFORCE, workforce_pool_user_project=NUMBER), OWN, REFUSED),
    "workforce": (external(WORKFORCE), OWN, None),
    "GOOGLE_CLOUD_PROJECT": (external(), {**OWN, "GOOGLE_CLOUD_PROJECT": "acme-ml"}, None),
    "GCLOUD_PROJECT": (external(), {**OWN, "GCLOUD_PROJECT": "acme-ml"}, None),
    "lower case": (external(), {**OWN, "google_cloud_project": "acme-ml"}, None),
    "person": (USER, OWN, None),
}
PROJECTS: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "quota project of a person": ({}, None),
    "quota variable": ({"GOOGLE_CLOUD_QUOTA_PROJECT": "acme-ml"}, None),
    "variable of Vertex AI": ({"ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml"}, None),
    "two variables": ({"GCLOUD_PROJECT": "fresh-project", "GOOGLE_CLOUD_PROJECT": "acme-ml"}, "acme-ml"),
    "GCLOUD_PROJECT": ({"GCLOUD_PROJECT": "acme-ml"}, "acme-ml"),
    "two in lower case": ({"google_cloud_project": "acme-ml", "gcloud_project": "fresh-project"}, "fresh-project"),
    "blanks": ({"ANTHROPIC_GOOGLE_CLOUD_PROJECT": " ", "GOOGLE_CLOUD_PROJECT": " acme-ml "}, "acme-ml"),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[AgreeLab]:
    with AgreeLab() as running:
        yield running


def world(credentials: str, variables: Mapping[str, str]) -> World:
    files = {"adc.json": credentials, "token": google.ROBOT.access_token}
    return World(0, "claude-gcp", "here", files, {**SHELL, **variables})


@pytest.mark.parametrize("name", examples(CASES, "own variable alone", "GCLOUD_PROJECT"))
def test_refused_look_up_of_the_number_is_the_root(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    credentials, variables, root = CASES[name]
    made = world(credentials, variables)
    site = furnish(made, tmp_path / "home", lab)
    done = site.program.run("doctor", "--here", "--json", cwd=site.work, environment=dict(site.environment))
    (found,) = json.loads(done.out)["profiles"]
    assert found["root"] == root, found
    if find_client():
        assert observe(made, site, lab).worked == (root is None)


@pytest.mark.client
@pytest.mark.parametrize(("client", "root"), [("three-months", "claude-known-broken"), ("newest", None)])
def test_on_vertex_ai_only_an_older_client_asks(
    client: str, root: str | None, lab: AgreeLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = require_client(CLIENTS[client])
    monkeypatch.setattr(observing, "find_client", lambda: program)
    monkeypatch.setattr(client_runner, "require_client", lambda: program)
    shell = {"CLAUDE_CODE_USE_VERTEX": "1", "CLOUD_ML_REGION": "global", "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml"}
    made = world(external(), {**shell, "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": ""})
    site = furnish(made, tmp_path / "home", lab)
    done = site.program.run("doctor", "--here", "--json", cwd=site.work, environment=dict(site.environment))
    (found,) = json.loads(done.out)["profiles"]
    assert found["root"] == root, found
    assert observe(made, site, lab).worked == (root is None)


def test_permitted_look_up_passes(tmp_path: Path) -> None:
    made = world(external(), OWN)
    with AgreeLab() as lab:
        robot = msgspec.structs.replace(google.ROBOT, permissions={"acme-ml": ["*"]})
        principals = tuple(robot if one.name == robot.name else one for one in lab.world.google.principal)
        lab.world = msgspec.structs.replace(
            lab.world, google=msgspec.structs.replace(lab.world.google, principal=principals)
        )
        site = furnish(made, tmp_path / "home", lab)
        done = site.program.run("doctor", "--here", "--json", cwd=site.work, environment=dict(site.environment))
        (found,) = json.loads(done.out)["profiles"]
        assert "project-id" in found["passed"], found
        asked = [request for request in lab.seen if request.path == f"/v1/projects/{NUMBER}"]
        assert len(asked) == 1


@pytest.mark.parametrize("name", examples(PROJECTS, "quota project of a person"))
def test_project_is_the_clients(name: str, lab: AgreeLab, tmp_path: Path) -> None:
    variables, project = PROJECTS[name]
    made = world(USER, variables)
    site = furnish(made, tmp_path / "home", lab)
    done = site.program.run("status", "--json", cwd=site.work, environment=dict(site.environment))
    assert json.loads(done.out)["project"] == project
    if find_client():
        assert observe(made, site, lab).project == project
