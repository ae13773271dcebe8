"""The recorder is only worth trusting if the real client takes it for the real services."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ccsetup.trace.recorder.request import Auth, Request
from ccsetup.trace.recorder.server import Recorder
from tests.support.client_runner import NOWHERE, Completed, find_client, run_client

OPUS = "us.anthropic.claude-opus-4-5-20251101-v1:0"
BEDROCK = {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "ANTHROPIC_DEFAULT_OPUS_MODEL": OPUS,
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
}
VERTEX = {
    "CLAUDE_CODE_USE_VERTEX": "1",
    "CLOUD_ML_REGION": "europe-west1",
    "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
    "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-4-5@20251101",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "claude-sonnet-4-5@20250929",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5@20251001",
}


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose AWS profile `work` holds a static key, and a `repo` folder as the working folder."""
    (tmp_path / "repo").mkdir()
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[profile work]\nregion = us-east-1\naws_access_key_id = AKIAWORK\naws_secret_access_key = secret\n"
    )
    return tmp_path


def say_pong(home: Path, environment: Mapping[str, str], shell: str = "bash") -> Completed:
    return run_client('claude -p "say pong"', shell=shell, home=home, cwd=home / "repo", environment=environment)


def the_call(recorder: Recorder, completed: Completed) -> Request:
    """The one model call of a run that printed "pong"."""
    assert (completed.exit_code, completed.stdout.strip()) == (0, "pong"), completed
    [call] = recorder.inference
    return call


@pytest.mark.client
def test_an_api_key_is_recorded_on_its_way_to_anthropic(recorder: Recorder, home: Path) -> None:
    call = the_call(recorder, say_pong(home, {**recorder.proxied, "ANTHROPIC_API_KEY": "sk-ant-k"}))
    assert (call.scheme, call.host, call.provider) == ("https", "api.anthropic.com", "anthropic")
    assert call.auths == (Auth("x-api-key", "sk-ant-k"),)


@pytest.mark.client
def test_a_subscription_token_is_recorded_as_a_bearer(recorder: Recorder, home: Path) -> None:
    token = "sk-ant-oat01-x"
    call = the_call(recorder, say_pong(home, {**recorder.proxied, "CLAUDE_CODE_OAUTH_TOKEN": token}))
    assert (call.host, call.auths) == ("api.anthropic.com", (Auth("bearer", token),))


@pytest.mark.client
def test_both_credentials_of_a_call_are_recorded(recorder: Recorder, home: Path) -> None:
    keys = {"ANTHROPIC_API_KEY": "sk-ant-k", "ANTHROPIC_AUTH_TOKEN": "gateway"}
    call = the_call(recorder, say_pong(home, {"ANTHROPIC_BASE_URL": recorder.base_url, **keys}))
    assert (call.scheme, call.host) == ("http", "127.0.0.1")
    assert call.auths == (Auth("bearer", "gateway"), Auth("x-api-key", "sk-ant-k"))


@pytest.mark.client
def test_start_up_calls_are_kept_apart_from_model_calls(recorder: Recorder, home: Path) -> None:
    the_call(recorder, say_pong(home, {**recorder.proxied, "ANTHROPIC_API_KEY": "sk-ant-k"}))
    assert {request.path for request in recorder.noise} == {
        "/api/claude_code/settings",
        "/api/claude_code/policy_limits",
    }
    assert recorder.requests == recorder.inference


@pytest.mark.client
def test_a_bedrock_call_is_recorded_with_its_region_and_access_key(recorder: Recorder, home: Path) -> None:
    call = the_call(recorder, say_pong(home, {**recorder.proxied, **BEDROCK, "AWS_PROFILE": "work"}))
    assert (call.host, call.provider) == ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock")
    assert (call.place, call.model) == ("us-east-1", OPUS)
    assert call.auths == (Auth("sigv4", "AKIAWORK"),)


@pytest.mark.client
def test_a_bedrock_api_key_is_recorded_as_a_bearer(recorder: Recorder, home: Path) -> None:
    bearer = {"AWS_BEARER_TOKEN_BEDROCK": "bedrock-key", "AWS_REGION": "eu-west-1"}
    call = the_call(recorder, say_pong(home, {**recorder.proxied, **BEDROCK, **bearer}))
    assert (call.host, call.place) == ("bedrock-runtime.eu-west-1.amazonaws.com", "eu-west-1")
    assert call.auths == (Auth("bearer", "bedrock-key"),)


@pytest.mark.client
def test_a_bedrock_base_url_still_shows_the_signed_region(recorder: Recorder, home: Path) -> None:
    moved = {"AWS_PROFILE": "work", "ANTHROPIC_BEDROCK_BASE_URL": recorder.base_url}
    call = the_call(recorder, say_pong(home, {**BEDROCK, **moved}))
    assert (call.scheme, call.host, call.provider) == ("http", "127.0.0.1", "bedrock")
    assert (call.place, call.identity) == ("us-east-1", "AKIAWORK")


