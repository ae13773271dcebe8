"""Canaries planted where a name belongs: no command prints, stores, compiles or sends on any of them."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.warm import Warm
from tests.system.test_canary import Canary


def _file(middle: str) -> str:
    pem = f"-----BEGIN PRIVATE KEY-----\n{middle}\n-----END PRIVATE KEY-----\n"
    return json.dumps({"type": "service_account", "private_key": pem, "client_email": "a@b.iam.gserviceaccount.com"})


PLANTS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "json": ("GOOGLE_APPLICATION_CREDENTIALS", _file),
    "base64": ("GOOGLE_APPLICATION_CREDENTIALS", lambda middle: base64.b64encode(_file(middle).encode()).decode()),
    "pem": ("GOOGLE_APPLICATION_CREDENTIALS", lambda middle: f"-----BEGIN RSA PRIVATE KEY-----\n{middle}"),
    "login": ("ANTHROPIC_VERTEX_BASE_URL", lambda middle: f"https://me:{middle}@127.0.0.1:9/v1"),
    "query": ("ANTHROPIC_VERTEX_BASE_URL", lambda middle: f"https://127.0.0.1:9/v1?token={middle}"),
    "header": ("ANTHROPIC_CUSTOM_HEADERS", lambda middle: f"x-portkey-api-key: {middle}"),
    "shape": ("AWS_PROFILE", lambda middle: f"sk-ant-api03-{middle}"),
}
QUICK = ("json", "login", "header")
SOME = [pytest.param(name, marks=() if name in QUICK else pytest.mark.thorough) for name in PLANTS]
ANSWERS = {
    "GOOGLE_APPLICATION_CREDENTIALS": "credentials_file",
    "ANTHROPIC_VERTEX_BASE_URL": "base_url",
    "ANTHROPIC_CUSTOM_HEADERS": "headers",
}
VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "my-project", "CLOUD_ML_REGION": "global"}
COMMANDS = (
    ["status"],
    ["status", "--json"],
    ["doctor", "--json", "--offline"],
    ["doctor", "--offline", "--format", "markdown"],
    ["list", "--json"],
    ["show", "p"],
    ["show", "p", "--json"],
    ["export", "p"],
    ["models", "p", "--offline"],
    ["policy", "p", "--offline"],
    ["drift", "p"],
    ["quota", "p"],
    ["trust", "p"],
    ["copy", "p", "q"],
    ["rename", "q", "r"],
    ["edit", "p"],
    ["apply", "p", "--dry-run"],
    ["apply", "--clear", "--dry-run"],
    ["schedule", "--with", "cron", "--print"],
    ["init", "new", "--from-env", "--no-verify", "--dry-run"],
    ["init", "new", "--from-settings", "--no-verify", "--dry-run"],
)


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    return Canary(tmp_path / "outside")


@pytest.fixture
def quiet(program: Program) -> Program:
    program.init("p", "vertex", project="my-project", location="global")
    return Warm(program.home, {"EDITOR": "true", "METADATA_SERVER_DETECTION": "none", "NO_GCE_CHECK": "true"})


def silent(
    program: Program,
    canary: Canary,
    *words: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run it; neither its output nor a file that ccsetup keeps may hold the canary."""
    done = program.run(*words, cwd=folder, environment=environment)
    assert not canary.sings((done.out + done.err).encode(errors="surrogateescape")), words
    assert "internal error" not in done.out + done.err, (words, done.err)
    for kept in (".config/ccsetup", ".cache/ccsetup", ".local/state/ccsetup"):
        canary.search(program.home / kept)


@pytest.mark.parametrize("plant", SOME)
def test_secret_in_a_variable_of_the_shell_stays_there(quiet: Program, canary: Canary, plant: str) -> None:
    variable, made = PLANTS[plant]
    for words in COMMANDS:
        silent(quiet, canary, *words, environment={**VERTEX, variable: made(canary.middle)})


@pytest.mark.parametrize("layer", [".claude/settings.json", "repo/.claude/settings.local.json"])
@pytest.mark.parametrize("plant", SOME)
def test_secret_in_a_settings_file_stays_there(quiet: Program, canary: Canary, plant: str, layer: str) -> None:
    variable, made = PLANTS[plant]
    path = quiet.home / layer
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"env": {**VERTEX, variable: made(canary.middle)}}))
    for words in (*COMMANDS[:5], ["env", "p"], ["show", "p"], ["apply", "p", "--dry-run"], *COMMANDS[-2:]):
        silent(quiet, canary, *words, folder=quiet.home / "repo" if "repo" in layer else None)


@pytest.mark.parametrize("plant", SOME)
def test_secret_in_a_profile_written_by_hand_is_refused_and_the_others_go_on(
    quiet: Program, canary: Canary, plant: str
) -> None:
    variable, made = PLANTS[plant]
    quiet.init("other", "vertex", project="my-project", location="global")
    profile = (quiet.profiles / "p.toml").read_text()
    answer = ANSWERS.get(variable)
    line = f"{answer or variable} = {json.dumps(made(canary.middle))}\n"
    text = f"{profile}{line}" if answer else f"{profile}[env]\n{line}"
    path = quiet.profiles / "p.toml"
    compiled = min(quiet.compiled.glob("p.*"))
    for words in (*COMMANDS, ["env", "p"], ["env", "p", "--shell", "json"], ["run", "p", "--", "env"], ["key", "p"]):
        path.write_text(profile)
        compiled.write_text(made(canary.middle))  # by an earlier version
        path.write_text(text)
        done = quiet.run(*words)
        assert not canary.sings((done.out + done.err).encode()), words
        assert "internal error" not in done.err, words
        if words[0] in ("show", "export", "env", "run", "copy", "models", "policy", "key"):
            assert done.code == 2, (words, done.err)
            assert f"key {'set' if answer else 'env'}.{answer or variable} holds " in done.err
            assert not compiled.exists()
        if words[:2] == ["doctor", "--json"]:
            found = {one["profile"]: one for one in json.loads(done.out)["profiles"]}
            assert [one["check"] for one in found["p"]["findings"]] == ["value-holds-secret"]
            assert found["p"]["verdict"] == "error"
            assert len(found["other"]["passed"]) > 1
        path.write_text(profile)
        compiled.unlink(missing_ok=True)
        canary.search(quiet.home / ".cache")
        canary.search(quiet.home / ".local")


