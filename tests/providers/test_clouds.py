"""Requests use the profile's own environment, and end in time, whatever the server does."""

import base64
import datetime
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.knowledge import surfaces
from ccsetup.lab.fault import Drip, Error, Fault, Hang, Reply, Reset
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer
from ccsetup.profile import environment
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access, Failed, scrub
from ccsetup.providers.aws import bedrock
from ccsetup.providers.listing import list_models
from ccsetup.system.secret import Secret

KNOWLEDGE = surfaces.load_surfaces()
NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
BEDROCK = {"region": "us-east-1"}
VERTEX = {"project": "acme-ml", "location": "global"}
DEAD = "http://127.0.0.1:9"
SDKS_OWN = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def home(tmp_path: Path, lab: Lab) -> Path:
    lab.environment(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what a test sets: requests do not read this process's environment."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "ANTHROPIC_", "GOOGLE_", "CLOUDSDK_"))]:
        monkeypatch.delenv(name)
    for name in (*SDKS_OWN, "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def access(
    home: Path,
    of: str,
    answers: Mapping[str, str],
    env: Mapping[str, str],
    shell: Mapping[str, str] | None = None,
    **secrets: str,
) -> Access:
    """As `Setup.access` makes it: the profile applied over a shell, and an AWS that is all in the home."""
    profile = Profile(schema=1, surface=of, set=dict(answers), env=dict(env))
    held = {name: Secret(text) for name, text in secrets.items()}
    change = environment.change("p", profile, KNOWLEDGE, home=str(home), secrets=held)
    files = {
        "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws" / "credentials"),
    }
    return Access("p", profile, held, environment.apply_change(change, {**files, **(shell or {})}), home, NOW)


def key(lab: Lab) -> str:
    return next(login.secret for login in lab.world.anthropic.login)


def google(lab: Lab, home: Path) -> dict[str, str]:
    return {
        "GOOGLE_APPLICATION_CREDENTIALS": str(home / ".config/gcloud/application_default_credentials.json"),
        "CLOUDSDK_AUTH_TOKEN_HOST": f"{lab.url}/token",
    }


