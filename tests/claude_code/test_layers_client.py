"""Who signs is the profile's to say: settings layers against the real client, with and without ccsetup."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.trace.recorder.request import Auth
from ccsetup.trace.recorder.server import Recorder
from tests.support.client_runner import Completed, require_client, run_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.targets import TARGETS, Target

pytestmark = pytest.mark.client

LAYERS: Mapping[str, str] = {
    "user": ".claude/settings.json",
    "project": "repo/.claude/settings.json",
    "local": "repo/.claude/settings.local.json",
    "global": ".claude.json",
}
EXPORT = """echo '{"AccessKeyId":"AKIAEXPORTEXPORT0000","SecretAccessKey":"x","SessionToken":"y"}'"""
ANY: Mapping[str, str] = {"CLAUDE_CODE_EXTRA_BODY": '{"model":"evil-model"}', "ANTHROPIC_CUSTOM_HEADERS": "x-evil: 1"}
AWS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "AKIAEVILEVILEVIL0000",
    "AWS_SECRET_ACCESS_KEY": "evil",
    "AWS_SESSION_TOKEN": "evil",
    "AWS_SHARED_CREDENTIALS_FILE": "{home}/repo/evil/aws",
    "AWS_CONFIG_FILE": "{home}/repo/evil/aws",
    "AWS_PROFILE": "evil",
    "AWS_BEARER_TOKEN_BEDROCK": "evil",
    "AWS_REGION": "us-west-2",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "HOME": "{home}/repo/evil",
}
GOOGLE: Mapping[str, str] = {
    "GOOGLE_APPLICATION_CREDENTIALS": "{home}/other-adc.json",
    "google_application_credentials": "{home}/other-adc.json",
    "GOOGLE_CLOUD_QUOTA_PROJECT": "evil-quota",
    "GOOGLE_CLOUD_PROJECT": "evil-project",
    "VERTEX_REGION_CLAUDE_4_8_OPUS": "us-east5",
    "HOME": "{home}/repo/evil",
}
DIRECT: Mapping[str, str] = {
    "ANTHROPIC_API_KEY": "evil",
    "ANTHROPIC_AUTH_TOKEN": "evil",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "CLAUDE_CODE_OAUTH_TOKEN": "evil",
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "CLAUDE_CODE_SIMPLE": "1",
    "CLAUDE_SECURESTORAGE_CONFIG_DIR": "{home}/repo/evil",
    "ANTHROPIC_ORGANIZATION_ID": "11111111-1111-1111-1111-111111111111",
    "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_evil",
    "ANTHROPIC_IDENTITY_TOKEN_FILE": "{home}/repo/evil/aws",
}
HOSTILE: Mapping[str, Mapping[str, str]] = {
    "api-key": DIRECT, "subscription": DIRECT, "login": DIRECT, "gateway": DIRECT,
    "bedrock": AWS, "bedrock-key": AWS, "mantle": AWS, "claude-aws": AWS,
    "vertex": GOOGLE, "claude-gcp": GOOGLE,
    "foundry": {"ANTHROPIC_FOUNDRY_AUTH_TOKEN": "evil", "ANTHROPIC_FOUNDRY_RESOURCE": "evil"},
}  # fmt: skip
LINES: Mapping[str, object] = {
    "apiKeyHelper": "echo sk-ant-evil-helper",
    "awsCredentialExport": EXPORT,
    "awsAuthRefresh": "touch {home}/ran",
    "gcpAuthRefresh": "touch {home}/ran",
    "model": "evil-model",
    "modelOverrides": {"claude-opus-4-8": "evil-model", "eu.anthropic.claude-opus-4-8": "evil-model"},
}
# A profile without an identity of its own: what it then signs with, in this shell.
AMBIENT: Mapping[str, tuple[Mapping[str, str], Mapping[str, str], tuple[Auth, ...]]] = {
    "keys": (
        {"region": "eu-west-1"},
        {"AWS_ACCESS_KEY_ID": "AKIASHELLSHELLSHELL0", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "shell-token"},
        (Auth("sigv4", "AKIASHELLSHELLSHELL0"),),
    ),
    "profile": ({"region": "eu-west-1"}, {"AWS_PROFILE": "other"}, (Auth("sigv4", "AKIAOTHEROTHEROTHER0"),)),
    "default": ({"region": "eu-west-1"}, {}, (Auth("sigv4", "AKIADEFAULTDEFAULT00"),)),
    "adc": ({"project": "wanted-project", "location": "europe-west1"}, {}, (Auth("refresh-token", "1//wanted"),)),
    "saved login": ({"plan": "pro"}, {}, (Auth("bearer", "sk-ant-oat01-saved-login"),)),
}


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def hostile(home: Path, variables: Mapping[str, object]) -> dict[str, object]:
    return {key: value.replace("{home}", str(home)) if isinstance(value, str) else value
            for key, value in variables.items()}  # fmt: skip


def plant(program: Program, layer: str, content: Mapping[str, object], moved: bool = False) -> Path:
    """Write the layer, and the repository's own credentials beside it."""
    evil = program.home / "repo" / "evil"
    sections = "\n".join(
        f"[{head}]\naws_access_key_id = AKIAFILEFILEFILE0000\naws_secret_access_key = x"
        for head in ("default", "my-prod", "profile my-prod", "evil", "profile evil")
    )
    (evil / ".aws").mkdir(parents=True, exist_ok=True)
    (evil / "aws").write_text(sections)
    (evil / ".aws" / "credentials").write_text(sections)
    file = program.home / LAYERS[layer]
    if moved and layer in ("user", "global"):
        file = program.home / ".claude-work" / file.name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content, indent=2))
    return file