@pytest.mark.parametrize("plant", SOME)
def test_secret_given_to_init_edit_or_import_is_refused(quiet: Program, canary: Canary, plant: str) -> None:
    variable, made = PLANTS[plant]
    value = made(canary.middle)
    keys = [f"env.{variable}", "aws_profile" if variable == "AWS_PROFILE" else ANSWERS[variable]]
    for key in keys:
        words = ["--set", f"{key}={value}", "--set", "region=us-east-1", "--yes", "--no-verify"]
        surface = "bedrock" if key == "aws_profile" else "vertex"
        done = quiet.run("init", "new", "--surface", surface, *words)
        assert (done.code, canary.sings((done.out + done.err).encode())) == (2, False), done.err
        assert f"--set {key} holds " in done.err or "no such setting" in done.err
        assert not (quiet.profiles / "new.toml").exists()
    bundle = quiet.home / "bundle.toml"
    line = f"[profiles.new.env]\n{variable} = {json.dumps(value)}\n"
    answers = 'set = { project = "my-project", location = "us" }'
    body = f'schema = 1\n[profiles.new]\nschema = 1\nsurface = "vertex"\n{answers}\n'
    bundle.write_text(body + line)
    done = quiet.run("import", str(bundle))
    assert (done.code, canary.sings((done.out + done.err).encode())) == (2, False), done.err
    bundle.unlink()
    canary.search(quiet.home)


def test_status_and_doctor_name_the_variable_and_what_to_do(quiet: Program, canary: Canary) -> None:
    environment = {**VERTEX, "GOOGLE_APPLICATION_CREDENTIALS": _file(canary.middle)}
    done = quiet.run("status", environment=environment)
    assert done.code == 1
    assert "GOOGLE_APPLICATION_CREDENTIALS in this shell holds a private key" in done.out
    assert "(a private key)" in done.out
    done = quiet.run("doctor", "--json", "--offline", environment=environment)
    assert "value-holds-secret" in done.out


def test_reference_to_a_variable_that_a_switch_unsets_is_refused(quiet: Program) -> None:
    done = quiet.run(
        "init", "new", "--surface", "api-key", "--set", "key=env:ANTHROPIC_API_KEY", "--yes", "--no-verify"
    )
    assert (done.code, "every switch" in done.err) == (2, True)
    bundle = quiet.home / "bundle.toml"
    bundle.write_text(
        'schema = 1\n[profiles.new]\nschema = 1\nsurface = "api-key"\nset = { key = "env:ANTHROPIC_API_KEY" }\n'
    )
    assert quiet.run("import", str(bundle)).code == 2
    # An old file keeps working, and doctor says it.
    (quiet.profiles / "old.toml").write_text('schema = 1\nsurface = "api-key"\n[set]\nkey = "env:ANTHROPIC_API_KEY"\n')
    environment = {"ANTHROPIC_API_KEY": "sk-ant-api03-of-the-shell"}
    done = quiet.run("run", "old", "--", "printenv", "ANTHROPIC_API_KEY", environment=environment)
    assert done.out == "sk-ant-api03-of-the-shell\n"
    assert "reference-unset" in quiet.run("doctor", "old", "--json", "--offline", environment=environment).out


ADVICE = {
    ("vertex", "credentials_file"): "--set credentials_file=PATH",
    ("subscription", "config_dir"): "--set config_dir=PATH",
    ("gateway", "base_url"): "--set headers=file:PATH",
    ("gateway", "headers"): "--set headers=file:PATH",
    ("gateway", "models.opus"): "--set auth_token=file:PATH, or --set key=file:PATH, or --set headers=file:PATH",
    ("bedrock", "aws_profile"): "--set bearer_token=file:PATH",
    ("api-key", "env.MY_TOKEN"): "--set key=file:PATH",
}


@pytest.mark.parametrize(("surface", "key"), ADVICE, ids=" ".join)
def test_refusal_of_a_flag_says_where_that_secret_belongs(quiet: Program, surface: str, key: str) -> None:
    done = quiet.run("init", "p", "--surface", surface, "--set", f"{key}=sk-ant-api03-abcdefghijklmnop", "--yes")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 3)
    assert done.err.startswith(f"ccsetup: --set {key} holds ")
    assert ADVICE[surface, key] in done.err
    assert "NAME" not in done.err  # nothing to fill in that has nothing to do with this flag


def test_refusal_of_a_file_names_the_profile_to_edit(quiet: Program) -> None:
    quiet.profiles.mkdir(parents=True, exist_ok=True, mode=0o700)
    (quiet.profiles / "p.toml").write_text(
        'schema = 1\nsurface = "vertex"\n[set]\nproject = "sk-ant-api03-abcdefghij"\n'
    )
    assert "ccsetup edit p " in quiet.run("env", "p").err
