"""`trace`: what three versions of the real client do with every surface, and that nothing of the user's is at stake."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ccsetup import surface, trace
from ccsetup.refusal import COULD_NOT_LOOK, Refusal
from ccsetup.settings import Layer
from tests.client_runner import CLIENTS, require_client
from tests.program import EXECUTABLE, SYSTEM_PATH, Program
from tests.targets import BEARER, FIRST, KEY, TARGETS, TOKEN

pytestmark = pytest.mark.client
PATIENT = ("--seconds", "60")  # several tests share a core
KNOWN_A_YEAR_AGO = ("api-key", "subscription", "bedrock", "bedrock-key", "vertex", "foundry", "gateway")
KNOWN_THREE_MONTHS_AGO = (*KNOWN_A_YEAR_AGO, "mantle", "bedrock-with-mantle", "claude-aws-key", "claude-gcp")
TRIED = (
    *(("newest", name) for name in TARGETS),
    *(("three-months", name) for name in KNOWN_THREE_MONTHS_AGO),
    *(("one-year", name) for name in KNOWN_A_YEAR_AGO),
)


def path_to(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join((*map(str, folders), SYSTEM_PATH))}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the variables of each version are kept, so that it is read once."""
    return tmp_path_factory.mktemp("cache")


def traced(program: Program, cache: Path, age: str = "newest", **more: str) -> tuple[int, dict[str, Any]]:
    client = require_client(CLIENTS[age])
    environment = {**path_to(client.parent), "XDG_CACHE_HOME": str(cache), **more}
    done = program.run("trace", "wanted", "--json", *PATIENT, cwd=program.home / "repo", environment=environment)
    assert done.code in (0, 1), done.err
    return done.code, json.loads(done.out)


def unknown(document: Mapping[str, Any]) -> set[str]:
    found = [one["facts"] for one in document["findings"] if one["check"] == "variable-unknown-to-claude"]
    return {facts["variable"] for facts in found}


@pytest.mark.parametrize(("age", "name"), TRIED)
def test_a_surface_that_the_version_knows_traces_as_declared(
    program: Program, cache: Path, age: str, name: str
) -> None:
    target = TARGETS[name]
    target.make(program)
    code, document = traced(program, cache, age)
    assert (document["differences"], document["verdict"], code) == ([], "as-declared", 0)
    calls = {request["role"]: request for request in document["requests"]}
    for role, tier in (("main", "opus"), ("background", "haiku")):
        if (age, name, role) == ("newest", "subscription", "background"):
            assert role not in calls  # seen: with a token alone this version fetches no pages
            continue
        seen = [calls[role][key] for key in ("host", "provider", "place", "project", "model")]
        assert seen == [target.host, target.provider, target.place, target.project, target.pins[tier]]
        assert calls[role]["auth"] == target.auths[0].kind
    assert age != "newest" or not unknown(document)


def test_what_a_plan_did_not_offer_then_is_seen_as_it_was(program: Program, cache: Path) -> None:
    """A year ago Pro had no Opus, and the client took Sonnet without a word."""
    TARGETS["login"].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, document["differences"]) == (1, ["model: claude-sonnet-5, declared claude-opus-4-8"])


@pytest.mark.parametrize(
    ("name", "variable"), [("mantle", "CLAUDE_CODE_USE_MANTLE"), ("claude-aws", "CLAUDE_CODE_USE_ANTHROPIC_AWS")]
)
def test_a_surface_that_the_version_does_not_know_differs_and_its_variable_is_named(
    program: Program, cache: Path, name: str, variable: str
) -> None:
    TARGETS[name].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, document["verdict"]) == (1, "differs")
    assert "no model was asked for" in document["differences"][0]
    assert variable in unknown(document)


def test_a_variable_that_the_version_does_not_know_is_reported_although_nothing_differs(
    program: Program, cache: Path
) -> None:
    TARGETS["bedrock"].make(program)
    code, document = traced(program, cache, "one-year")
    assert (code, "ANTHROPIC_BEDROCK_REGION_PREFIX" in unknown(document)) == (0, True)


