"""The real client, in polluted shells: every request it makes must be the one the profile declares."""

import json
from collections.abc import Iterator, Mapping

import pytest

from ccsetup.knowledge import surfaces
from ccsetup.trace.recorder.server import Recorder
from tests.support.client_runner import Completed, run_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.targets import FIRST, TARGETS, TIERS, Target

pytestmark = pytest.mark.client

# The silent hijacks: one leftover (or one that only bites in company) a row.
HIJACKS: Mapping[str, Mapping[str, str]] = {
    "api key": {"ANTHROPIC_API_KEY": "sk-ant-leftover"},
    "auth token": {"ANTHROPIC_AUTH_TOKEN": "leftover-token"},
    "oauth token": {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-leftover"},
    "base url": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"},
    "cloud base urls": {
        "ANTHROPIC_BEDROCK_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_VERTEX_BASE_URL": "http://127.0.0.1:9/v1",
    },
    "bedrock flag": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2"},
    "vertex flag": {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "leftover-project",
        "CLOUD_ML_REGION": "us-east5",
    },
    "foundry flag": {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": "leftover"},
    "claude platform on aws": {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "ANTHROPIC_AWS_API_KEY": "leftover"},
    "mantle flag": {"CLAUDE_CODE_USE_MANTLE": "1"},
    "gateway flag": {
        "CLAUDE_CODE_USE_GATEWAY": "1",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_AUTH_TOKEN": "leftover",
    },
    "bedrock bearer": {"AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-leftover"},
    "aws keys": {"AWS_ACCESS_KEY_ID": "AKIALEFTOVERLEFTOVER", "AWS_SECRET_ACCESS_KEY": "leftover"},
    "aws profile": {"AWS_PROFILE": "other", "AWS_DEFAULT_PROFILE": "other"},
    "aws region": {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2"},
    "aws endpoint": {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9",
    },
    "region prefix": {"ANTHROPIC_BEDROCK_REGION_PREFIX": "global"},
    "google projects": {"GOOGLE_CLOUD_PROJECT": "leftover-project", "GCLOUD_PROJECT": "leftover-project"},
    "google credentials": {"GOOGLE_APPLICATION_CREDENTIALS": "{home}/other-adc.json"},
    "vertex regions": {
        "VERTEX_REGION_CLAUDE_4_8_OPUS": "us-east5",
        "VERTEX_REGION_CLAUDE_5_SONNET": "us-east5",
        "VERTEX_REGION_CLAUDE_FABLE_5": "us-east5",
    },
    "models": {
        "ANTHROPIC_MODEL": "claude-opus-leftover",
        "ANTHROPIC_DEFAULT_MODEL": "claude-opus-leftover",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-leftover",
        "ANTHROPIC_SMALL_FAST_MODEL": "claude-haiku-leftover",
    },
    "headers": {"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer leftover"},
    "skipped auth": {
        "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1",
        "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
    },
    "config folder": {"CLAUDE_CONFIG_DIR": "{home}/.claude-leftover"},
    "foundry address": {
        "ANTHROPIC_FOUNDRY_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_FOUNDRY_RESOURCE": "leftover",
        "ANTHROPIC_FOUNDRY_AUTH_TOKEN": "leftover",
        "ANTHROPIC_FOUNDRY_API_KEY": "leftover",
    },
    "platform addresses": {
        "ANTHROPIC_AWS_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_leftover",
        "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_GOOGLE_CLOUD_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "leftover-project",
        "ANTHROPIC_GOOGLE_CLOUD_LOCATION": "us-east5",
        "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "leftover",
    },
    "unix socket": {"ANTHROPIC_UNIX_SOCKET": "{home}/nobody.sock"},
    "host-managed": {"CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST": "1", "CLAUDE_CODE_HOST_AUTH_ENV_VAR": "NOBODY"},
}


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def polluted(program: Program, leftovers: Mapping[str, str]) -> dict[str, str]:
    return {name: value.format(home=program.home) for name, value in leftovers.items()}


def run(
    program: Program, recorder: Recorder, script: str, leftovers: Mapping[str, str], shell: str = "bash"
) -> Completed:
    recorder.clear()
    environment = {**program.environment, **recorder.proxied, **polluted(program, leftovers)}
    return run_client(script, shell=shell, home=program.home, cwd=program.home / "repo", environment=environment)


def check(recorder: Recorder, done: Completed, target: Target, tier: str = "opus") -> None:
    """Every model call is the profile's; and nothing but token exchanges went anywhere else."""
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), f"{done.stdout}\n{done.stderr}"
    assert recorder.inference
    assert [target.mismatches(call, tier) for call in recorder.inference] == [[]] * len(recorder.inference)
    others = [request for request in recorder.requests if not request.inference]
    asks = {auth for request in others if request.provider == "google-token" for auth in request.auths}
    assert asks <= set(target.asks)
    # Bedrock's profile listing is asked at the same place by the same identity.
    known = [(target.provider, target.place, target.auths), ("google-token", None, target.asks)]
    known += [("bedrock", target.place, target.auths)] if target.surface == "bedrock" else []
    assert [request for request in others if (request.provider, request.place, request.auths) not in known] == []


EVAL = 'eval "$(ccsetup env wanted)"; exec claude -p "say pong"'


@pytest.mark.parametrize(
    ("name", "tier"),
    examples(
        ((name, tier) for name in TARGETS for tier in TIERS if name in FIRST or tier in ("haiku", "fable")),
        *((name, "haiku") for name in ("api-key", "bedrock", "vertex")),
    ),
)
def test_every_tier_goes_to_its_pin(program: Program, recorder: Recorder, name: str, tier: str) -> None:
    TARGETS[name].make(program)
    script = f'eval "$(ccsetup env wanted)"; exec claude -p --model {tier} "say pong"'
    check(recorder, run(program, recorder, script, {}), TARGETS[name], tier)


@pytest.mark.thorough
@pytest.mark.parametrize("hijack", HIJACKS)
@pytest.mark.parametrize("name", ["api-key", "subscription", "bedrock", "vertex"])
def test_no_leftover_moves_a_request(program: Program, recorder: Recorder, name: str, hijack: str) -> None:
    TARGETS[name].make(program)
    check(recorder, run(program, recorder, EVAL, HIJACKS[hijack]), TARGETS[name])


@pytest.mark.parametrize(
    "hijack", examples(("bedrock flag", "vertex flag", "auth token", "models", "base url"), "models")
)
def test_without_ccsetup_the_leftover_does_move_it(program: Program, recorder: Recorder, hijack: str) -> None:
    """The control: what the tests here look for can be seen."""
    program.home.joinpath("repo").mkdir()
    run(program, recorder, 'ANTHROPIC_API_KEY=sk-ant-mine exec claude -p "say pong"', HIJACKS[hijack])
    target = TARGETS["api-key"]
    assert not recorder.inference or any(target.mismatches(call, "opus") for call in recorder.inference)


@pytest.mark.parametrize("name", examples(TARGETS, "login", "bedrock"))
def test_all_leftovers_at_once_move_nothing_either(program: Program, recorder: Recorder, name: str) -> None:
    TARGETS[name].make(program)
    everything = {variable: "leftover" for variable in surfaces.load_surfaces().owned if not variable.endswith("*")}
    for leftovers in HIJACKS.values():
        everything |= leftovers
    check(recorder, run(program, recorder, EVAL, everything), TARGETS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("shell", ["zsh", "dash", "fish"])
def test_other_shells_do_as_bash_does(program: Program, recorder: Recorder, shell: str) -> None:
    target = TARGETS["bedrock"]
    target.make(program)
    fish = 'ccsetup env wanted | source; exec claude -p "say pong"'
    done = run(program, recorder, fish if shell == "fish" else EVAL, HIJACKS["vertex flag"], shell)
    check(recorder, done, target)


SETTINGS: Mapping[str, object] = {
    "env": {
        "ANTHROPIC_API_KEY": "sk-ant-from-settings",
        "ANTHROPIC_MODEL": "claude-opus-from-settings",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-from-settings",
        "AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-from-settings",
        "AWS_PROFILE": "other",
        "AWS_REGION": "us-west-2",
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-from-settings",
        "CLOUD_ML_REGION": "us-east5",
        "ANTHROPIC_VERTEX_PROJECT_ID": "settings-project",
        "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json",
    },
    "apiKeyHelper": "echo sk-ant-from-helper",
    "awsCredentialExport": 'echo \'{"AccessKeyId":"AKIASETTINGS","SecretAccessKey":"x","SessionToken":"y"}\'',
    "model": "claude-opus-from-settings",
}


LAYERS = (".claude/settings.json", "repo/.claude/settings.json", "repo/.claude/settings.local.json")


@pytest.mark.parametrize(
    ("name", "layer"),
    examples(
        ((name, layer) for name in TARGETS for layer in (LAYERS if name in FIRST else LAYERS[:1])),
        ("bedrock", LAYERS[0]),
    ),
)
def test_run_overrides_every_settings_file(program: Program, recorder: Recorder, name: str, layer: str) -> None:
    TARGETS[name].make(program)
    if name == "login" and layer.startswith(".claude/"):
        layer = ".claude-work/settings.json"
    file = program.home / layer
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(SETTINGS))
    done = run(program, recorder, 'exec ccsetup run wanted -- -p "say pong"', HIJACKS["auth token"])
    check(recorder, done, TARGETS[name])
    assert json.loads(file.read_text()) == SETTINGS


@pytest.mark.parametrize("name", examples(TARGETS, "gateway-key"))
def test_run_needs_no_settings_file_to_work(program: Program, recorder: Recorder, name: str) -> None:
    TARGETS[name].make(program)
    done = run(program, recorder, 'exec ccsetup run wanted -- claude -p "say pong"', HIJACKS["unix socket"])
    check(recorder, done, TARGETS[name])


@pytest.mark.thorough
def test_run_keeps_the_settings_that_the_user_gives(program: Program, recorder: Recorder) -> None:
    target = TARGETS["bedrock"]
    target.make(program)
    theirs = '{"env":{"AWS_REGION":"us-west-2","CLAUDE_CODE_MAX_OUTPUT_TOKENS":"4321"}}'
    done = run(program, recorder, f"exec ccsetup run wanted -- claude --settings '{theirs}' -p 'say pong'", {})
    check(recorder, done, target)
    assert [call.max_tokens for call in recorder.inference] == [4321]


@pytest.mark.parametrize("name", examples(TARGETS, "vertex", "foundry-token"))
def test_an_env_file_works_over_leftovers(program: Program, recorder: Recorder, name: str) -> None:
    """Blank where a variable must not be: the client takes that for unset."""
    TARGETS[name].make(program)
    leftovers = {**HIJACKS["api key"], **HIJACKS["vertex flag"], **HIJACKS["bedrock bearer"], **HIJACKS["base url"]}
    script = (
        'ccsetup env wanted --write .env --with-secret && set -a && . ./.env && set +a && exec claude -p "say pong"'
    )
    check(recorder, run(program, recorder, script, leftovers), TARGETS[name])


@pytest.mark.thorough
def test_the_hybrid_sends_each_tier_to_the_endpoint_that_its_id_is_for(program: Program, recorder: Recorder) -> None:
    TARGETS["bedrock-with-mantle"].make(program, **{"models.haiku": "eu.anthropic.claude-haiku-4-5"})
    hosts = {}
    for tier in ("opus", "haiku"):
        done = run(program, recorder, f'exec ccsetup run wanted -- claude -p --model {tier} "say pong"', {})
        assert done.exit_code == 0, done.stderr
        hosts[tier] = {call.host for call in recorder.inference}
    assert hosts == {
        "opus": {"bedrock-mantle.eu-west-1.api.aws"},
        "haiku": {"bedrock-runtime.eu-west-1.amazonaws.com"},
    }


@pytest.mark.parametrize("hijack", ["CLAUDE_CODE_USE_VERTEX", "AWS_REGION", "ANTHROPIC_MODEL"])
def test_env_says_which_settings_line_defeats_it_and_the_client_agrees(
    program: Program, recorder: Recorder, hijack: str
) -> None:
    target = TARGETS["bedrock"]
    target.make(program)
    folder = program.home / ".claude"
    folder.mkdir()
    lines = {"CLAUDE_CODE_USE_VERTEX": "0", "AWS_REGION": "us-west-2", "ANTHROPIC_MODEL": "eu.anthropic.claude-fable-5"}
    (folder / "settings.json").write_text(json.dumps({"env": {hijack: lines[hijack]}}))
    done = run(program, recorder, EVAL, {})
    defeated = any(target.mismatches(call, "opus") for call in recorder.inference)
    warned = f"settings.json sets {hijack}" in done.stderr
    assert (warned, defeated) == ((False, False) if hijack == "CLAUDE_CODE_USE_VERTEX" else (True, True))