@pytest.mark.client
def test_without_pins_a_denied_profile_list_costs_three_probes(home: Path) -> None:
    environment = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work"}
    with Recorder(profiles=None) as recorder:
        say_pong(home, {**recorder.proxied, **environment})
    assert [call.max_tokens for call in recorder.inference][:3] == [1, 1, 1]
    assert recorder.requests[0].path.startswith("/inference-profiles?")


@pytest.mark.client
def test_a_vertex_call_is_recorded_with_its_project_and_refresh_token(recorder: Recorder, home: Path) -> None:
    sign_in_to_google(home)
    call = the_call(recorder, say_pong(home, {**recorder.proxied, **VERTEX}))
    assert (call.host, call.provider) == ("europe-west1-aiplatform.googleapis.com", "vertex")
    assert (call.project, call.place) == ("acme-ml", "europe-west1")
    assert call.model == "claude-opus-4-5@20251101"
    assert call.auths == (Auth("bearer", "ya29.recorder"),)
    assert exchanges(recorder) == {Auth("refresh-token", "1//work")}


@pytest.mark.client
def test_a_vertex_call_is_recorded_with_its_service_account(recorder: Recorder, home: Path) -> None:
    key = {"GOOGLE_APPLICATION_CREDENTIALS": str(service_account(home))}
    call = the_call(recorder, say_pong(home, {**recorder.proxied, **VERTEX, **key}))
    assert (call.project, call.identity) == ("acme-ml", "ya29.recorder")
    assert exchanges(recorder) == {Auth("assertion", "robot@acme-ml.iam.gserviceaccount.com")}


@pytest.mark.client
def test_a_vertex_base_url_keeps_the_project_and_the_location(recorder: Recorder, home: Path) -> None:
    sign_in_to_google(home)
    moved = {"ANTHROPIC_VERTEX_BASE_URL": f"{recorder.base_url}/v1"}
    call = the_call(recorder, say_pong(home, {**recorder.proxied, **VERTEX, **moved}))
    assert (call.scheme, call.host, call.provider) == ("http", "127.0.0.1", "vertex")
    assert (call.project, call.place) == ("acme-ml", "europe-west1")


@pytest.mark.client
def test_a_run_that_no_test_redirected_is_sent_nowhere(home: Path) -> None:
    completed = run_client('echo "$HTTPS_PROXY"', home=home, cwd=home, environment={})
    assert completed.stdout.strip() == NOWHERE


@pytest.mark.client
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "dash"])
def test_every_shell_finds_the_client(recorder: Recorder, home: Path, shell: str) -> None:
    key = {"ANTHROPIC_BASE_URL": recorder.base_url, "ANTHROPIC_API_KEY": "sk-ant-k"}
    the_call(recorder, say_pong(home, key, shell))


@pytest.mark.thorough
@pytest.mark.client
def test_a_fetched_page_shows_the_model_of_the_background_work(home: Path) -> None:
    with Recorder(fetch=True) as recorder:
        keys = {"ANTHROPIC_API_KEY": "sk-ant-k", "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5"}
        environment = {**recorder.proxied, **keys}
        script = 'exec claude -p --allowedTools WebFetch --settings \'{"skipWebFetchPreflight":true}\' -- "say pong"'
        completed = run_client(script, home=home, cwd=home, environment=environment)
        roles = [(call.role, call.model) for call in recorder.inference]
    assert completed.stdout.strip() == "pong"
    main = "claude-opus-5-5"
    assert roles == [("main", main), ("background", "claude-haiku-4-5"), ("again", main)]


@pytest.mark.client
def test_a_run_past_its_time_is_killed_with_its_children(home: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_client("sleep 30 & wait", home=home, cwd=home, environment={}, timeout=0.2)


def test_the_stub_of_an_install_without_scripts_is_not_taken_for_the_client(tmp_path: Path) -> None:
    stub = tmp_path / ".bin" / "claude"
    stub.parent.mkdir()
    stub.write_text("echo the install script did not run\n")
    assert find_client(tmp_path) is None


def exchanges(recorder: Recorder) -> set[Auth]:
    """Who asked Google for an access token."""
    return {auth for request in recorder.requests if request.provider == "google-token" for auth in request.auths}


def sign_in_to_google(home: Path) -> None:
    """What `gcloud auth application-default login` leaves behind."""
    folder = home / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text(
        json.dumps(
            {
                "type": "authorized_user",
                "client_id": "client",
                "client_secret": "secret",
                "refresh_token": "1//work",
            }
        )
    )


def service_account(home: Path) -> Path:
    """A service account's JSON key, with a key pair made on the spot."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = home / "robot.json"
    file.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "acme-ml",
                "private_key_id": "robot",
                "private_key": pem.decode(),
                "client_email": "robot@acme-ml.iam.gserviceaccount.com",
                "token_uri": "https://oauth2.googleapis.com/token",
            }
        )
    )
    return file
