"""What `doctor --live` sends on each surface: the request that the real client makes with the same profile."""

import json
from collections.abc import Iterator, Mapping

import pytest

from ccsetup.trace.recorder.request import Request
from ccsetup.trace.recorder.server import Recorder
from tests.support.client_runner import run_client
from tests.support.program import Program
from tests.support.targets import TARGETS
from tests.support.warm import Warm

SENT = [name for name in TARGETS if name != "login"]  # a login's token is Claude Code's alone
BETAS = "context-1m-2025-08-07,made-up-2025-01-01"
EXTRA = {
    "ANTHROPIC_BETAS": BETAS,
    "ANTHROPIC_CUSTOM_HEADERS": "X-Team:  a:b \nanthropic-beta: mine-2025-01-01",
    "ANTHROPIC_BEDROCK_SERVICE_TIER": "priority",
}
"""What a profile's [env] may add to a request."""
LEFT = {  # what the SDK would read by itself
    "ANTHROPIC_API_KEY": "sk-ant-leftover", "ANTHROPIC_AUTH_TOKEN": "leftover", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Left: over", "ANTHROPIC_PROFILE": "leftover", "AWS_BEARER_TOKEN_BEDROCK": "leftover",
    "ANTHROPIC_AWS_API_KEY": "leftover", "ANTHROPIC_FOUNDRY_API_KEY": "leftover", "ANTHROPIC_LOG": "debug",
    "AWS_DEFAULT_REGION": "us-west-2", "AWS_PROFILE": "other", "AWS_ACCESS_KEY_ID": "AKIALEFTOVERLEFTOVER",
    "AWS_SECRET_ACCESS_KEY": "leftover",
}  # fmt: skip


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def made(program: Program, name: str, **more: str) -> Warm:
    here = Warm(program.home, program.environment)
    TARGETS[name].make(here, **more)
    return here


def live(here: Program, recorder: Recorder, left: Mapping[str, str] = {}) -> list[Request]:
    """The model calls of one examination."""
    recorder.clear()
    here.run("doctor", "wanted", "--live", "--json", environment={**recorder.proxied, **left})
    return list(recorder.inference)


@pytest.mark.parametrize("name", SENT)
def test_each_pin_is_asked_for_once_as_the_profile_declares(program: Program, recorder: Recorder, name: str) -> None:
    calls = live(made(program, name), recorder, LEFT)
    target = TARGETS[name]
    tiers = {pin: tier for tier, pin in target.pins.items()}
    assert sorted(str(call.model) for call in calls) == sorted(tiers)
    assert len(calls) == len(target.pins)
    assert [target.mismatches(call, tiers[str(call.model)]) for call in calls] == [[]] * len(calls)
    assert {call.max_tokens for call in calls} == {1}
    assert "leftover" not in str([(call.headers, call.body) for call in calls])


GUARDRAIL = "x-amzn-bedrock-guardrailidentifier"


def shape(call: Request) -> dict[str, object]:
    """What of a request decides who serves it, who pays and what is switched on."""
    names = ("anthropic-version", "anthropic-workspace-id", "x-app", "x-amzn-bedrock-service-tier", "x-team", GUARDRAIL)
    betas = {*BETAS.split(","), "mine-2025-01-01", "oauth-2025-04-20"}
    body = json.loads(call.body)
    return {
        "to": (call.method, call.scheme, call.host, call.path),
        "auths": call.auths,
        "headers": {name: call.headers.get(name) for name in (*names, "x-goog-user-project")},
        "betas": betas & set(call.headers.get("anthropic-beta", "").split(",")),
        "body": {name: body.get(name) for name in ("anthropic_version", "model", "stream")},
        "in the body": betas & set(body.get("anthropic_beta", ())),
    }


@pytest.mark.client
@pytest.mark.parametrize("name", SENT)
def test_it_is_the_request_of_the_real_client(program: Program, recorder: Recorder, name: str) -> None:
    same_request(program, recorder, name, EXTRA)


def same_request(program: Program, recorder: Recorder, name: str, more: Mapping[str, str]) -> None:
    """Hold what doctor sends against what the client sends, with `more` in the profile's [env]."""
    here = made(program, name, **{f"env.{variable}": value for variable, value in more.items()})
    ours = {call.model: shape(call) for call in live(here, recorder)}
    recorder.clear()
    environment = {**program.environment, **recorder.proxied}
    script = 'eval "$(ccsetup env wanted)"; exec claude -p --model haiku "say pong"'
    done = run_client(script, home=program.home, cwd=program.home / "repo", environment=environment)
    assert done.exit_code == 0, done.stderr
    theirs = recorder.inference[-1]
    assert ours[theirs.model] == shape(theirs)


HEADERS = f"Anthropic-Version: 2023-01-01\nX-Team: another\n{GUARDRAIL}: gr-abc"
GATEWAY = "https://gw.example.test"
MORE: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "a header of ours named by the profile": ("api-key", {"ANTHROPIC_CUSTOM_HEADERS": HEADERS}),
    "the same on Bedrock": ("bedrock-key", {"ANTHROPIC_CUSTOM_HEADERS": HEADERS}),
    "a quota project": ("vertex", {"GOOGLE_CLOUD_QUOTA_PROJECT": "acme-quota"}),
    "a quota project on the platform": ("claude-gcp", {"GOOGLE_CLOUD_QUOTA_PROJECT": "acme-quota"}),
    "nothing signed on Bedrock": (
        "bedrock", {"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "ANTHROPIC_BEDROCK_BASE_URL": GATEWAY},
    ),
    "nothing signed on Vertex": (
        "vertex", {"CLAUDE_CODE_SKIP_VERTEX_AUTH": "1", "ANTHROPIC_VERTEX_BASE_URL": f"{GATEWAY}/v1"},
    ),
    "nothing signed on Mantle": (
        "mantle", {"CLAUDE_CODE_SKIP_MANTLE_AUTH": "1", "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": f"{GATEWAY}/anthropic"},
    ),
}  # fmt: skip


@pytest.mark.client
@pytest.mark.parametrize("case", MORE)
def test_so_it_is_with_what_else_decides_who_signs(program: Program, recorder: Recorder, case: str) -> None:
    name, more = MORE[case]
    same_request(program, recorder, name, more)
