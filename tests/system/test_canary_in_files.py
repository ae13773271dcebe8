"""No secret of a file that other tools keep, or of a settings file, is printed, kept or handed to a program."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.test_canaries import private
from tests.support.desktop import Watch, executable
from tests.support.priced_world import OPUS, bedrock, here, lab, running
from tests.support.program import Program
from tests.support.selection import examples
from tests.system.test_canary import Canary

__all__ = ["here", "lab", "running"]
Place = Callable[[Program, Canary], None]
SESSION = "arn:aws:sts::123456789012:assumed-role/bedrock/me"


def add_to_config(here: Program, lines: str) -> None:
    path = here.home / ".aws" / "config"
    private(path, path.read_text() + lines)


def sso_cache(here: Program, canary: Canary) -> None:
    start = "sso_start_url = https://s.awsapps.com/start\nsso_region = us-east-1\n"
    role = "sso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n"
    add_to_config(here, f"\n[sso-session s]\n{start}[profile leaky]\n{role}")
    token = {"accessToken": canary.key, "refreshToken": canary.key, "clientSecret": canary.key, "clientId": "x"}
    life = {"expiresAt": "2099-01-01T00:00:00Z", "region": "us-east-1", "startUrl": "https://s.awsapps.com/start"}
    name = hashlib.sha1(b"s", usedforsecurity=False).hexdigest()
    private(here.home / ".aws" / "sso" / "cache" / f"{name}.json", json.dumps({**token, **life}))
    bedrock(here, OPUS, name="p", aws_profile="leaky")


def login_cache(here: Program, canary: Canary) -> None:
    add_to_config(here, f"\n[profile leaky]\nlogin_session = {SESSION}\n")
    keys = {"accessKeyId": "ASIALOGINLOGINLOGIN0", "secretAccessKey": canary.key, "sessionToken": canary.key}
    token = {"accessToken": {**keys, "accountId": "123456789012", "expiresAt": "2099-01-01T00:00:00Z"}}
    name = hashlib.sha256(SESSION.encode()).hexdigest()
    kept = {**token, "clientId": "x", "refreshToken": canary.key, "dpopKey": canary.key}
    private(here.home / ".aws" / "login" / "cache" / f"{name}.json", json.dumps(kept))
    bedrock(here, OPUS, name="p", aws_profile="leaky")


def credential_process(here: Program, canary: Canary) -> None:
    keys = {
        "Version": 1,
        "AccessKeyId": "AKIAPROCPROCPROCPROC",
        "SecretAccessKey": canary.key,
        "SessionToken": canary.key,
    }
    script = f"#!/bin/sh\necho {canary.key} >&2\ncat <<'END'\n{json.dumps(keys)}\nEND\n"
    add_to_config(here, f"\n[profile leaky]\ncredential_process = {executable(here.home / 'process', script)}\n")
    bedrock(here, OPUS, name="p", aws_profile="leaky")


def web_identity(here: Program, canary: Canary) -> None:
    file = private(here.home / "token", f"eyJ{canary.key}")
    role = "role_arn = arn:aws:iam::123456789012:role/x"
    add_to_config(here, f"\n[profile leaky]\nweb_identity_token_file = {file}\n{role}\n")
    bedrock(here, OPUS, name="p", aws_profile="leaky")


def vertex(here: Program, document: object) -> None:
    path = private(here.home / "adc.json", json.dumps(document))
    here.init("p", "vertex", project="acme-ml", location="global", credentials_file=str(path))


def sign_in_of_a_person(here: Program, canary: Canary) -> None:
    secrets = {"client_secret": canary.key, "refresh_token": canary.key}
    vertex(here, {"type": "authorized_user", "client_id": "x.apps.googleusercontent.com", **secrets})


def program_of_a_workload(here: Program, canary: Canary) -> None:
    kind = "urn:ietf:params:oauth:token-type:jwt"
    answer = {"version": 1, "success": True, "token_type": kind, "id_token": canary.key, "expiration_time": 4070908800}
    script = f"#!/bin/sh\necho {canary.key} >&2\necho '{json.dumps(answer)}'\n"
    source = {"executable": {"command": str(executable(here.home / "source", script)), "timeout_millis": 5000}}
    pool = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
    address = {"audience": pool, "token_url": "https://sts.googleapis.com/v1/token", "client_secret": canary.key}
    settings = {"env": {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1"}}
    private(here.home / ".claude" / "settings.json", json.dumps(settings))
    vertex(here, {"type": "external_account", "subject_token_type": kind, "credential_source": source, **address})


def settings_file(here: Program, canary: Canary) -> None:
    env = {
        "ANTHROPIC_API_KEY": canary.key,
        "ANTHROPIC_CUSTOM_HEADERS": f"X-Api-Key: {canary.key}",
        "HTTPS_PROXY": f"http://ada:{canary.key}@127.0.0.1:9",
        "DATABASE_PASSWORD": canary.key,
    }
    lines = {"apiKeyHelper": f"echo {canary.key}", "awsAuthRefresh": f"refresh {canary.key}"}
    private(here.home / ".claude" / "settings.json", json.dumps({"env": env, **lines}))
    bedrock(here, OPUS, name="p")


def project_files(here: Program, canary: Canary) -> None:
    url = f"https://ada:{canary.key}@gateway.example"
    shared = {"env": {"ANTHROPIC_AUTH_TOKEN": canary.key, "ANTHROPIC_BASE_URL": url}}
    private(here.home / "repo" / ".claude" / "settings.json", json.dumps(shared))
    own = {"env": {"AWS_BEARER_TOKEN_BEDROCK": f"ABSK{canary.key}"}, "apiKeyHelper": f"printf {canary.key}"}
    private(here.home / "repo" / ".claude" / "settings.local.json", json.dumps(own))
    bedrock(here, OPUS, name="p")


def state_of_the_client(here: Program, canary: Canary) -> None:
    state = {"env": {"ANTHROPIC_AUTH_TOKEN": canary.key}, "primaryApiKey": canary.key}
    private(here.home / ".claude.json", json.dumps(state))
    login = {
        "accessToken": canary.key,
        "refreshToken": canary.key,
        "expiresAt": 4070908800000,
        "scopes": ["user:inference"],
    }
    private(here.home / ".claude" / ".credentials.json", json.dumps({"claudeAiOauth": login}))
    here.init("p", "subscription", plan="pro")


PLACES: tuple[Place, ...] = (
    sso_cache,
    login_cache,
    credential_process,
    web_identity,
    sign_in_of_a_person,
    program_of_a_workload,
    settings_file,
    project_files,
    state_of_the_client,
)
COMMANDS = (
    "show p --json", "status", "status --json", "doctor p --json --debug", "doctor --here --json",
    "doctor --files --json", "doctor p --format markdown", "models p --debug", "quota p --debug", "prices p --json",
    "policy p", "scope p --json",
    "drift p --json --debug", "export p", "env p --shell json", "env p --write p.env", "apply p --dry-run",
    "apply --clear --dry-run", "init q --from-env --yes", "init r --from-settings --yes --no-verify", "run p -- true",
    "statusline --install --yes", "statusline --undo", "report --json", "schedule --print --with cron",
)  # fmt: skip


@pytest.mark.parametrize("place", examples(PLACES, login_cache, settings_file), ids=lambda place: place.__name__)
def test_no_secret_of_a_file_is_printed_kept_or_handed_on(here: Program, tmp_path: Path, place: Place) -> None:
    canary = Canary(tmp_path / "outside")
    place(here, canary)
    folder = here.home / "repo"
    folder.mkdir(exist_ok=True)
    with Watch() as watch:
        for line in COMMANDS:
            done = here.run(*line.split(), cwd=folder)
            assert "internal error" not in done.err, line
            assert not canary.sings((done.out + done.err).encode(errors="surrogateescape")), (line, done)
    ours = [line for line in watch.seen if b"ccsetup" in line or b"claude" in line]
    assert not [line for line in ours if canary.sings(line)]
    # What `--undo` gives back is kept, privately, until then; an adopted secret is in its private file.
    secrets = here.home / ".config" / "ccsetup" / "secrets"
    for kept in (".config/ccsetup", ".cache/ccsetup", ".local/state/ccsetup"):
        canary.search(here.home / kept, besides=secrets)
    assert not [path for path in secrets.glob("*") if path.stat().st_mode & 0o077]
