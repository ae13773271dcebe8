"""Google's credentials: each source that fails has its own page, and remedies that fit the kind of credential."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.knowledge.pages import load_page
from ccsetup.providers.google.adc_source import source_facts
from tests.support.answering import Answering
from tests.support.examined import a_profile, examined
from tests.support.program import Program
from tests.support.warm import Warm

VERTEX = {"project": "acme-ml", "location": "global"}
LOGIN = "gcloud auth application-default login"


@pytest.mark.parametrize(
    ("status", "body", "slug"),
    [
        (404, "Not Found", "gcp-metadata-no-account"),
        (404, '{"error":"no service account"}', "gcp-metadata-no-account"),
        (403, "Unable to generate access token", "gcp-metadata-denied"),
        (401, "", "gcp-metadata-denied"),
    ],
)
def test_refusal_of_the_metadata_server_has_a_page(program: Program, status: int, body: str, slug: str) -> None:
    with Answering() as server:
        server.answer = lambda _: (status, {"Metadata-Flavor": "Google"}, body)
        report = doctor(program, {"GCE_METADATA_HOST": server.url.removeprefix("http://")})
    assert report["root"] == slug
    assert LOGIN not in str(report)


@pytest.mark.parametrize("variables", [{}, {"K_SERVICE": "run"}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}])
def test_absent_metadata_server_has_a_page(program: Program, variables: Mapping[str, str]) -> None:
    report = doctor(program, {"GCE_METADATA_HOST": "127.0.0.1:9", **variables})
    assert report["root"] == "gcp-metadata-absent"
    assert LOGIN not in str(report)


def doctor(program: Program, variables: Mapping[str, str]) -> dict[str, object]:
    program.init("v", "vertex", **VERTEX)
    host = f"http://{variables['GCE_METADATA_HOST']}"
    around = {"CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM": host, "NO_PROXY": "127.0.0.1", **variables}
    run = Warm(program.home, {**program.environment, **around}).run("doctor", "v", "--json")
    report: dict[str, object] = json.loads(run.out)["profiles"][0]
    return report


@pytest.mark.parametrize("path", ["~/sa.json", "C:\\Users\\me\\sa.json", "/home/me/gone.json", "$HOME/sa.json"])
def test_absent_file_is_named_with_its_variable_and_layer(tmp_path: Path, path: str) -> None:
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text(json.dumps(PERSON))
    (tmp_path / ".claude").mkdir()
    settings = tmp_path / ".claude" / "settings.json"
    settings.write_text(json.dumps({"env": {"GOOGLE_APPLICATION_CREDENTIALS": path}}))
    report = examined(tmp_path, {"HOME": str(tmp_path)}, {"v": a_profile("vertex", set=VERTEX)}, offline=True)["v"]
    (finding,) = [one for one in report.findings if one.check == report.root]
    assert finding.check == "gcp-credentials-file-absent"
    assert (finding.facts["path"], finding.facts["where"]) == (path, str(settings))


def test_absent_file_of_the_shell_and_of_the_profile_is_named_so(tmp_path: Path) -> None:
    shell = {"HOME": str(tmp_path), "GOOGLE_APPLICATION_CREDENTIALS": "/gone/a.json"}
    profiles = {"shell": a_profile("vertex", set=VERTEX)}
    profiles["own"] = a_profile("vertex", set={**VERTEX, "credentials_file": "/gone/b.json"})
    reports = examined(tmp_path, shell, profiles, offline=True)
    where = {name: report.findings[0].facts["where"] for name, report in reports.items()}
    assert where == {"shell": "the shell", "own": "credentials_file of profile own"}


PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//old"}
KEY = "-----BEGIN PRIVATE KEY-----\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEA\n-----END PRIVATE KEY-----\n"
KINDS: Mapping[str, tuple[Mapping[str, object], bool, str]] = {
    "a person": (PERSON, True, "Google sign-in"),
    "a service account": (
        {"type": "service_account", "client_email": "bot@acme-ml.iam.gserviceaccount.com", "private_key": KEY},
        False,
        "service account's key",
    ),
    "a workload identity": (
        {"type": "external_account", "audience": "//iam.googleapis.com/x", "credential_source": {"file": "/gone"}},
        False,
        "workload identity",
    ),
    "a workforce identity": ({"type": "external_account_authorized_user"}, False, "workforce identity"),
    "an impersonated account": ({"type": "impersonated_service_account"}, False, "impersonated service account"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("slug", ["gcp-adc-expired", "gcp-adc-unreadable", "gcp-reauth-required"])
def test_only_user_credentials_get_the_sign_in_advice(tmp_path: Path, name: str, slug: str) -> None:
    content, is_person, words = KINDS[name]
    file = tmp_path / "adc.json"
    file.write_text(json.dumps(content))
    facts = source_facts({"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, tmp_path)
    assert words in facts["google_signer"]
    _, remedy = load_page(slug).filled({**facts, "profile": "v", "words": "w"})
    assert any(LOGIN in command for command in remedy.commands) is is_person
    has_keys = any("keys list" in command for command in remedy.commands)
    assert has_keys is (name == "a service account" and slug != "gcp-reauth-required")


def test_fact_about_a_file_holds_no_secret(tmp_path: Path) -> None:
    for content, _, _ in KINDS.values():
        file = tmp_path / "adc.json"
        file.write_text(json.dumps(content))
        told = str(source_facts({"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, tmp_path))
        assert "1//old" not in told
        assert "PRIVATE" not in told


def test_each_profile_has_its_own_metadata_server(program: Program) -> None:
    with Answering() as one, Answering() as other:
        for name, server in (("v", one), ("w", other)):
            server.answer = lambda _: (404, {"Metadata-Flavor": "Google"}, "Not Found")
            host = server.url.removeprefix("http://")
            program.init(name, "vertex", **VERTEX, **{"env.GCE_METADATA_HOST": host})
        around = {"CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        run = Warm(program.home, {**program.environment, **around}).run("doctor", "v", "w", "--json")
        assert [one["root"] for one in json.loads(run.out)["profiles"]] == ["gcp-metadata-no-account"] * 2
        for server in (one, other):
            assert any("/computeMetadata/v1/" in asked.path for asked in server.asked)