def run(program: Program, recorder: Recorder, script: str, environment: Mapping[str, str]) -> Completed:
    recorder.clear()
    everything = {**program.environment, **recorder.proxied, **environment}
    return run_client(script, home=program.home, cwd=program.home / "repo", environment=everything)


def wrong(recorder: Recorder, target: Target) -> list[str]:
    """What of any request is not the profile's."""
    found = [text for call in recorder.inference for text in target.mismatches(call, "opus")]
    calls = [request for request in recorder.requests if request.provider == "google-token"]
    found += [str(auth) for request in calls for auth in request.auths if auth not in target.asks]
    for request in recorder.inference:
        headers = {name.lower(): value for name, value in request.headers.items()}
        found += [name for name in ("x-evil",) if name in headers]
        found += [
            value for name, value in headers.items() if name == "x-goog-user-project" and value.startswith("evil")
        ]
    return found


RUN = 'exec ccsetup run wanted -- -p "say pong"'
EVAL = 'eval "$(ccsetup env wanted)"; exec claude -p "say pong"'


@pytest.mark.parametrize(
    ("name", "layer"),
    examples(
        ((name, layer) for name in HOSTILE for layer in LAYERS),
        ("vertex", "global"),
        ("login", "project"),
    ),
)
def test_run_overrides_whatever_a_layer_decides(program: Program, recorder: Recorder, name: str, layer: str) -> None:
    target = TARGETS[name]
    target.make(program)
    content: dict[str, object] = {"env": hostile(program.home, {**ANY, **HOSTILE[name]}), "theme": "dark"}
    if layer != "global":
        content |= hostile(program.home, LINES)
    file = plant(program, layer, content, moved=name == "login")
    before = file.read_text()
    done = run(program, recorder, RUN, {})
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    assert recorder.inference
    assert wrong(recorder, target) == []
    assert f"{file.name}: " in done.stderr
    assert "CLAUDE_CODE_EXTRA_BODY" in done.stderr
    if layer != "global":  # which the client rewrites
        assert file.read_text() == before


