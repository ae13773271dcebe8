"""The real Claude Code client takes the lab for every provider."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.lab.environment import WORKLOAD
from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab, Request
from tests.support.client_runner import Completed, run_client
from tests.support.lab_world import PROFILE

CLOUD = {
    "bedrock": {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_PROFILE": "my-prod",
        "AWS_REGION": "us-east-1",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": PROFILE,
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "ANTHROPIC_MODEL": "opus",
    },
    "vertex": {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLOUD_ML_REGION": "global",
        "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-5-5",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5@20251001",
        "ANTHROPIC_MODEL": "opus",
    },
}


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


def pong(lab: Lab, home: Path, environment: Mapping[str, str]) -> Request:
    """The run says pong; the last request for a model is given back."""
    done = run(lab, home, environment)
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), (done, lab.requests)
    return next(one for one in reversed(lab.requests) if one.model and one.operation != "CountTokens")


def run(lab: Lab, home: Path, environment: Mapping[str, str]) -> Completed:
    lab.environment(home)
    return run_client('claude -p "say pong"', home=home, cwd=home, environment=environment)


@pytest.mark.thorough
@pytest.mark.client
def test_an_api_key_reaches_the_lab_by_its_base_url(lab: Lab, tmp_path: Path) -> None:
    key = {"ANTHROPIC_API_KEY": "sk-ant-api03-lab-console-AAAA", "ANTHROPIC_BASE_URL": lab.url}
    call = pong(lab, tmp_path, key)
    assert (call.operation, call.identity, call.model) == ("CreateMessage", "console", "claude-opus-5-5")


@pytest.mark.client
def test_a_claude_login_reaches_the_lab_as_the_real_host(lab: Lab, tmp_path: Path) -> None:
    call = pong(lab, tmp_path, lab.proxied)
    assert (call.host, call.identity) == ("api.anthropic.com", "subscriber")


@pytest.mark.client
def test_bedrock_streams_events_by_base_url_and_by_proxy(lab: Lab, tmp_path: Path) -> None:
    for reached in ({"ANTHROPIC_BEDROCK_BASE_URL": lab.base_urls["bedrock"], **lab.proxied}, lab.proxied):
        call = pong(lab, tmp_path, {**CLOUD["bedrock"], **reached})
        assert (call.operation, call.place) == ("InvokeModelWithResponseStream", "us-east-1")
        assert (call.identity, call.model) == ("my-prod", PROFILE)
    assert call.host == "bedrock-runtime.us-east-1.amazonaws.com"


@pytest.mark.thorough
@pytest.mark.client
def test_bedrock_without_pins_lists_profiles_and_probes(lab: Lab, tmp_path: Path) -> None:
    bare = {name: value for name, value in CLOUD["bedrock"].items() if not name.startswith("ANTHROPIC")}
    pong(lab, tmp_path, {**bare, **lab.proxied})
    assert lab.requests_for("ListInferenceProfiles")
    offered = {f"us.{model.id}" for model in lab.world.aws.model}
    assert {one.model for one in lab.requests_for("InvokeModel")} <= offered


@pytest.mark.thorough
@pytest.mark.client
@pytest.mark.parametrize("moved", [False, True])
def test_vertex_predicts_with_user_credentials(lab: Lab, tmp_path: Path, moved: bool) -> None:
    base = {"ANTHROPIC_VERTEX_BASE_URL": lab.base_urls["vertex"]} if moved else {}
    call = pong(lab, tmp_path, {**CLOUD["vertex"], **lab.proxied, **base})
    assert (call.operation, call.place, call.project) == ("StreamRawPredict", "global", "acme-ml")
    assert (call.identity, call.model) == ("ada", "claude-opus-5-5")


@pytest.mark.thorough
@pytest.mark.client
def test_vertex_predicts_without_a_proxy_by_workload_identity(tmp_path: Path) -> None:
    with Lab() as lab:
        signed = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / WORKLOAD)}
        base = {"ANTHROPIC_VERTEX_BASE_URL": lab.base_urls["vertex"]}
        call = pong(lab, tmp_path, {**CLOUD["vertex"], **base, **signed})
        assert (call.identity, lab.requests[0].operation) == ("robot", "Token")


@pytest.mark.thorough
@pytest.mark.client
def test_the_client_prints_the_words_of_an_injected_fault(lab: Lab, tmp_path: Path) -> None:
    words = "Too many tokens per day, please wait before trying again."
    lab.inject(Fault.from_specimen("bedrock-runtime", 429, "ThrottlingException", words))
    done = run(lab, tmp_path, {**CLOUD["bedrock"], **lab.proxied})
    assert done.exit_code != 0
    assert words in done.stdout + done.stderr
