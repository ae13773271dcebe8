"""A gateway in front of a cloud that takes a token of its own: adopted, and used as before."""

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.support.answering import Answering, Asked
from tests.support.client_runner import require_client, run_client
from tests.support.program import Program
from tests.wizard.test_adopt import adopt, profile, settings

TOKEN = "gateway-token-of-mine-0123456789"
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1", "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}
VERTEX = {
    "CLAUDE_CODE_USE_VERTEX": "1", "CLOUD_ML_REGION": "us-east5", "ANTHROPIC_VERTEX_PROJECT_ID": "my-project",
    "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
}  # fmt: skip
PINS = {
    "ANTHROPIC_MODEL": "opus",
    "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
}
MANTLE = {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-east-1", "CLAUDE_CODE_SKIP_MANTLE_AUTH": "1"}
AWS = {
    "CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "AWS_REGION": "us-east-1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_01",
    "CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH": "1",
}  # fmt: skip
GCP = {
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1", "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "my-project",
    "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "wrkspc_01", "CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH": "1",
}  # fmt: skip
BARE = {name: pin.removeprefix("us.anthropic.").removesuffix("-v1:0") for name, pin in PINS.items()}
MODELS = {"bedrock": PINS, "mantle": {name: f"anthropic.{pin}" for name, pin in BARE.items() if pin != "opus"}}
CLOUDS = {
    "bedrock": (BEDROCK, "ANTHROPIC_BEDROCK_BASE_URL", ""),
    "vertex": (VERTEX, "ANTHROPIC_VERTEX_BASE_URL", "/v1"),
    "mantle": (MANTLE, "ANTHROPIC_BEDROCK_MANTLE_BASE_URL", "/anthropic"),
    "claude-aws": (AWS, "ANTHROPIC_AWS_BASE_URL", ""),
    "claude-gcp": (GCP, "ANTHROPIC_GOOGLE_CLOUD_BASE_URL", "/invoke"),
}
PLACES = {
    "bedrock": ("region=us-east-1",),
    "vertex": ("project=my-project", "location=global"),
    "mantle": ("region=us-east-1",),
    "claude-aws": ("region=us-east-1", "workspace=wrkspc_01"),
    "claude-gcp": ("project=my-project", "workspace=wrkspc_01"),
}
OTHER = {"bedrock": {"AWS_BEARER_TOKEN_BEDROCK": "a-bedrock-key"}}


@pytest.fixture
def gateway() -> Iterator[Answering]:
    def answer(asked: Asked) -> tuple[int, Mapping[str, str], str]:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"content-type": "application/json"}, json.dumps({"error": {"message": "Invalid token"}})
        if asked.method == "GET":
            ids = [pin for pins in (*MODELS.values(), BARE) for pin in pins.values()]
            return 200, {"content-type": "application/json"}, json.dumps({"data": [{"id": pin} for pin in ids]})
        text = json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": "nothing for tests"}})
        return 400, {"content-type": "application/json"}, text

    with Answering() as running:
        running.answer = answer
        yield running


def set_up(cloud: str, gateway: Answering) -> dict[str, str]:
    values, variable, below = CLOUDS[cloud]
    return {**values, **MODELS.get(cloud, BARE), variable: gateway.url + below, "ANTHROPIC_AUTH_TOKEN": TOKEN}


def sent(gateway: Answering) -> tuple[str, str | None]:
    """The path and the credential of the last message that was sent, and forget them all."""
    last = [asked for asked in gateway.asked if asked.method == "POST"][-1]
    gateway.asked.clear()
    return last.path, last.headers.get("authorization")


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("how", ["--from-env", "--from-settings"])
def test_token_is_adopted_with_its_flag(program: Program, gateway: Answering, cloud: str, how: str) -> None:
    env = set_up(cloud, gateway) | OTHER.get(cloud, {})
    if how == "--from-settings":
        settings(program, {"env": env})
    done = adopt(program, how, "--yes", environment=env if how == "--from-env" else None)
    assert done.code == 0, done.err
    assert TOKEN not in done.out + done.err + (program.profiles / "mine.toml").read_text()
    found = profile(program)
    assert (found["surface"], "env" in found) == (cloud, False)
    document = json.loads(program.ok("env", "mine", "--shell", "json").out)["env"]
    skip = next(name for name in env if name.startswith("CLAUDE_CODE_SKIP_"))
    assert (document[skip], document["ANTHROPIC_AUTH_TOKEN"]) == ("1", TOKEN)


@pytest.mark.client
@pytest.mark.thorough
@pytest.mark.parametrize("cloud", CLOUDS)
def test_client_sends_the_same_before_and_after(program: Program, gateway: Answering, cloud: str) -> None:
    env, work = set_up(cloud, gateway), program.home / "work"
    work.mkdir()
    run_client("claude -p hello", home=program.home, cwd=work, environment=env)
    before = sent(gateway)
    assert before[1] == f"Bearer {TOKEN}"
    assert adopt(program, "--from-env", "--yes", environment=env).code == 0
    path = {"PATH": f"{require_client().parent}:/usr/bin:/bin"}
    program.run("run", "mine", "--", "claude", "-p", "hello", environment=path)
    assert sent(gateway) == before


@pytest.mark.parametrize("cloud", CLOUDS)
def test_doctor_tries_the_token(program: Program, gateway: Answering, cloud: str) -> None:
    assert adopt(program, "--from-env", "--yes", environment=set_up(cloud, gateway)).code == 0
    report = json.loads(program.run("doctor", "mine", "--json").out)["profiles"][0]
    errors = [found["check"] for found in report["findings"] if found["severity"] == "error"]
    assert errors in ([], ["claude-missing"]), report
    assert sent(gateway)[1] in (f"Bearer {TOKEN}", None)
    file = program.home / ".config/ccsetup/secrets/mine.auth_token"
    file.write_text("another-token-altogether-987654")
    report = json.loads(program.run("doctor", "mine", "--json").out)["profiles"][0]
    assert "gateway-key-rejected" in [found["check"] for found in report["findings"]], report


@pytest.mark.parametrize("cloud", CLOUDS)
def test_token_without_the_flag_is_left_out(program: Program, gateway: Answering, cloud: str) -> None:
    env = {name: value for name, value in set_up(cloud, gateway).items() if "SKIP" not in name}
    done = adopt(program, "--from-env", "--yes", environment=env)
    assert done.code == 0, done.err
    assert "ANTHROPIC_AUTH_TOKEN" in done.err
    assert "auth_token" not in dict(profile(program)["set"])  # type: ignore[call-overload]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_token_without_a_base_url_is_refused(program: Program, cloud: str) -> None:
    done = adopt(program, "--from-env", "--yes", environment={**CLOUDS[cloud][0], "ANTHROPIC_AUTH_TOKEN": TOKEN})
    assert (done.code, program.profiles.exists()) == (2, False), done.err
    assert "ANTHROPIC_AUTH_TOKEN" in done.err.splitlines()[0]
    words = ("init", "other", "--surface", cloud, "--no-verify", "--set", "auth_token=env:MY_TOKEN")
    done = program.run(*words, *(word for one in PLACES[cloud] for word in ("--set", one)))
    assert (done.code, "base_url" in done.err) == (2, True), done.err