EXPORT = 'echo \'{"Credentials":{"AccessKeyId":"ASIATHEIRS","SecretAccessKey":"s","SessionToken":"t"}}\''
HIJACKS: Mapping[str, tuple[str, str, Mapping[str, object], str]] = {
    "region": ("bedrock", ".claude/settings.json", {"env": {"AWS_REGION": "us-west-2"}}, "place: us-west-2, declared"),
    "provider": (
        "api-key",
        "repo/.claude/settings.json",
        {"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "my-prod"}},
        "provider: bedrock, declared anthropic",
    ),
    "model": (
        "bedrock",
        "repo/.claude/settings.local.json",
        {"env": {"ANTHROPIC_MODEL": "eu.anthropic.claude-fable-5"}},
        "model: eu.anthropic.claude-fable-5, declared eu.anthropic.claude-opus-4-8",
    ),
    "aws profile": (
        "bedrock",
        ".claude/settings.json",
        {"env": {"AWS_PROFILE": "other"}},
        "identity: AKIA…HER0, AWS profile other, declared AKIA…PROD, AWS profile my-prod",
    ),
    "key": (
        "login",
        ".claude-work/settings.json",
        {"env": {"ANTHROPIC_API_KEY": "sk-ant-api03-of-the-settings-file-9876"}},
        "identity: …9876, ANTHROPIC_API_KEY of",
    ),
    "token": (
        "login",
        "repo/.claude/settings.json",
        {"env": {"ANTHROPIC_AUTH_TOKEN": "token-of-the-settings-file-5432"}},
        "identity: …5432, ANTHROPIC_AUTH_TOKEN of",
    ),
    "helper": ("api-key", ".claude/settings.json", {"apiKeyHelper": "touch ran"}, "auth: bearer and x-api-key"),
    "gateway helper": (
        "gateway-key",
        ".claude/settings.json",
        {"apiKeyHelper": "touch ran"},
        "identity: apiKeyHelper of",
    ),
    "export": (
        "bedrock",
        ".claude/settings.json",
        {"awsCredentialExport": f"touch ran; {EXPORT}"},
        "identity: awsCredentialExport of",
    ),
    "credentials": (
        "vertex",
        ".claude/settings.json",
        {"env": {"GOOGLE_APPLICATION_CREDENTIALS": "{home}/other-adc.json"}},
        "identity: ",
    ),
    "address": (
        "gateway",
        ".claude/settings.json",
        {"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}},
        "host: 127.0.0.1, declared gateway.example.test",
    ),
}


@pytest.mark.parametrize("hijack", HIJACKS)
def test_one_line_left_in_a_settings_file_is_seen_and_named(program: Program, cache: Path, hijack: str) -> None:
    name, layer, content, line = HIJACKS[hijack]
    TARGETS[name].make(program)
    file = program.home / layer
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content).replace("{home}", str(program.home)))
    code, document = traced(program, cache)
    assert (code, document["verdict"]) == (1, "differs")
    assert any(line in difference for difference in document["differences"]), document["differences"]
    overridden = [one["facts"]["path"] for one in document["findings"] if one["check"] == "settings-override"]
    assert [path.removeprefix("~/") for path in overridden][:1] == [layer]
    assert not [*program.home.rglob("ran")], "a command of the user's was run"


def test_nothing_of_the_user_s_is_touched(program: Program, cache: Path) -> None:
    TARGETS["login"].make(program)
    (program.home / ".claude").mkdir()
    before = snapshot(program.home)
    assert traced(program, cache, TMPDIR=str(program.home))[0] == 0
    assert snapshot(program.home) == before


def snapshot(home: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in home.rglob("*") if ".local" not in path.parts)
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in files}