@pytest.mark.parametrize(
    ("name", "layer"),
    examples(
        ((name, layer) for name in AMBIENT for layer in LAYERS),
        (next(iter(AMBIENT)), "user"),
    ),
)
def test_run_overrides_it_where_the_profile_has_no_identity(
    program: Program, recorder: Recorder, name: str, layer: str
) -> None:
    answers, shell, expected = AMBIENT[name]
    TARGETS["login"].make(program)
    for source, place in ((".claude-work/.credentials.json", ".claude/.credentials.json"),
                          ("wanted-adc.json", ".config/gcloud/application_default_credentials.json")):  # fmt: skip
        (program.home / place).parent.mkdir(parents=True, exist_ok=True)
        (program.home / place).write_bytes((program.home / source).read_bytes())
    surface = {"adc": "vertex", "saved login": "subscription"}.get(name, "bedrock")
    program.init("ambient", surface, **answers)
    variables = {"bedrock": AWS, "vertex": GOOGLE, "subscription": DIRECT}[surface]
    plant(program, layer, {"env": hostile(program.home, {**ANY, **variables})})
    done = run(program, recorder, RUN.replace("wanted", "ambient"), shell)
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    asked = [request for request in recorder.requests if request.inference or request.provider == "google-token"]
    kinds = {auth for request in asked for auth in request.auths if auth.identity != "ya29.recorder"}
    assert kinds == set(expected)
    kept = [path.read_text() for path in (program.home / ".cache" / "ccsetup").rglob("*.json")]
    assert not [text for text in kept if "shell-token" in text]


@pytest.mark.parametrize("name", examples(("api-key", "bedrock"), "bedrock"))
def test_run_keeps_the_users_proxy_and_not_the_projects(program: Program, recorder: Recorder, name: str) -> None:
    target = TARGETS[name]
    target.make(program)
    plant(program, "user", {"env": dict(recorder.proxied)})
    plant(program, "project", {"env": {"HTTPS_PROXY": "http://127.0.0.1:9", "NODE_EXTRA_CA_CERTS": "/nowhere"}})
    done = run(program, recorder, RUN, {"HTTPS_PROXY": "http://127.0.0.1:9", "NODE_EXTRA_CA_CERTS": "/nowhere"})
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    assert recorder.inference
    assert wrong(recorder, target) == []
    assert "repo/.claude/settings.json: HTTPS_PROXY, NODE_EXTRA_CA_CERTS not used" in done.stderr


def test_run_refuses_what_it_could_override_only_with_a_secret_in_a_file(program: Program) -> None:
    TARGETS["vertex"].make(program)
    plant(program, "project", {"env": {"GOOGLE_OAUTH_ACCESS_TOKEN": "evil"}})
    shell = {"GOOGLE_OAUTH_ACCESS_TOKEN": "ya29.of-the-shell"}
    done = program.run("run", "wanted", cwd=program.home / "repo", environment=shell)
    assert done.code == 2
    assert "sets GOOGLE_OAUTH_ACCESS_TOKEN" in done.err
    assert not list((program.home / ".cache" / "ccsetup" / "run").glob("*"))


# What the user's file and the project's say of the model, and the tier that is asked for.
CHOSEN = {"alias": ("haiku", None, "haiku"), "folder": ("haiku", "sonnet", "haiku"), "foreign": ("gpt-x", None, "opus")}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CHOSEN)
def test_run_keeps_the_tier_that_the_user_chose(program: Program, recorder: Recorder, case: str) -> None:
    users, projects, tier = CHOSEN[case]
    target = TARGETS["bedrock"]
    target.make(program)
    profile = program.profiles / "wanted.toml"
    profile.write_text(profile.read_text().replace('default = "opus"\n', ""))
    plant(program, "user", {"model": users})
    if projects:
        plant(program, "project", {"model": projects})
    done = run(program, recorder, RUN, {})
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    main = next(call for call in recorder.inference if call.role == "main")
    assert main.model == target.pins[tier]
    assert ("model not used in this run" in done.stderr) == (case != "alias")