@pytest.mark.parametrize("variable", ["ANTHROPIC_BEDROCK_BASE_URL", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK"])
def test_bedrock_goes_where_the_profiles_env_sends_it(lab: Lab, home: Path, variable: str) -> None:
    answers = {**BEDROCK, "aws_profile": "my-prod"}
    assert list_models(access(home, "bedrock", answers, {variable: lab.url}, {"AWS_ENDPOINT_URL": DEAD})).models
    assert {one.identity for one in lab.requests} == {"my-prod"}


def test_aws_profile_and_files_of_the_profiles_env_count(lab: Lab, home: Path) -> None:
    moved = (home / ".aws").rename(home / "elsewhere")
    env = {
        "ANTHROPIC_BEDROCK_BASE_URL": lab.url,
        "AWS_PROFILE": "readonly",
        "AWS_CONFIG_FILE": str(moved / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(moved / "credentials"),
    }
    assert list_models(access(home, "bedrock", BEDROCK, env, {"AWS_PROFILE": "dead"})).models
    assert {one.identity for one in lab.requests} == {"readonly"}


def test_keys_of_the_profiles_env_are_used_and_no_keys_beside_an_aws_profile(lab: Lab, home: Path) -> None:
    sandbox = next(one for one in lab.world.aws.identity if one.name == "readonly")
    keys = {"AWS_ACCESS_KEY_ID": sandbox.key, "AWS_SECRET_ACCESS_KEY": sandbox.secret}
    url = {"ANTHROPIC_BEDROCK_BASE_URL": lab.url}
    assert list_models(access(home, "bedrock", BEDROCK, {**url, **keys})).models
    assert {one.identity for one in lab.requests} == {"readonly"}
    lab.forget()
    assert list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod"}, url, keys)).models
    assert {one.identity for one in lab.requests} == {"my-prod"}


def test_the_api_goes_where_the_profiles_env_sends_it(lab: Lab, home: Path) -> None:
    env = {"ANTHROPIC_BASE_URL": lab.url}
    listing = list_models(access(home, "api-key", {}, env, {"ANTHROPIC_BASE_URL": DEAD}, key=key(lab)))
    assert listing.place == lab.url.removeprefix("http://")


def test_vertex_goes_where_the_profiles_env_sends_it_unless_gcloud_is_moved(lab: Lab, home: Path) -> None:
    env = {"ANTHROPIC_VERTEX_BASE_URL": f"{lab.url}/v1", **google(lab, home)}
    assert list_models(access(home, "vertex", VERTEX, env)).models
    override = {"CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM": lab.url}
    dead = {**env, "ANTHROPIC_VERTEX_BASE_URL": DEAD}
    assert list_models(access(home, "vertex", VERTEX, dead, override)).models


def test_aws_default_profile_decides_nothing_once_the_shell_is_scrubbed(
    lab: Lab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = {"AWS_DEFAULT_PROFILE": "dead", "AWS_PROFILE": "dead"}
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    assert "us-east-1" in bedrock.regions()  # not even before that
    scrub(KNOWLEDGE)
    assert not shell.keys() & os.environ.keys()
    env = {"ANTHROPIC_BEDROCK_BASE_URL": lab.url}
    assert list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod"}, env, shell)).models
    assert {one.identity for one in lab.requests} == {"my-prod"}


def test_a_bearer_token_gets_no_aws_profile(lab: Lab, home: Path) -> None:
    token = next(one.bearer for one in lab.world.aws.identity if one.bearer)
    env = {"ANTHROPIC_BEDROCK_BASE_URL": lab.at("us-east-1"), "NODE_EXTRA_CA_CERTS": str(lab.ca_file)}
    ask = access(home, "bedrock", BEDROCK, env, {"AWS_PROFILE": "dead"}, bearer_token=token)
    assert list_models(ask).models
    assert {one.identity for one in lab.requests} == {"bedrock-key"}


def test_regions_are_those_of_a_partition_or_all() -> None:
    assert {"us-east-1", "eu-west-1"} <= set(bedrock.regions("eu-west-1"))
    assert not [region for region in bedrock.regions("eu-west-1") if region.startswith("us-gov-")]
    assert all(region.startswith("us-gov-") for region in bedrock.regions(like="us-gov-west-1"))
    assert {*bedrock.regions("eu-west-1"), *bedrock.regions("us-gov-west-1")} <= set(bedrock.regions())
    assert bedrock.regions(like="cn-north-1")
    assert bedrock.regions(like="moon-base-1") == ("moon-base-1",)


@pytest.mark.thorough
def test_a_proxys_user_and_password_are_sent_to_it(home: Path) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(2):
                connection, _address = server.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        env = {"HTTPS_PROXY": f"http://ada:p%40ss@127.0.0.1:{server.getsockname()[1]}"}
        with pytest.raises(Failed):
            list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod"}, env))
    assert heard[0].startswith(b"CONNECT bedrock.us-east-1.amazonaws.com:443")
    assert b"Basic " + base64.b64encode(b"ada:p@ss") in heard[0]


@pytest.mark.parametrize("of", ["api-key", "bedrock", "vertex"])
def test_the_clients_own_certificates_are_trusted_beside_the_usual_ones(lab: Lab, home: Path, of: str) -> None:
    extra = {"NODE_EXTRA_CA_CERTS": str(lab.ca_file)}
    assert list_models(secured(lab, home, of, extra)).models
    with pytest.raises(Failed) as refused:
        list_models(secured(lab, home, of, {}))
    assert refused.value.finding.check == "tls-intercepted"


@pytest.mark.parametrize("of", ["api-key", "bedrock", "vertex"])
def test_a_proxy_that_opens_tls_is_used_and_trusted(lab: Lab, home: Path, of: str) -> None:
    env = {"HTTPS_PROXY": lab.url, "NODE_EXTRA_CA_CERTS": str(lab.ca_file), "NO_PROXY": "127.0.0.1"}
    answers = {"bedrock": {**BEDROCK, "aws_profile": "my-prod"}, "vertex": VERTEX, "api-key": {}}[of]
    secrets = {"key": key(lab)} if of == "api-key" else {}
    assert list_models(access(home, of, answers, {**env, **google(lab, home)}, {}, **secrets)).models
    assert {one.scheme for one in lab.requests if one.host.endswith(".com")} == {"https"}


@pytest.mark.parametrize(("of", "variable"), [("bedrock", "AWS_CA_BUNDLE"), ("vertex", "REQUESTS_CA_BUNDLE")])
def test_certificates_in_an_sdk_s_own_variable_are_not_trusted(lab: Lab, home: Path, of: str, variable: str) -> None:
    """Seen on 2.1.332: the client fails with UNABLE_TO_VERIFY_LEAF_SIGNATURE."""
    with pytest.raises(Failed) as refused:
        list_models(secured(lab, home, of, {variable: str(lab.ca_file)}))
    assert refused.value.finding.check == "tls-intercepted"


@pytest.mark.parametrize("variable", SDKS_OWN)
@pytest.mark.parametrize("of", ["bedrock", "vertex", "api-key"])
def test_an_sdk_s_file_that_cannot_be_used_stops_nothing(lab: Lab, home: Path, variable: str, of: str) -> None:
    assert list_models(secured(lab, home, of, {"NODE_EXTRA_CA_CERTS": str(lab.ca_file), variable: "/gone.pem"})).models


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_an_extra_file_that_cannot_be_used_is_ignored_and_leaves_nothing_behind(
    lab: Lab, home: Path, text: str | None
) -> None:
    extra = home / "extra.pem"
    if text is not None:
        extra.write_text(text)
    before = set(Path(tempfile.gettempdir()).glob("*.pem"))
    trust = {"NODE_EXTRA_CA_CERTS": str(extra)}
    assert list_models(access(home, "api-key", {}, {**trust, "ANTHROPIC_BASE_URL": lab.url}, key=key(lab))).models
    env = {**trust, "ANTHROPIC_BEDROCK_BASE_URL": lab.url}
    assert list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod"}, env)).models
    assert set(Path(tempfile.gettempdir()).glob("*.pem")) == before


def secured(lab: Lab, home: Path, of: str, env: Mapping[str, str]) -> Access:
    """A profile of this surface at the lab's TLS port."""
    url = lab.tls_url
    match of:
        case "bedrock":
            return access(home, of, {**BEDROCK, "aws_profile": "my-prod", "base_url": url}, env)
        case "vertex":
            return access(home, of, {**VERTEX, "base_url": f"{url}/v1"}, {**google(lab, home), **env})
        case _:
            return access(home, of, {"base_url": url}, env, key=key(lab))


def test_dripping_answer_ends_with_its_deadline(lab: Lab, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccsetup.providers.http.REQUEST_SECONDS", 1)
    lab.inject(Fault(Drip(1, 300), service="bedrock"))
    began = time.monotonic()
    with pytest.raises(Failed) as late:
        list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod", "base_url": lab.url}, {}))
    assert time.monotonic() - began < 6  # two attempts, and a pause between them
    assert (late.value.status, late.value.finding.check) == ("unreachable", "endpoint-unreachable")


@pytest.mark.parametrize("of", ["api-key", "vertex"])
def test_a_look_ends_whatever_drips(lab: Lab, home: Path, monkeypatch: pytest.MonkeyPatch, of: str) -> None:
    monkeypatch.setattr("ccsetup.providers.access.LOOK_SECONDS", 2)
    lab.inject(Fault(Drip(1, 200)))
    began = time.monotonic()
    with pytest.raises(Failed) as late:
        list_models(secured(lab, home, of, {"NODE_EXTRA_CA_CERTS": str(lab.ca_file)}))
    assert time.monotonic() - began < 4
    assert (late.value.status, late.value.finding.check) == ("unreachable", "endpoint-unreachable")


def test_control_c_ends_the_wait_immediately(lab: Lab, home: Path) -> None:
    lab.inject(Fault(Hang(20)))
    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list_models(secured(lab, home, "api-key", {"NODE_EXTRA_CA_CERTS": str(lab.ca_file)}))
    assert time.monotonic() - began < 3


def test_a_failure_keeps_its_cause(lab: Lab, home: Path) -> None:
    lab.inject(Fault(Error(403, "AccessDeniedException", "no"), service="bedrock"))
    with pytest.raises(Failed) as why:
        list_models(access(home, "bedrock", {**BEDROCK, "aws_profile": "my-prod", "base_url": lab.url}, {}))
    assert type(why.value.__cause__).__name__ == "AccessDeniedException"


def test_a_broken_off_answer_is_a_failure_and_a_whole_one_is_read_to_its_end(lab: Lab, home: Path) -> None:
    ask = secured(lab, home, "bedrock", {"NODE_EXTRA_CA_CERTS": str(lab.ca_file)})
    whole = list_models(ask).models
    lab.inject(Fault(Drip(4096, 1), service="bedrock"))
    assert list_models(ask).models == whole
    lab.clear_faults()
    lab.inject(Fault(Reset(), service="bedrock"))
    with pytest.raises(Failed):
        list_models(ask)


def test_half_of_vertexs_catalogue_does_not_pass_for_the_whole(lab: Lab, home: Path) -> None:
    env = {"HTTPS_PROXY": lab.url, "NODE_EXTRA_CA_CERTS": str(lab.ca_file), "NO_PROXY": "127.0.0.1"}
    lab.inject(Fault(Reply(Answer(503, "text/plain", b"")), service="aiplatform", place="global"))
    with pytest.raises(Failed):
        list_models(access(home, "vertex", VERTEX, {**env, **google(lab, home)}))