# What a client could see and do: it copies its environment and the folders that are its own.
SPY = """#!/bin/sh
if [ "$1" = --version ]; then echo "9.9.9"; exit; fi
env > "{to}/env"
cp -r "$CLAUDE_CONFIG_DIR/.." "{to}/world"
{then}
"""


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A folder where a client that is none leaves what it was given."""
    (tmp_path / "bin").mkdir()
    return tmp_path


def spying(spy: Path, then: str = "exit 1") -> dict[str, str]:
    (spy / "bin" / "claude").write_text(SPY.format(to=spy, then=then))
    (spy / "bin" / "claude").chmod(0o755)
    return path_to(spy / "bin")


def seen(spy: Path) -> str:
    """All that the client could have given away."""
    files = [path for path in (spy / "world").rglob("*") if path.is_file()]
    return "\n".join(path.read_text(errors="replace") for path in (spy / "env", *files))


@pytest.mark.parametrize("name", TARGETS)
def test_the_client_is_given_no_secret(program: Program, spy: Path, name: str) -> None:
    """Neither the profile's, nor one of the user's files or environment, nor one of a settings file."""
    TARGETS[name].make(program)
    folder = program.home / (".claude-work" if name == "login" else ".claude")
    folder.mkdir(exist_ok=True)
    settings = {
        "env": {
            "ANTHROPIC_API_KEY": "sk-ant-api03-in-the-settings-0001",
            "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer header-secret-0001\nX-Team: a",
            "HTTPS_PROXY": "http://user:proxy-secret@proxy.example.test",
            "AWS_SECRET_ACCESS_KEY": "aws-secret-in-the-settings-0001",
        },
        "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch ran"}]}]},
        "mcpServers": {"x": {"command": "touch ran"}},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    environment = {
        **spying(spy),
        "AWS_SECRET_ACCESS_KEY": "aws-secret-of-the-shell-0001",
        "AWS_ACCESS_KEY_ID": "AKIASHELLSHELLSHELL0",
        "ANTHROPIC_AUTH_TOKEN": "token-of-the-shell-0001",
        "MY_DATABASE_PASSWORD": "password-of-the-shell",
    }
    done = program.run("trace", "wanted", cwd=program.home / "repo", environment=environment)
    assert done.code == 1, done.err
    everything = seen(spy) + done.out + done.err
    words = ("in-the-settings", "header-secret", "proxy-secret", "of-the-shell", "saved-login", "1//wanted", "1//other")
    held = [secret for secret in (KEY, TOKEN, BEARER, *words, "touch ran") if secret in everything]
    assert held == []
    assert "aws_secret_access_key = secret" not in everything


def test_the_client_has_no_other_way_out_than_the_recorder(program: Program, spy: Path) -> None:
    TARGETS["bedrock"].make(program)
    (program.home / ".claude").mkdir()
    ways = {"HTTPS_PROXY": "http://p.example.test", "NO_PROXY": "*", "ANTHROPIC_UNIX_SOCKET": "/run/s"}
    (program.home / ".claude" / "settings.json").write_text(json.dumps({"env": ways}))
    more = {"https_proxy": "http://p.example.test", "no_proxy": "*", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}
    program.run("trace", "wanted", cwd=program.home / "repo", environment={**spying(spy), **ways, **more})
    lines = dict(line.partition("=")[::2] for line in (spy / "env").read_text().splitlines())
    assert {name for name in lines if "proxy" in name.lower()} == {"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}
    assert lines["HTTPS_PROXY"] == lines["HTTP_PROXY"]
    assert lines["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert lines["NO_PROXY"] == ""
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in lines
    assert str(program.home) not in " ".join((lines["HOME"], lines["CLAUDE_CONFIG_DIR"], lines["AWS_CONFIG_FILE"]))
    copied = json.loads((spy / "world" / "config" / "settings.json").read_text())
    assert copied == {"env": {}}


@pytest.mark.parametrize("how", ["interrupted", "out of time"])
def test_whatever_happens_the_private_folder_and_every_process_are_gone(
    program: Program, spy: Path, tmp_path: Path, how: str
) -> None:
    TARGETS["api-key"].make(program)
    environment = {**program.environment, **spying(spy, f"sleep 300 & echo $! > {spy}/pid; wait"), "TMPDIR": str(spy)}
    began = time.monotonic()
    process = subprocess.Popen(
        [EXECUTABLE, "trace", "wanted", *(PATIENT if how == "interrupted" else ("--seconds", "3"))],
        env=environment, cwd=program.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (spy / "pid").exists() or not (spy / "pid").read_text():
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    if how == "interrupted":
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == (130 if how == "interrupted" else 3), err
    assert how == "interrupted" or "asked for no model within 3 seconds" in err
    assert [*spy.glob("ccsetup-trace-*"), *spy.glob("recorder-*")] == []
    assert not runs(int((spy / "pid").read_text()))


def runs(pid: int) -> bool:
    """Whether the process is there, and not only waiting for somebody to notice that it ended."""
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_without_a_client_it_says_how_to_install_one(program: Program) -> None:
    program.bedrock()
    done = program.run("trace", "bedrock-prod")
    assert done.code == 3
    assert "npm install -g @anthropic-ai/claude-code" in done.err


def test_a_secret_that_cannot_be_had_is_stood_for(program: Program, cache: Path) -> None:
    program.init("wanted", "api-key", key="env:NOT_SET_HERE")
    (program.home / "repo").mkdir()
    code, document = traced(program, cache)
    assert (code, document["differences"]) == (0, [])


@pytest.mark.parametrize("layer", ["managed", "user"])
def test_managed_settings_that_lead_elsewhere_are_refused(layer: str) -> None:
    """They beat whatever the traced client is given."""
    layers = (Layer(layer, Path("/etc/m.json"), {"HTTPS_PROXY": "http://p"}, {"env": {}, "hooks": {"Stop": []}}),)
    if layer == "user":
        trace.refuse_uncontained(layers, surface.load())
        return
    with pytest.raises(Refusal, match="HTTPS_PROXY, hooks") as why:
        trace.refuse_uncontained(layers, surface.load())
    assert why.value.code == COULD_NOT_LOOK


def test_for_a_person_it_is_a_table_and_a_verdict(program: Program, cache: Path) -> None:
    TARGETS["bedrock"].make(program)
    environment = {**path_to(require_client().parent), "XDG_CACHE_HOME": str(cache)}
    done = program.run("trace", "wanted", *PATIENT, environment=environment)
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["REQUEST", "HOST", "PLACE", "PROJECT", "MODEL", "AUTH", "IDENTITY"]
    assert [row[0] for row in rows if row][1:4] == ["listing", "main", "background"]
    assert done.out.endswith(": as declared\n")
    assert "bedrock" in FIRST