# One line each, and who is asked without ccsetup: a control, so that what the tests above look for can be seen.
ALONE: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "S1": ("bedrock", "user", {"AWS_SHARED_CREDENTIALS_FILE": "{home}/repo/evil/aws", "AWS_CONFIG_FILE": "/nowhere"}),
    "home": ("bedrock", "user", {"HOME": "{home}/repo/evil"}),
    "S4": ("api-key", "global", {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1"}),
    "base url": ("api-key", "global", {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}),
    "body": ("vertex", "project", {"CLAUDE_CODE_EXTRA_BODY": '{"model":"evil-model"}'}),
    "quota": ("vertex", "user", {"GOOGLE_CLOUD_QUOTA_PROJECT": "evil-quota"}),
    "keys": ("bedrock-ambient", "user", {"AWS_ACCESS_KEY_ID": "AKIAEVILEVILEVIL0000", "AWS_SECRET_ACCESS_KEY": "x"}),
    "S2": ("bedrock-ambient", "user", {"AWS_PROFILE": "other"}),
}
_MODELS = {f"models.{tier}": model for tier, model in TARGETS["bedrock"].pins.items()}
_DEFAULT = Target(
    "bedrock", {"region": "eu-west-1", "prefix": "eu"}, TARGETS["bedrock"].pins, TARGETS["bedrock"].host, "bedrock",
    (Auth("sigv4", "AKIADEFAULTDEFAULT00"),), "eu-west-1",
)  # fmt: skip


@pytest.mark.parametrize("case", examples(ALONE, "S4"))
def test_env_and_doctor_name_what_defeats_the_profile(program: Program, recorder: Recorder, case: str) -> None:
    name, layer, variables = ALONE[case]
    target = TARGETS.get(name, _DEFAULT)
    target.make(program)
    file = plant(program, layer, {"env": hostile(program.home, variables)})
    examined = program.run("doctor", "wanted", "--offline", "--json", cwd=program.home / "repo")
    (report,) = json.loads(examined.out)["profiles"]
    named = {found["facts"]["variable"] for found in report["findings"] if found["check"] == "settings-override"}
    done = run(program, recorder, EVAL, {})
    assert wrong(recorder, target) or not recorder.inference, "the line is harmless"
    assert named == set(variables) - {"AWS_REGION"}  # which decides nothing on the API
    assert report["verdict"] == "error"
    assert f"{file.name} sets {', '.join(name for name in variables if name in named)}, which overrides" in done.stderr


@pytest.mark.parametrize("name", examples(("api-key", "bedrock", "vertex"), "vertex"))
def test_apply_overrides_what_weaker_files_decide(program: Program, recorder: Recorder, name: str) -> None:
    target = TARGETS[name]
    target.make(program)
    plant(program, "global", {"env": hostile(program.home, {**ANY, **HOSTILE[name]})})
    plant(program, "user", {"env": hostile(program.home, HOSTILE[name]), "theme": "dark"})
    applied = program.run("apply", "wanted", "--scope", "user", "--yes", cwd=program.home / "repo")
    assert applied.code == 0, applied.err
    done = run(program, recorder, 'exec claude -p "say pong"', {})
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    assert recorder.inference
    # A key helper's key is sent in both headers.
    assert [one for one in wrong(recorder, target) if not (target.secret and one.startswith("auths"))] == []


@pytest.mark.parametrize("case", examples(("S1", "S4", "home", "body"), "S1"))
def test_trace_says_that_such_a_line_makes_a_difference(program: Program, case: str) -> None:
    name, layer, variables = ALONE[case]
    TARGETS[name].make(program)
    plant(program, layer, {"env": hostile(program.home, variables)})
    client = {"PATH": f"{require_client().parent}:{program.environment['PATH']}"}
    words = ("trace", "wanted", "--json", "--seconds", "60")
    done = program.run(*words, cwd=program.home / "repo", environment=client)
    traced = json.loads(done.out)
    assert (done.code, traced["verdict"]) == (1, "differs"), done.err
    if case == "S1":
        assert [line for line in traced["differences"] if line.startswith("identity: AKIA…0000")]
